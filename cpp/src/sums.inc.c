/* Rows of sums: the taps of a kernel are walked once for a block of ROWS_AT_ONCE by COLUMNS
 * vectors.
 *
 * Included by blocks.inc.c for each shape of block. A vector that is loaded serves all rows of sums
 * that it lies under. */

#define TAKE SHAPED(take)
#define BLOCK SHAPED(block)
#define BLOCKS SHAPED(blocks)
#define SUMS SHAPED(sums)

/* Add the taps of one source row to the rows of sums first..last, of which it is the row of taps
 * that starts at weight for the sums' row 0, and each a row of taps less for the next. */
static INLINE void TAKE(vector sum[ROWS_AT_ONCE][COLUMNS], const float *source, const float *weight,
                        size_t width, size_t step, int first, int last) {
    for (size_t kx = 0; kx < width; kx++) {
        vector sample[COLUMNS];
        UNROLL
        for (int column = 0; column < COLUMNS; column++) {
            sample[column] = vector_load(source + column * LANES);
            if (ROWS_AT_ONCE > 1)
                IN_REGISTER(sample[column]);
        }
        const float *taps = weight + kx;
        READ_AGAIN(taps);
        UNROLL
        for (int row = 0; row < ROWS_AT_ONCE; row++) {
            if (row < first || row > last)
                continue;
            vector tap = vector_broadcast(taps[-row * (ptrdiff_t)width]);
            UNROLL
            for (int column = 0; column < COLUMNS; column++)
                sum[row][column] = vector_fma(tap, sample[column], sum[row][column]);
        }
        source += step;
    }
}

/* One block, its first sample at an offset in the window's rows. The kernel has at least as many
 * rows as the block. */
static INLINE void BLOCK(const kernel_taps *taps, size_t height, size_t width,
                         const void *const *window, size_t offset, unsigned char *output,
                         ptrdiff_t stride) {
    const float *weight = taps->weights;
    const size_t step = taps->step;
    vector sum[ROWS_AT_ONCE][COLUMNS];
    UNROLL
    for (int row = 0; row < ROWS_AT_ONCE; row++) {
        UNROLL
        for (int column = 0; column < COLUMNS; column++)
            sum[row][column] = vector_zero();
    }
    /* The first source rows lie under the first rows of sums only, the last under the last. */
    UNROLL
    for (int y = 0; y < ROWS_AT_ONCE - 1; y++, weight += width)
        TAKE(sum, (const float *)window[y] + offset, weight, width, step, 0, y);
    for (size_t y = ROWS_AT_ONCE - 1; y < height; y++, weight += width)
        TAKE(sum, (const float *)window[y] + offset, weight, width, step, 0, ROWS_AT_ONCE - 1);
    UNROLL
    for (int y = 0; y < ROWS_AT_ONCE - 1; y++, weight += width)
        TAKE(sum, (const float *)window[height + (size_t)y] + offset, weight, width, step, y + 1,
             ROWS_AT_ONCE - 1);
    UNROLL
    for (int row = 0; row < ROWS_AT_ONCE; row++) {
        UNROLL
        for (int column = 0; column < COLUMNS; column++)
            vector_store_quiet(output + row * stride + column * LANES * (int)sizeof(float),
                               sum[row][column]);
    }
}

/* All blocks of a row. Where the sizes are known when this is compiled, so are the loops. */
static INLINE void BLOCKS(const kernel_taps *taps, size_t height, size_t width,
                          const void *const *window, size_t samples, unsigned char *output,
                          ptrdiff_t stride) {
    const size_t block = COLUMNS * LANES;
    for (size_t offset = 0; offset < samples; offset += block) {
        /* The last block overlaps the one before: what is computed twice comes out the same. */
        if (offset > samples - block)
            offset = samples - block;
        BLOCK(taps, height, width, window, offset, output + offset * sizeof(float), stride);
    }
}

/* An instance for each of the sizes that are asked for most, in wide blocks: what is narrower is
 * soon done in any way, and each instance is kilobytes. */
static void SUMS(const kernel_taps *taps, const void *const *window, size_t samples,
                 unsigned char *output, ptrdiff_t stride) {
    const size_t height = taps->height, width = taps->width;
#if ROWS_AT_ONCE <= 3
    if (COLUMNS > 1 && height == 3 && width == 3) {
        BLOCKS(taps, 3, 3, window, samples, output, stride);
        return;
    }
#endif
#if ROWS_AT_ONCE <= 5
    if (COLUMNS > 1 && height == 5 && width == 5) {
        BLOCKS(taps, 5, 5, window, samples, output, stride);
        return;
    }
#endif
#if ROWS_AT_ONCE == 6
    if (COLUMNS > 1 && height == 7 && width == 7) {
        BLOCKS(taps, 7, 7, window, samples, output, stride);
        return;
    }
#endif
    BLOCKS(taps, height, width, window, samples, output, stride);
}

#undef TAKE
#undef BLOCK
#undef BLOCKS
#undef SUMS
