#include "call.h"

#include <string.h>

enum {
    MOST_PRODUCTS = 60000,        /* of a call that is compared with the definition, */
    ENOUGH_FOR_THREADS = 9000000, /* and of one that is shared out: see WORK_OF_A_THREAD */
    LARGEST_SIDE = 4096,          /* above it a size is there to be refused */
    MOST_BYTES = 1 << 24,
};

typedef struct {
    const uint8_t *next;
    size_t left;
} reader;

/* The next byte; 0 past the end. */
static uint32_t byte(reader *from) {
    if (from->left == 0)
        return 0;
    from->left--;
    return *from->next++;
}

static uint32_t two_bytes(reader *from) {
    uint32_t low = byte(from);
    return low | byte(from) << 8;
}

static uint32_t four_bytes(reader *from) {
    uint32_t low = two_bytes(from);
    return low | two_bytes(from) << 16;
}

static uint64_t eight_bytes(reader *from) {
    uint64_t low = four_bytes(from);
    return low | (uint64_t)four_bytes(from) << 32;
}

/* A size: mostly a small one, at times any. */
static uint32_t a_size(reader *from, uint32_t small) {
    uint32_t kind = byte(from);
    if (kind < 160)
        return 1 + byte(from) % small;
    if (kind < 232)
        return 1 + two_bytes(from) % (8 * small);
    if (kind < 250)
        return 1 + two_bytes(from) % (64 * small);
    return kind < 252 ? 0 : four_bytes(from);
}

/* A stride: mostly the plain one, at times another. */
static ptrdiff_t a_stride(reader *from, uint64_t plain, int all_plain) {
    uint32_t kind = all_plain ? 0 : byte(from);
    uint64_t stride = plain;
    if (kind >= 254)
        stride = eight_bytes(from);
    else if (kind >= 224)
        stride = (uint64_t)(int64_t)(int16_t)two_bytes(from);
    else if (kind >= 208)
        stride = plain + 1;
    else if (kind >= 184)
        stride = 0;
    else if (kind >= 160)
        stride = 2 * plain;
    else if (kind >= 96)
        stride = 0 - plain;
    return (ptrdiff_t)stride;
}

static void read_strides(reader *from, kernel_image *image) {
    const uint64_t sample = image->sample == KERNEL_FLOAT32 ? 4 : 1;
    const uint64_t width = image->width, height = image->height, channels = image->channels;
    uint32_t kind = byte(from);
    int all_plain = kind < 128, planes = kind % 8 == 7; /* a plane for each channel */
    image->channel_stride = a_stride(from, planes ? sample * width * height : sample, all_plain);
    image->column_stride = a_stride(from, planes ? sample : sample * channels, all_plain);
    image->row_stride =
        a_stride(from, planes ? sample * width : sample * channels * width, all_plain);
}

static void read_options(reader *from, call *one) {
    kernel_options *options = &one->options;
    uint32_t kind = byte(from), value = four_bytes(from);
    options->border = kind == 255 ? (int32_t)four_bytes(from) : (int32_t)(kind % 5);
    if (value % 4 == 0)
        memcpy(&options->border_value, &value, sizeof value);
    else
        options->border_value = (float)((int32_t)(value >> 16) - 300) * 0.25F;
    kind = byte(from);
    options->threads = kind == 255 ? four_bytes(from) : kind % 5;
    kind = byte(from);
    if (kind >= 128) {
        uint64_t height = one->image.height;
        options->first_row = (uint32_t)(byte(from) % (height + 1));
        uint64_t left = height - options->first_row;
        options->rows = (uint32_t)(byte(from) % (left + 2));
    }
    if (kind == 255) {
        options->first_row = four_bytes(from);
        options->rows = four_bytes(from);
    }
}

static void read_parameters(reader *from, call *one) {
    static const uint32_t windows[] = {3, 5, 7, 3, 5, 7, 3, 5, 7, 3, 5, 7, 0, 1, 4, 9};
    static const double sigmas[] = {0.0, -1.0, 1e-300, 1e300, 0.3, 1e-45};
    uint32_t kind = 0;
    switch (one->operation) {
    case CONVOLVE:
    case CONVOLVE_EX:
    case CONVOLVE_FFT:
        one->size = a_size(from, one->operation == CONVOLVE_FFT ? 12 : 9);
        break;
    case SEPARABLE:
        kind = byte(from);
        one->size = a_size(from, 9);
        one->other = a_size(from, 9);
        if (kind < 128) /* both at once */
            one->size = one->other = 3 + kind % 2 * 2;
        break;
    case GAUSSIAN_BLUR:
        one->size = a_size(from, 6) - 1;
        kind = byte(from);
        one->sigma = kind < 6 ? sigmas[kind] : kind / 16.0;
        /* The sum of so many weights would take minutes. */
        if (one->size > LARGEST_SIDE && one->size <= INT32_MAX)
            one->size = 1;
        break;
    case SOBEL:
        one->size = byte(from) % 32;
        if (one->size != 31)
            one->size %= 2;
        break;
    default:
        one->size = windows[byte(from) % 16];
    }
}

