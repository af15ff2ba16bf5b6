#include "transformable.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace twinwheel {

namespace {

// Of the largest magnitude; the bits of binary32, which are in the order of the magnitudes.
constexpr std::int32_t LEAST = (127 - 40) << 23; // 2 ** -40
constexpr std::int32_t MOST = (127 + 40) << 23;  // 2 ** 40

std::int32_t magnitude(const unsigned char *sample) {
    std::int32_t bits;
    std::memcpy(&bits, sample, sizeof bits);
    return bits & 0x7FFFFFFF;
}

// The largest of a row; NaN is above infinity.
std::int32_t largest_of_row(const unsigned char *samples, std::size_t count, std::ptrdiff_t stride,
                            std::int32_t largest) {
    constexpr std::ptrdiff_t packed = sizeof(float);
    const auto length = static_cast<std::ptrdiff_t>(count);
    if (stride == packed) // by itself, for the compiler to take several at once
        for (std::ptrdiff_t i = 0; i < length; i++)
            largest = std::max(largest, magnitude(samples + i * packed));
    else
        for (std::ptrdiff_t i = 0; i < length; i++)
            largest = std::max(largest, magnitude(samples + i * stride));
    return largest;
}

struct Axis {
    std::size_t length;
    std::ptrdiff_t stride;
};

std::int32_t largest_sample(const kernel_image *image) {
    // In the order of the memory: the shortest step last, and what goes on without a gap as one.
    Axis axes[] = {{image->height, image->row_stride},
                   {image->width, image->column_stride},
                   {image->channels, image->channel_stride}};
    std::stable_sort(axes, axes + 3,
                     [](Axis a, Axis b) { return std::abs(a.stride) > std::abs(b.stride); });
    auto &[outer, middle, inner] = axes;
    if (middle.stride == inner.stride * static_cast<std::ptrdiff_t>(inner.length))
        inner.length *= std::exchange(middle.length, 1);
    const auto *data = static_cast<const unsigned char *>(image->data);
    std::int32_t largest = 0;
    for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(outer.length); i++)
        for (std::ptrdiff_t j = 0; j < static_cast<std::ptrdiff_t>(middle.length); j++)
            largest = largest_of_row(data + i * outer.stride + j * middle.stride, inner.length,
                                     inner.stride, largest);
    return largest;
}

} // namespace

bool transformable(const kernel_image *input, const void *kernel, std::uint32_t kernel_size,
                   const kernel_options *options) {
    auto in_range = [](std::int32_t largest) { return largest >= LEAST && largest <= MOST; };
    constexpr std::int32_t byte = 0x437F0000; // 255
    const std::size_t weights = static_cast<std::size_t>(kernel_size) * kernel_size;
    std::int32_t samples = input->sample == KERNEL_UINT8 ? byte : largest_sample(input);
    if (options->border == KERNEL_BORDER_CONSTANT) {
        unsigned char value[sizeof(float)];
        std::memcpy(value, &options->border_value, sizeof value);
        samples = std::max(samples, magnitude(value));
    }
    return in_range(samples) && in_range(largest_of_row(static_cast<const unsigned char *>(kernel),
                                                        weights, sizeof(float), 0));
}

} // namespace twinwheel
