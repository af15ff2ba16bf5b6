/* What the operations are, sample by sample. The twin of rust/fuzz/src/definition.rs. */
#ifndef TWINWHEEL_FUZZ_DEFINITION_H
#define TWINWHEEL_FUZZ_DEFINITION_H

#include "memory.h"

/* Write the result of a call that is right, by its definition, to bytes of the output's length. Not
 * for CONVOLVE_FFT. */
void define_result(const call *one, const memory *all, unsigned char *result);

/* What a correlation with a square kernel is, in binary64, before it is stored; to be freed. */
double *define_sums(const call *one, const memory *all);

/* The samples of an image as floats, contiguous, to be freed. */
float *copy_samples(const kernel_image *image);

#endif