/* Products, or comparisons, for each sample; what the library calls its work. */
static uint64_t products_of_sample(const call *one) {
    switch (one->operation) {
    case CONVOLVE_FFT:
        return one->large ? 200 : 20 + (uint64_t)one->size * one->size / 8; /* few are made */
    case SEPARABLE:
        return (uint64_t)one->size + one->other;
    case GAUSSIAN_BLUR:
        return 2 * (2 * (uint64_t)one->size + 1);
    case SOBEL:
        return 6;
    case MEDIAN:
        return one->large && one->image.sample == KERNEL_UINT8 ? one->size * one->size / 4
                                                               : one->size * one->size;
    default:
        return (uint64_t)one->size * one->size;
    }
}

static int is_to_be_refused(const call *one) {
    return one->image.width > LARGEST_SIDE || one->image.height > LARGEST_SIDE ||
           one->image.channels > LARGEST_SIDE || one->size > LARGEST_SIDE ||
           one->other > LARGEST_SIDE;
}

static uint64_t products(const call *one) {
    return (uint64_t)one->image.width * one->image.height * one->image.channels *
           products_of_sample(one);
}

/* Halve the largest size until the call does not take long. */
static void shrink(call *one) {
    kernel_image *image = &one->image;
    uint32_t one_size = 0;
    while (products(one) > MOST_PRODUCTS) {
        uint32_t *kernel =
            one->operation == SOBEL || one->operation == MEDIAN ? &one_size : &one->size;
        uint32_t *largest = &image->height;
        if (image->channels > *largest)
            largest = &image->channels;
        if (*kernel > *largest)
            largest = kernel;
        if (one->other > *largest)
            largest = &one->other;
        /* Wide images have more to be wrong. */
        if (image->width > 8 * (uint64_t)*largest)
            largest = &image->width;
        *largest /= 2;
    }
}

/* Add rows until there is enough to do for two threads. */
static void enlarge(call *one) {
    kernel_image *image = &one->image;
    image->width = 97 + image->width % 512;
    image->channels = 1 + image->channels % 3;
    if (one->operation == CONVOLVE_FFT)
        one->size = 1 + one->size % 5; /* for the exact sums, which are compared with */
    else if (one->operation != SOBEL && one->operation != MEDIAN) {
        one->size = 1 + one->size % 15;
        one->other = 1 + one->other % 15;
    }
    uint64_t of_row = (uint64_t)image->width * image->channels * products_of_sample(one);
    if (of_row != 0)
        image->height = (uint32_t)(ENOUGH_FOR_THREADS / of_row) + 1 + image->height % 16;
}

static operation an_operation(uint32_t kind) {
    /* The transforms take long. */
    static const operation all[] = {
        CONVOLVE_EX, SEPARABLE, MEDIAN, CONVOLVE, CONVOLVE_EX, SEPARABLE, MEDIAN, GAUSSIAN_BLUR,
        CONVOLVE_EX, SEPARABLE, MEDIAN, SOBEL,    CONVOLVE_EX, SEPARABLE, MEDIAN, CONVOLVE_EX,
    };
    return kind >= 250 ? CONVOLVE_FFT : all[kind % 16];
}

