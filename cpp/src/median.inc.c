/* One row of medians. Included for each size of window, as SIZE, and each kind of cell: WORD is a
 * vector of CELL, with LOAD, STORE, LOWER and UPPER.
 *
 * Every column of the window is sorted once, and serves all windows that it lies in. */

#define MEDIAN_JOINED(name, size) MEDIAN_JOIN(name, size)
#define MEDIAN_JOIN(name, size) name##size
#define SORT NETWORK(MEDIAN_JOINED(sort_, SIZE))
#define MIDDLE NETWORK(MEDIAN_JOINED(middle_of_, SIZE))

static void NETWORK(MEDIAN_JOINED(median_, SIZE))(const void *const *window, size_t samples,
                                                  size_t step, void *memory, size_t length,
                                                  unsigned char *output) {
    const size_t lanes = sizeof(WORD) / sizeof(CELL), columns = samples + (SIZE - 1) * step;
    CELL *sorted = memory;
    /* The last block overlaps the one before: what is computed twice comes out the same. */
    for (size_t offset = 0; offset < columns; offset += lanes) {
        if (offset > columns - lanes)
            offset = columns - lanes;
        WORD value[SIZE];
        UNROLL
        for (int row = 0; row < SIZE; row++)
            value[row] = LOAD((const CELL *)window[row] + offset);
        SORT(value);
        UNROLL
        for (int row = 0; row < SIZE; row++)
            STORE(sorted + (size_t)row * length + offset, value[row]);
    }
    for (size_t offset = 0; offset < samples; offset += lanes) {
        if (offset > samples - lanes)
            offset = samples - lanes;
        STORE(output + offset * sizeof(CELL), MIDDLE(sorted + offset, length, step));
    }
}

#undef SORT
#undef MIDDLE
#undef MEDIAN_JOIN
#undef MEDIAN_JOINED
#undef SIZE
