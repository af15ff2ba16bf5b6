/* A call of one operation with its memory, told by a few bytes. The twin of rust/fuzz/src/call.rs:
 * the same bytes tell the same call in both languages. */
#ifndef TWINWHEEL_FUZZ_CALL_H
#define TWINWHEEL_FUZZ_CALL_H

#include "kernel.h"

typedef enum operation {
    CONVOLVE,
    CONVOLVE_EX,
    CONVOLVE_FFT,
    SEPARABLE,
    GAUSSIAN_BLUR,
    SOBEL,
    MEDIAN,
    OPERATIONS,
} operation;

/* What may be absent, as a null pointer. */
enum { INPUT = 1, KERNEL = 2, OTHER_KERNEL = 4, OUTPUT = 8, OPTIONS = 16, IMAGE = 32 };

/* How the memory is laid out. */
typedef enum layout {
    APART,        /* each in a block of its own, which the sanitizers watch */
    OUTPUT_LAST,  /* one after the other in one block: they touch, */
    OUTPUT_FIRST, /* and overlap when the output is moved */
    OUTPUT_BETWEEN,
    LAYOUTS,
} layout;

typedef struct call {
    operation operation;
    kernel_image image; /* its data are placed by place_call */
    kernel_options options;
    uint32_t size;  /* of the kernel, or the window; the radius, or the axis */
    uint32_t other; /* the size of the second kernel */
    double sigma;
    uint32_t absent; /* of the above */
    layout layout;
    int32_t moved;           /* bytes by which the output is moved */
    uint32_t misplaced[3];   /* bytes by which input, kernels and output lie off a block's start */
    uint32_t sample_palette; /* what the values are like */
    uint32_t weight_palette;
    uint64_t seed;
    int large; /* is there enough to do for several threads? */
} call;

/* Read a call. */
call read_call(const uint8_t *bytes, size_t count);

/* Bytes that a call reads and writes. */
typedef struct extent {
    size_t below;   /* of the input, before its first sample: the strides may be negative */
    size_t input;   /* in all */
    size_t kernels; /* the first and then the second */
    size_t output;
} extent;

/* What a call must return, overlaps aside, by another way than the library's: KERNEL_OK or
 * KERNEL_INVALID; or TOO_LARGE when it is right but takes more memory or time than is to be had.
 * Sets the extent; of a call that is refused, to a few bytes. */
enum { TOO_LARGE = 1 };
int judge_call(const call *one, extent *reach);

#endif