call read_call(const uint8_t *bytes, size_t count) {
    reader rest = {bytes, count}, *from = &rest;
    call one = {.operation = an_operation(byte(from))};
    kernel_image *image = &one.image;
    uint32_t kind = byte(from);
    image->sample = kind % 2 ? KERNEL_UINT8 : KERNEL_FLOAT32;
    if (kind == 255)
        image->sample = (int32_t)four_bytes(from);
    one.large = kind % 64 == 50;
    kind = byte(from);
    one.absent = kind < 248 ? 0 : kind < 252 ? OPTIONS : byte(from);
    kind = byte(from);
    one.layout = kind < 192 ? APART : (layout)(kind % LAYOUTS);
    kind = byte(from);
    if (one.layout != APART)
        one.moved = kind < 64 ? 0 : kind < 128 ? (int32_t)(kind % 3) - 1 : (int32_t)kind - 192;
    for (int i = 0; i < 3; i++) {
        kind = byte(from);
        one.misplaced[i] = kind < 128 ? 0 : kind < 192 ? 4 * (kind % 16) : kind % 64;
    }
    one.sample_palette = byte(from);
    one.weight_palette = byte(from);
    one.seed = four_bytes(from);
    image->width = a_size(from, 48);
    image->height = a_size(from, 12);
    image->channels = byte(from) % 2 ? a_size(from, 4) : 1;
    read_parameters(from, &one);
    if (one.operation == CONVOLVE) {
        image->sample = KERNEL_FLOAT32;
        image->channels = 1;
    }
    if (one.operation == CONVOLVE_FFT)
        image->channels %= 4; /* each is transformed by itself */
    if (one.large)
        enlarge(&one);
    else if (!is_to_be_refused(&one))
        shrink(&one);
    read_strides(from, image);
    read_options(from, &one);
    if (one.operation == CONVOLVE) {
        image->channel_stride = image->column_stride = sizeof(float);
        image->row_stride = (ptrdiff_t)((uint64_t)image->width * sizeof(float));
        one.options = (kernel_options){0};
        one.absent |= OPTIONS;
    }
    if (one.absent & OPTIONS)
        one.options = (kernel_options){0};
    return one;
}

/* Sizes are judged in numbers so wide that nothing here overflows them. */
typedef unsigned __int128 wide;

static void reach_of_axis(uint32_t length, ptrdiff_t stride, wide *below, wide *above) {
    wide distance = (wide)(length - 1) * (stride < 0 ? -(wide)(__int128)stride : (wide)stride);
    *(stride < 0 ? below : above) += distance;
}

static wide weights_of(const call *one) {
    switch (one->operation) {
    case CONVOLVE:
    case CONVOLVE_EX:
    case CONVOLVE_FFT:
        return (wide)one->size * one->size;
    case SEPARABLE:
        return (wide)one->size + one->other;
    default:
        return 0;
    }
}

static int are_parameters_right(const call *one) {
    switch (one->operation) {
    case SEPARABLE:
        return one->size != 0 && one->other != 0 && !(one->absent & (KERNEL | OTHER_KERNEL));
    case GAUSSIAN_BLUR:
        return one->sigma > 0 && one->size <= INT32_MAX;
    case SOBEL:
        return one->size < 2;
    case MEDIAN:
        return one->size == 3 || one->size == 5 || one->size == 7;
    default:
        return one->size != 0 && !(one->absent & KERNEL);
    }
}

int judge_call(const call *one, extent *reach) {
    const kernel_image *image = &one->image;
    const kernel_options *options = &one->options;
    const wide limit = SIZE_MAX;
    *reach = (extent){0, 64, 64, 64};
    if (one->absent & (INPUT | OUTPUT) || (one->absent & IMAGE && one->operation != CONVOLVE) ||
        !are_parameters_right(one))
        return KERNEL_INVALID;
    if (image->width == 0 || image->height == 0 || image->channels == 0 || image->sample < 0 ||
        image->sample > 1 || options->border < 0 || options->border > 4 ||
        options->first_row >= image->height || options->rows > image->height - options->first_row)
        return KERNEL_INVALID;
    wide sample = image->sample == KERNEL_FLOAT32 ? 4 : 1, below = 0, above = sample;
    wide rows = options->rows ? options->rows : image->height - options->first_row;
    /* Of three factors below 2**32 each the product fits. */
    wide output = rows * image->width * image->channels * sample, weights = 4 * weights_of(one);
    reach_of_axis(image->height, image->row_stride, &below, &above);
    reach_of_axis(image->width, image->column_stride, &below, &above);
    reach_of_axis(image->channels, image->channel_stride, &below, &above);
    if (output > limit || below + above > limit || weights > limit)
        return KERNEL_INVALID;
    if (output > MOST_BYTES || below + above > MOST_BYTES || weights > MOST_BYTES ||
        (!one->large && products(one) > MOST_PRODUCTS))
        return TOO_LARGE;
    *reach = (extent){(size_t)below, (size_t)(below + above), (size_t)weights, (size_t)output};
    return KERNEL_OK;
}
