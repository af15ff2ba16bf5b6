/* Correlation with a large square kernel by Fourier transforms of overlapping squares.
 *
 * The kernel is real, so a square of complex numbers holds two squares of the image, one in its
 * real and one in its imaginary parts, and neither meets the other. */
#include "rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of working memory at most, of all threads together. */
#define MOST_BYTES 16000000
/* Past this size the squares would be too large for it. */
#define LARGEST_KERNEL 384
#define SQUARE 256
#define LARGE_SQUARE 512
#define SMALL_KERNEL 96

typedef struct {
    kernel_walk walk;
    kernel_square kernel; /* its spectrum */
    size_t reach;         /* rows and columns of results that a square gives */
} filtering;

/* A part of the result, and so of the image with what is around it. */
typedef struct {
    size_t first; /* pixel */
    size_t pixels;
    size_t y;
    size_t rows;
    size_t channel;
} part;

static size_t square_stride(size_t size) { return size + KERNEL_ALIGNMENT / sizeof(float); }

static size_t square_bytes(size_t size) { return 2 * size * square_stride(size) * sizeof(float); }

static kernel_square lay_square(float *memory, size_t size, const float *roots) {
    const size_t stride = square_stride(size);
    return (kernel_square){.re = memory,
                           .im = memory + size * stride,
                           .size = size,
                           .stride = stride,
                           .halved = size == LARGE_SQUARE,
                           .roots = roots};
}

static void transpose_plane(float *plane, size_t size, size_t stride) {
    enum { TILE = 16 };
    for (size_t top = 0; top < size; top += TILE)
        for (size_t left = top; left < size; left += TILE)
            for (size_t y = top; y < top + TILE; y++)
                for (size_t x = left == top ? y + 1 : left; x < left + TILE; x++) {
                    float value = plane[y * stride + x];
                    plane[y * stride + x] = plane[x * stride + y];
                    plane[x * stride + y] = value;
                }
}

static void transpose(const kernel_square *square) {
    transpose_plane(square->re, square->size, square->stride);
    transpose_plane(square->im, square->size, square->stride);
}

/* Transform columns and rows; the spectrum is left transposed. */
static void transform(const kernel_level *level, const kernel_square *square) {
    level->transform(square);
    transpose(square);
    level->transform(square);
}

static void restore(const kernel_level *level, const kernel_square *square) {
    level->restore(square);
    transpose(square);
    level->restore(square);
}

/* Copy the part of the image under a part of the result into a plane. */
static void read_part(kernel_source *source, const part *one, float *plane, size_t size,
                      size_t stride) {
    const kernel_walk *walk = source->walk;
    const size_t channels = walk->image->channels;
    const size_t columns = one->pixels + walk->before + walk->after;
    const size_t rows = one->rows + walk->before + walk->after;
    for (size_t y = 0; y < size; y++) {
        float *target = plane + y * stride;
        size_t filled = y < rows ? columns : 0;
        if (y < rows) {
            const float *row = kernel_source_row(source, kernel_top_row(walk, one->y + y));
            for (size_t x = 0; x < columns; x++)
                target[x] = row[x * channels + one->channel];
        }
        memset(target + filled, 0, (size - filled) * sizeof(float));
    }
}

/* Write a part of the result from a plane. */
static void write_part(const kernel_walk *walk, const part *one, const float *plane,
                       size_t stride) {
    const size_t channels = walk->image->channels, size = kernel_sample_size(walk->image->sample);
    for (size_t y = 0; y < one->rows; y++) {
        const float *from = plane + y * stride;
        unsigned char *target =
            walk->output +
            (((one->y + y) * walk->image->width + one->first) * channels + one->channel) * size;
        for (size_t x = 0; x < one->pixels; x++, target += channels * size) {
            if (walk->image->sample == KERNEL_UINT8) {
                walk->level->store_bytes(from + x, 1, target);
            } else {
                uint32_t bits;
                memcpy(&bits, from + x, sizeof bits);
                bits = (bits & 0x7FFFFFFF) > 0x7F800000 ? KERNEL_QUIET_NAN : bits;
                memcpy(target, &bits, sizeof bits);
            }
        }
    }
}

/* Filter the parts that lie in a square, of which there are one or two. */
static void filter(const filtering *work, const kernel_square *square, const part *parts,
                   size_t count) {
    const kernel_level *level = work->walk.level;
    if (count == 0)
        return;
    if (count == 1)
        memset(square->im, 0, square->size * square->stride * sizeof(float));
    transform(level, square);
    level->multiply_square(square, &work->kernel);
    restore(level, square);
    write_part(&work->walk, &parts[0], square->re, square->stride);
    if (count == 2)
        write_part(&work->walk, &parts[1], square->im, square->stride);
}

