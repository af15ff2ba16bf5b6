/* Fourier transforms of the columns of a square of complex numbers, a vector of columns at a time.
 *
 * Real and imaginary parts lie in planes of their own. The forward transform leaves the rows in the
 * order that it makes them in, and the inverse takes them so: none is ever put in order. */

typedef struct {
    vector re;
    vector im;
} complex_vector;

static INLINE complex_vector complex_load(const kernel_square *square, size_t row, size_t column) {
    size_t place = row * square->stride + column;
    return (complex_vector){vector_load(square->re + place), vector_load(square->im + place)};
}

static INLINE void complex_store(const kernel_square *square, size_t row, size_t column,
                                 complex_vector value) {
    size_t place = row * square->stride + column;
    vector_store(square->re + place, value.re);
    vector_store(square->im + place, value.im);
}

static INLINE complex_vector complex_add(complex_vector a, complex_vector b) {
    return (complex_vector){vector_add(a.re, b.re), vector_add(a.im, b.im)};
}

static INLINE complex_vector complex_subtract(complex_vector a, complex_vector b) {
    return (complex_vector){vector_subtract(a.re, b.re), vector_subtract(a.im, b.im)};
}

/* Times a number of which both parts are the same in all columns. */
static INLINE complex_vector complex_multiply(complex_vector a, vector re, vector im) {
    return (complex_vector){vector_subtract(vector_multiply(a.re, re), vector_multiply(a.im, im)),
                            vector_add(vector_multiply(a.re, im), vector_multiply(a.im, re))};
}

/* The root of unity of a number of steps around the circle, backwards for the inverse. */
static INLINE complex_vector turn(complex_vector a, const kernel_square *square, size_t steps,
                                  int backwards) {
    float re = square->roots[2 * steps], im = square->roots[2 * steps + 1];
    return complex_multiply(a, vector_broadcast(re), vector_broadcast(backwards ? -im : im));
}

static void transform_columns(const kernel_square *square, size_t column) {
    const size_t size = square->size;
    size_t length = size;
    if (square->halved) { /* sizes that are no power of four: one step of two */
        for (size_t j = 0; j < size / 2; j++) {
            complex_vector a = complex_load(square, j, column);
            complex_vector b = complex_load(square, j + size / 2, column);
            complex_store(square, j, column, complex_add(a, b));
            complex_store(square, j + size / 2, column, turn(complex_subtract(a, b), square, j, 0));
        }
        length /= 2;
    }
    for (; length >= 4; length /= 4) {
        const size_t quarter = length / 4, step = size / length;
        for (size_t j = 0; j < quarter; j++)
            for (size_t row = j; row < size; row += length) {
                complex_vector x0 = complex_load(square, row, column);
                complex_vector x1 = complex_load(square, row + quarter, column);
                complex_vector x2 = complex_load(square, row + 2 * quarter, column);
                complex_vector x3 = complex_load(square, row + 3 * quarter, column);
                complex_vector a = complex_add(x0, x2), b = complex_subtract(x0, x2);
                complex_vector c = complex_add(x1, x3), e = complex_subtract(x1, x3);
                complex_vector d = {e.im, vector_subtract(vector_zero(), e.re)}; /* times -i */
                complex_store(square, row, column, complex_add(a, c));
                complex_store(square, row + quarter, column,
                              turn(complex_add(b, d), square, j * step, 0));
                complex_store(square, row + 2 * quarter, column,
                              turn(complex_subtract(a, c), square, 2 * j * step, 0));
                complex_store(square, row + 3 * quarter, column,
                              turn(complex_subtract(b, d), square, 3 * j * step, 0));
            }
    }
}

/* The steps of transform_columns, the last first; the sums come out size times too large. */
static void restore_columns(const kernel_square *square, size_t column) {
    const size_t size = square->size, most = square->halved ? size / 2 : size;
    for (size_t length = 4; length <= most; length *= 4) {
        const size_t quarter = length / 4, step = size / length;
        for (size_t j = 0; j < quarter; j++)
            for (size_t row = j; row < size; row += length) {
                complex_vector y0 = complex_load(square, row, column);
                complex_vector y1 =
                    turn(complex_load(square, row + quarter, column), square, j * step, 1);
                complex_vector y2 =
                    turn(complex_load(square, row + 2 * quarter, column), square, 2 * j * step, 1);
                complex_vector y3 =
                    turn(complex_load(square, row + 3 * quarter, column), square, 3 * j * step, 1);
                complex_vector a = complex_add(y0, y2), c = complex_subtract(y0, y2);
                complex_vector b = complex_add(y1, y3), e = complex_subtract(y1, y3);
                complex_vector d = {vector_subtract(vector_zero(), e.im), e.re}; /* times i */
                complex_store(square, row, column, complex_add(a, b));
                complex_store(square, row + 2 * quarter, column, complex_subtract(a, b));
                complex_store(square, row + quarter, column, complex_add(c, d));
                complex_store(square, row + 3 * quarter, column, complex_subtract(c, d));
            }
    }
    if (square->halved)
        for (size_t j = 0; j < size / 2; j++) {
            complex_vector a = complex_load(square, j, column);
            complex_vector b = turn(complex_load(square, j + size / 2, column), square, j, 1);
            complex_store(square, j, column, complex_add(a, b));
            complex_store(square, j + size / 2, column, complex_subtract(a, b));
        }
}

static void transform(const kernel_square *square) {
    for (size_t column = 0; column < square->size; column += LANES)
        transform_columns(square, column);
}

static void restore(const kernel_square *square) {
    for (size_t column = 0; column < square->size; column += LANES)
        restore_columns(square, column);
}

static void multiply_square(const kernel_square *square, const kernel_square *other) {
    for (size_t row = 0; row < square->size; row++)
        for (size_t column = 0; column < square->size; column += LANES) {
            complex_vector a = complex_load(square, row, column);
            complex_vector b = complex_load(other, row, column);
            complex_store(square, row, column, complex_multiply(a, b.re, b.im));
        }
}
