/* Rows of sums: the taps of a kernel are walked once for a block of SUM_ROWS by COLUMNS vectors.
 *
 * Included once for each number of rows, as SUM_ROWS, into a file that has the words of one
 * instruction set. A vector that is loaded serves all rows of sums that it lies under. */

#define SUMS_JOINED(name, rows) SUMS_JOIN(name, rows)
#define SUMS_JOIN(name, rows) name##rows
#define COLUMNS SUMS_JOINED(COLUMNS_, SUM_ROWS)
#define TAKE SUMS_JOINED(take_row_, SUM_ROWS)
#define BLOCK SUMS_JOINED(block_of_rows_, SUM_ROWS)
#define SUMS SUMS_JOINED(sums_of_rows_, SUM_ROWS)

/* Add the taps of one source row to the rows of sums first..last, of which it is the row of taps
 * that starts at weight for the sums' row 0, and each a row of taps less for the next. */
static INLINE void TAKE(vector sum[SUM_ROWS][COLUMNS], const float *source, const float *weight,
                        const kernel_taps *taps, int first, int last) {
    for (size_t kx = 0; kx < taps->width; kx++) {
        vector sample[COLUMNS];
        UNROLL
        for (int column = 0; column < COLUMNS; column++) {
            sample[column] = vector_load(source + column * LANES);
            IN_REGISTER(sample[column]);
        }
        UNROLL
        for (int row = 0; row < SUM_ROWS; row++) {
            if (row < first || row > last)
                continue;
            vector tap = vector_broadcast(weight[(ptrdiff_t)kx - row * (ptrdiff_t)taps->width]);
            UNROLL
            for (int column = 0; column < COLUMNS; column++)
                sum[row][column] = vector_fma(tap, sample[column], sum[row][column]);
        }
        source += taps->step;
    }
}

/* One block, its first sample at an offset in the window's rows. The kernel has at least as many
 * rows as the block. */
static INLINE void BLOCK(const kernel_taps *taps, const float *const *window, size_t offset,
                         unsigned char *output, ptrdiff_t stride) {
    const size_t height = taps->height, width = taps->width;
    vector sum[SUM_ROWS][COLUMNS];
    UNROLL
    for (int row = 0; row < SUM_ROWS; row++) {
        UNROLL
        for (int column = 0; column < COLUMNS; column++)
            sum[row][column] = vector_zero();
    }
    /* The first source rows lie under the first rows of sums only, the last under the last. */
    UNROLL
    for (int y = 0; y < SUM_ROWS - 1; y++)
        TAKE(sum, window[y] + offset, taps->weights + (size_t)y * width, taps, 0, y);
    for (size_t y = SUM_ROWS - 1; y < height; y++)
        TAKE(sum, window[y] + offset, taps->weights + y * width, taps, 0, SUM_ROWS - 1);
    UNROLL
    for (int y = 0; y < SUM_ROWS - 1; y++)
        TAKE(sum, window[height + (size_t)y] + offset, taps->weights + (height + (size_t)y) * width,
             taps, y + 1, SUM_ROWS - 1);
    UNROLL
    for (int row = 0; row < SUM_ROWS; row++) {
        UNROLL
        for (int column = 0; column < COLUMNS; column++)
            vector_store_quiet(output + row * stride + column * LANES * (int)sizeof(float),
                               sum[row][column]);
    }
}

static void SUMS(const kernel_taps *taps, const float *const *window, size_t samples,
                 unsigned char *output, ptrdiff_t stride) {
    const size_t block = COLUMNS * LANES;
    for (size_t offset = 0; offset < samples; offset += block) {
        /* The last block overlaps the one before: what is computed twice comes out the same. */
        if (offset > samples - block)
            offset = samples - block;
        BLOCK(taps, window, offset, output + offset * sizeof(float), stride);
    }
}

#undef SUM_ROWS
#undef COLUMNS
#undef TAKE
#undef BLOCK
#undef SUMS
#undef SUMS_JOINED
#undef SUMS_JOIN
