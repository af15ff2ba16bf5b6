#include "route.h"

/* Sixteen entries take two steps a byte, and half a cache line each: keys are short. */
static const uint32_t crc_of_nibble[16] = {
    0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
    0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
};

uint32_t slot_crc32(uint32_t crc, const unsigned char *bytes, size_t count) {
    crc = ~crc;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        crc = crc >> 4 ^ crc_of_nibble[crc & 15];
        crc = crc >> 4 ^ crc_of_nibble[crc & 15];
    }
    return ~crc;
}

static uint32_t scaled(uint32_t bits) { return (uint32_t)((uint64_t)bits * SLOT_BUCKETS >> 32); }

uint32_t slot_bucket(uint32_t crc) {
    crc ^= crc >> 16;
    crc *= 0x85EBCA6Bu;
    crc ^= crc >> 13;
    crc *= 0xC2B2AE35u;
    crc ^= crc >> 16;
    return scaled(crc);
}

uint32_t slot_chance(uint64_t *state) {
    uint64_t x = *state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return scaled((uint32_t)(x * 0x2545F4914F6CDD1Du >> 32));
}
