/* One row of sums. Compiled once for each instruction set, with KERNEL_ROW as its name. */
#include "fma.h"
#include "internal.h"

void KERNEL_ROW(const float *const *window, const float *kernel, size_t kernel_size,
                size_t channels, size_t blocks, float *sums) {
    for (size_t block = 0; block < blocks; block++) {
        /* The size is a constant, so that the array can live in registers. */
        float sum[KERNEL_BLOCK] = {0.0F};
        const float *tap = kernel;
        for (size_t ky = 0; ky < kernel_size; ky++) {
            const float *source = window[ky] + block * KERNEL_BLOCK;
            for (size_t kx = 0; kx < kernel_size; kx++) {
                float weight = *tap++;
                for (size_t i = 0; i < KERNEL_BLOCK; i++)
                    sum[i] = kernel_fma(weight, source[i], sum[i]);
                source += channels;
            }
        }
        for (size_t i = 0; i < KERNEL_BLOCK; i++)
            sums[block * KERNEL_BLOCK + i] = sum[i];
    }
}
