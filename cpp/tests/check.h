/* The little that the tests need of a framework. */
#ifndef TWINWHEEL_KERNEL_CHECK_H
#define TWINWHEEL_KERNEL_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

extern int failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            failures++;                                                                            \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
        }                                                                                          \
    } while (0)

/* A small generator with a full period, so that a failure can be repeated. */
static inline uint32_t next_random(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

static inline float float_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

void test_border(void);
void test_convolve(void);
void test_fft(void);
void test_fma(void);
void test_median(void);
void test_separable(void);
void test_threads(void);
void test_walk(void);

#endif
