/* Rows of sums of two small kernels, across and down, in one walk.
 *
 * Included by blocks.inc.c for each shape of block. What the kernel across gives
 * of a source row stays in registers and serves all rows of sums that it lies under; at the upper
 * and lower edge of the rows it is computed again, so this pays for small kernels only. */

#define BLOCK SHAPED(fused_block)
#define FUSED SHAPED(fused)

/* The loops over taps and source rows are written out, where each word is an instruction. */
#if ROWS == 6
#define UNROLL_TAPS UNROLL
#else
#define UNROLL_TAPS
#endif

static INLINE void BLOCK(const kernel_taps *across, const float *down, int size,
                         const void *const *window, size_t offset, unsigned char *output,
                         ptrdiff_t stride) {
    vector sum[ROWS_AT_ONCE][COLUMNS];
    UNROLL
    for (int row = 0; row < ROWS_AT_ONCE; row++) {
        UNROLL
        for (int column = 0; column < COLUMNS; column++)
            sum[row][column] = vector_zero();
    }
    UNROLL_TAPS
    for (int y = 0; y < ROWS_AT_ONCE + size - 1; y++) {
        const float *source = (const float *)window[y] + offset;
        vector middle[COLUMNS];
        UNROLL
        for (int column = 0; column < COLUMNS; column++)
            middle[column] = vector_zero();
        UNROLL_TAPS
        for (int kx = 0; kx < size; kx++) {
            vector tap = vector_broadcast(across->weights[kx]);
            UNROLL
            for (int column = 0; column < COLUMNS; column++)
                middle[column] =
                    vector_fma(tap, vector_load(source + column * LANES), middle[column]);
            source += across->step;
        }
        UNROLL
        for (int row = 0; row < ROWS_AT_ONCE; row++) {
            if (y < row || y >= row + size)
                continue;
            vector tap = vector_broadcast(down[y - row]);
            UNROLL
            for (int column = 0; column < COLUMNS; column++)
                sum[row][column] = vector_fma(tap, middle[column], sum[row][column]);
        }
    }
    UNROLL
    for (int row = 0; row < ROWS_AT_ONCE; row++) {
        UNROLL
        for (int column = 0; column < COLUMNS; column++)
            vector_store_quiet(output + row * stride + column * LANES * (int)sizeof(float),
                               sum[row][column]);
    }
}

static void FUSED(const kernel_taps *across, const kernel_taps *down, const void *const *window,
                  size_t samples, unsigned char *output, ptrdiff_t stride) {
    const size_t block = COLUMNS * LANES;
    for (size_t offset = 0; offset < samples; offset += block) {
        if (offset > samples - block)
            offset = samples - block;
        unsigned char *target = output + offset * sizeof(float);
        if (across->width == 3)
            BLOCK(across, down->weights, 3, window, offset, target, stride);
        else
            BLOCK(across, down->weights, 5, window, offset, target, stride);
    }
}

#undef BLOCK
#undef FUSED
#undef UNROLL_TAPS