static void run_band(const void *job, unsigned char *memory, size_t first, size_t last) {
    const filtering *work = job;
    const kernel_walk *walk = &work->walk;
    const size_t size = work->kernel.size;
    const kernel_square square = lay_square((float *)(void *)memory, size, work->kernel.roots);
    kernel_source source = kernel_open_source(walk, memory + square_bytes(size));
    const size_t step = kernel_even_step(last - first, work->reach);
    part parts[2];
    size_t count = 0;
    kernel_strip strip = {0};
    while (kernel_plan_strip(walk, &strip)) {
        kernel_enter_strip(&source, &strip);
        for (size_t y = first; y < last; y += step)
            for (size_t channel = 0; channel < walk->image->channels; channel++) {
                parts[count] = (part){.first = strip.first,
                                      .pixels = strip.pixels,
                                      .y = y,
                                      .rows = last - y < step ? last - y : step,
                                      .channel = channel};
                read_part(&source, &parts[count], count == 0 ? square.re : square.im, size,
                          square.stride);
                if (++count == 2) {
                    filter(work, &square, parts, count);
                    count = 0;
                }
            }
    }
    filter(work, &square, parts, count);
}

static void fill_roots(float *roots, size_t size) {
    for (size_t i = 0; i < size; i++) {
        double angle = -2.0 * 3.14159265358979323846 * (double)i / (double)size;
        roots[2 * i] = (float)cos(angle);
        roots[2 * i + 1] = (float)sin(angle);
    }
}

/* The spectrum that correlates: the conjugate of the kernel's, over what the transforms multiply
 * by. */
static void prepare_kernel(const filtering *work, const void *kernel, size_t kernel_size) {
    const kernel_square *square = &work->kernel;
    const float factor = 1.0F / (float)(square->size * square->size); /* a power of two: exact */
    for (size_t y = 0; y < kernel_size; y++) {
        float *row = square->re + y * square->stride;
        memcpy(row, (const unsigned char *)kernel + y * kernel_size * sizeof(float),
               kernel_size * sizeof(float));
        for (size_t x = 0; x < kernel_size; x++)
            row[x] *= factor;
    }
    transform(work->walk.level, square);
    for (size_t i = 0; i < square->size * square->stride; i++)
        square->im[i] = -square->im[i];
}

int kernel_convolve_fft(const kernel_image *input, const void *kernel, uint32_t kernel_size,
                        const kernel_options *options, void *output) {
    filtering work = {.walk = {.image = input, .output = output}};
    kernel_walk *walk = &work.walk;
    if (kernel_size > LARGEST_KERNEL)
        return kernel_convolve_ex(input, kernel, kernel_size, options, output);
    if (!kernel_valid(input, options, &walk->options, output) ||
        !kernel_apart(kernel, (size_t)kernel_size * kernel_size, input, &walk->options, output))
        return KERNEL_INVALID;
    const size_t size = kernel_size <= SMALL_KERNEL ? SQUARE : LARGE_SQUARE;
    size_t bytes;
    walk->level = kernel_level_in_use();
    walk->block = 1;
    walk->gather = 1;
    walk->rows = 1;
    work.reach = size - kernel_size + 1;
    size_t strip = kernel_even_step(input->width, work.reach), samples;
    if (!kernel_multiply(strip, input->channels, &samples) ||
        kernel_plan_walk(walk, kernel_size, kernel_size, 1, samples, samples) != KERNEL_OK)
        return KERNEL_INVALID;
    bytes = kernel_source_bytes(walk);
    if (bytes == 0 || !kernel_add(bytes, square_bytes(size), &bytes))
        return KERNEL_INVALID;
    const size_t shared = square_bytes(size) + 2 * size * sizeof(float);
    const size_t most = (MOST_BYTES - shared) / bytes;
    if (walk->options.threads > most)
        walk->options.threads = (uint32_t)most; /* of which 0 is 1 */
    float *memory = calloc(1, shared);
    if (!memory)
        return KERNEL_OUT_OF_MEMORY;
    float *roots = memory + square_bytes(size) / sizeof(float);
    fill_roots(roots, size);
    work.kernel = lay_square(memory, size, roots);
    prepare_kernel(&work, kernel, kernel_size);
    double work_in_all = 200.0 * walk->options.rows * input->width * input->channels;
    int status = kernel_run_bands(run_band, &work, bytes, work_in_all, &walk->options);
    free(memory);
    return status;
}
