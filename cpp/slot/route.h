/* Which way a call goes: the policy's word, the bucket of a key, and chance. */
#ifndef TWINWHEEL_SLOT_ROUTE_H
#define TWINWHEEL_SLOT_ROUTE_H

#include <stddef.h>
#include <stdint.h>

/* The word of a component, as twinwheel.rollout.words lays it out. Of 100,000 buckets, those below
 * the threshold go to the candidate. */
#define SLOT_THRESHOLD(word) ((uint32_t)((word) & 0x1FFFF))
#define SLOT_CONTROL(word) ((unsigned)((word) >> 17 & 0xF))
#define SLOT_CANDIDATE(word) ((unsigned)((word) >> 21 & 0xF))
#define SLOT_STICKY ((uint64_t)1 << 25)
#define SLOT_GUARDED ((uint64_t)1 << 26)
#define SLOT_HANDLED ((uint64_t)1 << 27) /* every call to the candidate goes by the handler */
#define SLOT_SHADOW(word) ((uint32_t)((word) >> 32 & 0x1FFFF))

#define SLOT_BUCKETS 100000u

/* CRC-32 of some bytes, going on from another; the polynomial and the bits' order are zlib's. */
uint32_t slot_crc32(uint32_t crc, const unsigned char *bytes, size_t count);

/* The bucket of a checksum: its bits mixed, by MurmurHash3's last step, and scaled. */
uint32_t slot_bucket(uint32_t crc);

/* A bucket by chance: one step of xorshift64*. */
uint32_t slot_chance(uint64_t *state);

#endif
