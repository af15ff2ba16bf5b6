/* Rows of medians. Included by medians.inc.c for each size of window, as SIZE.
 *
 * The samples of a window's row are sorted once, and serve all windows that have this row. */

#define MEDIAN_JOINED(name, size) MEDIAN_JOIN(name, size)
#define MEDIAN_JOIN(name, size) name##size
#define SORT NETWORK(MEDIAN_JOINED(sort_, SIZE))
#define MIDDLE NETWORK(MEDIAN_JOINED(middle_of_, SIZE))
#define ROWS_OF_MEDIANS NETWORK(MEDIAN_JOINED(rows_of_medians_, SIZE))

/* The loops over rows of the smallest are written out, where each word is an instruction. */
#if SIZE == 3 && ROWS == 6
#define UNROLL_ROWS UNROLL
#else
#define UNROLL_ROWS
#endif

static INLINE int ROWS_OF_MEDIANS(const void *const *window, size_t rows, size_t samples,
                                  size_t step, unsigned char *output, ptrdiff_t stride) {
    const size_t lanes = sizeof(WORD) / sizeof(CELL);
    int unordered = 0;
    for (size_t y = 0; y < rows + SIZE - 1; y++)
        for (size_t x = 0; x < (SIZE - 1) * step; x += lanes) /* all before the last column */
            unordered |= UNORDERED(LOAD((const CELL *)window[y] + x));
    for (size_t offset = 0; offset < samples; offset += lanes) {
        /* The last block overlaps the one before: what is computed twice comes out the same. */
        if (offset > samples - lanes)
            offset = samples - lanes;
        WORD sorted[KERNEL_MEDIAN_ROWS + SIZE - 1][SIZE];
        UNROLL_ROWS
        for (size_t y = 0; y < rows + SIZE - 1; y++) {
            const CELL *source = (const CELL *)window[y] + offset;
            UNROLL
            for (int column = 0; column < SIZE; column++)
                sorted[y][column] = LOAD(source + (size_t)column * step);
            unordered |= UNORDERED(sorted[y][SIZE - 1]); /* the blocks before saw the others */
            SORT(sorted[y]);
        }
        if (unordered)
            return 1;
        UNROLL_ROWS
        for (size_t y = 0; y < rows; y++)
            STORE(output + (ptrdiff_t)y * stride + offset * sizeof(CELL), MIDDLE(sorted + y));
    }
    return 0;
}

static int NETWORK(MEDIAN_JOINED(median_, SIZE))(const void *const *window, size_t rows,
                                                 size_t samples, size_t step, unsigned char *output,
                                                 ptrdiff_t stride) {
    return SIZE == 3 && rows == KERNEL_MEDIAN_ROWS
               ? ROWS_OF_MEDIANS(window, KERNEL_MEDIAN_ROWS, samples, step, output, stride)
               : ROWS_OF_MEDIANS(window, rows, samples, step, output, stride);
}

#undef SORT
#undef MIDDLE
#undef ROWS_OF_MEDIANS
#undef UNROLL_ROWS
#undef MEDIAN_JOIN
#undef MEDIAN_JOINED
#undef SIZE
