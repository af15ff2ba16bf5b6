/* The memory of a call. The twin of rust/fuzz/src/memory.rs. */
#ifndef TWINWHEEL_FUZZ_MEMORY_H
#define TWINWHEEL_FUZZ_MEMORY_H

#include "call.h"

/* Input, kernels and output, in this order. */
enum { PARTS = 3 };

typedef struct place {
    int block;
    size_t offset;
    size_t bytes;
} place;

typedef struct memory {
    unsigned char *blocks[PARTS]; /* null where there are fewer */
    size_t sizes[PARTS];
    place parts[PARTS];
    size_t below; /* bytes of the input before its first sample */
} memory;

/* Allocate the memory, and fill it with what the call tells. */
memory open_memory(const call *one, const extent *reach);
memory copy_memory(const memory *original);
void close_memory(memory *all);

/* Does the output overlap the input or the kernels? */
int is_output_overlapped(const memory *all);

const unsigned char *input_of(const memory *all); /* the first sample */
const unsigned char *kernels_of(const memory *all);
unsigned char *output_of(const memory *all);

/* Do two memories of the same call differ, outside the output or anywhere? Tells where first, in
 * bytes from the output on. */
int difference(const memory *a, const memory *b, int with_output, ptrdiff_t *where);

#endif
