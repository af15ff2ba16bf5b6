/* The words that kernels are written in, for any processor: a vector of LANES floats.
 *
 * Sums are kept in a block of up to ROWS rows by COLUMNS_n vectors: for each instruction set, the
 * shape that its registers hold. There each word is an instruction; here the compiler finds what
 * there is. */
#include "fma.h"

#include <stdint.h>
#include <string.h>

enum { LANES = 16 };
#define ROWS 2
enum { COLUMNS_1 = 2, COLUMNS_2 = 1 };
typedef struct {
    float lane[LANES];
} vector;

static inline vector vector_zero(void) { return (vector){{0.0F}}; }

static inline vector vector_load(const float *source) {
    vector value;
    memcpy(value.lane, source, sizeof value.lane);
    return value;
}

static inline vector vector_broadcast(float value) {
    vector all;
    for (int i = 0; i < LANES; i++)
        all.lane[i] = value;
    return all;
}

/* a * b + c, rounded once. */
static inline vector vector_fma(vector a, vector b, vector c) {
    for (int i = 0; i < LANES; i++)
        c.lane[i] = kernel_fma(a.lane[i], b.lane[i], c.lane[i]);
    return c;
}

static inline vector vector_add(vector a, vector b) {
    for (int i = 0; i < LANES; i++)
        a.lane[i] += b.lane[i];
    return a;
}

static inline vector vector_subtract(vector a, vector b) {
    for (int i = 0; i < LANES; i++)
        a.lane[i] -= b.lane[i];
    return a;
}

static inline vector vector_multiply(vector a, vector b) {
    for (int i = 0; i < LANES; i++)
        a.lane[i] *= b.lane[i];
    return a;
}

static inline void vector_store(void *target, vector value) {
    memcpy(target, value.lane, sizeof value.lane);
}

/* Store, every NaN as the same one: their bits differ between machines and compilers. */
static inline void vector_store_quiet(unsigned char *target, vector value) {
    uint32_t bits[LANES];
    memcpy(bits, value.lane, sizeof bits);
    for (int i = 0; i < LANES; i++)
        bits[i] = (bits[i] & 0x7FFFFFFF) > 0x7F800000 ? KERNEL_QUIET_NAN : bits[i];
    memcpy(target, bits, sizeof bits);
}

/* The floats of medians: half as many, as gcc, unlike LLVM, keeps all others of a network in
 * memory. */
typedef struct {
    float lane[8];
} floats;

static inline floats floats_load(const float *source) {
    floats value;
    memcpy(value.lane, source, sizeof value.lane);
    return value;
}

static inline void floats_store(void *target, floats value) {
    memcpy(target, value.lane, sizeof value.lane);
}

/* Is there NaN or -0 in a lane? */
static inline int floats_unordered(floats value) {
    uint32_t bits[8];
    int found = 0;
    memcpy(bits, value.lane, sizeof bits);
    for (int i = 0; i < 8; i++)
        found |= bits[i] == 0x80000000 || (bits[i] & 0x7FFFFFFF) > 0x7F800000;
    return found;
}

/* The lower of both in each lane, and the upper, where there is neither NaN nor -0. */
static inline floats floats_lower(floats a, floats b) {
    for (int i = 0; i < 8; i++)
        a.lane[i] = a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i];
    return a;
}

static inline floats floats_upper(floats a, floats b) {
    for (int i = 0; i < 8; i++)
        a.lane[i] = a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i];
    return a;
}

/* Integers in the order of the floats that they stand for, every NaN above all. */
typedef struct {
    int32_t lane[8];
} keys;

static inline keys keys_load(const int32_t *source) {
    keys value;
    memcpy(value.lane, source, sizeof value.lane);
    return value;
}

static inline void keys_store(void *target, keys value) {
    memcpy(target, value.lane, sizeof value.lane);
}

/* Flipping all but the sign of what is negative puts the bits of floats in their order, */
static inline keys keys_of_floats(const int32_t *source) {
    keys value = keys_load(source);
    for (int i = 0; i < 8; i++) {
        int32_t magnitude = value.lane[i] & 0x7FFFFFFF;
        int32_t ordered = value.lane[i] < 0 ? value.lane[i] ^ 0x7FFFFFFF : value.lane[i];
        value.lane[i] = magnitude > 0x7F800000 ? (int32_t)KERNEL_QUIET_NAN : ordered;
    }
    return value;
}

/* and once more, back. */
static inline void floats_of_keys(void *target, keys value) {
    for (int i = 0; i < 8; i++)
        value.lane[i] = value.lane[i] < 0 ? value.lane[i] ^ 0x7FFFFFFF : value.lane[i];
    memcpy(target, value.lane, sizeof value.lane);
}

static inline keys keys_lower(keys a, keys b) {
    for (int i = 0; i < 8; i++)
        a.lane[i] = a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i];
    return a;
}

static inline keys keys_upper(keys a, keys b) {
    for (int i = 0; i < 8; i++)
        a.lane[i] = a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i];
    return a;
}

typedef struct {
    uint8_t lane[16];
} bytes;

static inline bytes bytes_load(const uint8_t *source) {
    bytes value;
    memcpy(value.lane, source, sizeof value.lane);
    return value;
}

static inline void bytes_store(void *target, bytes value) {
    memcpy(target, value.lane, sizeof value.lane);
}

static inline bytes bytes_lower(bytes a, bytes b) {
    for (int i = 0; i < 16; i++)
        a.lane[i] = a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i];
    return a;
}

static inline bytes bytes_upper(bytes a, bytes b) {
    for (int i = 0; i < 16; i++)
        a.lane[i] = a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i];
    return a;
}
