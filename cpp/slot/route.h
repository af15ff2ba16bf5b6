/* Which way a call goes: the policy's word, the bucket of a key, and chance. */
#ifndef TWINWHEEL_SLOT_ROUTE_H
#define TWINWHEEL_SLOT_ROUTE_H

#include <stddef.h>
#include <stdint.h>

/* The word of a component, as twinwheel.rollout.words lays it out. Of 100,000 buckets, those below
 * the threshold go to the candidate. */
#define SLOT_THRESHOLD(word) ((uint32_t)((word) & 0x1FFFF))
#define SLOT_INDEX(word, arm) ((unsigned)((word) >> (17 + 4 * (arm)) & 0xF)) /* of its target */
#define SLOT_STICKY ((uint64_t)1 << 25)
#define SLOT_HANDLED ((uint64_t)1 << 27) /* every call to the candidate goes by the handler */
#define SLOT_SHADOW(word) ((uint32_t)((word) >> 32 & 0x1FFFF))
/* What makes calls go by the handler, some or all. */
#define SLOT_ASIDE (SLOT_HANDLED | (uint64_t)0x1FFFF << 32)

#define SLOT_BUCKETS 100000u

/* CRC-32 of some bytes, going on from another; the polynomial and the bits' order are zlib's. */
uint32_t slot_crc32(uint32_t crc, const unsigned char *bytes, size_t count);

static inline uint32_t slot_scaled(uint32_t bits) {
    return (uint32_t)((uint64_t)bits * SLOT_BUCKETS >> 32);
}

/* The bucket of a checksum: its bits mixed, by MurmurHash3's last step, and scaled. */
static inline uint32_t slot_bucket(uint32_t crc) {
    crc ^= crc >> 16;
    crc *= 0x85EBCA6Bu;
    crc ^= crc >> 13;
    crc *= 0xC2B2AE35u;
    crc ^= crc >> 16;
    return slot_scaled(crc);
}

/* A bucket by chance: one step of xorshift64*. */
static inline uint32_t slot_chance(uint64_t *state) {
    uint64_t x = *state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return slot_scaled((uint32_t)(x * 0x2545F4914F6CDD1Du >> 32));
}

#endif
