// Which images and kernels can be correlated by Fourier transforms.
#pragma once

#include "kernel.h"

#include <cstdint>

namespace twinwheel {

// Is all that is summed neither so large nor so small that a transform might lose it? A transform
// spreads NaN and infinity further than the kernel reaches, and has the range of binary32 itself.
bool transformable(const kernel_image *input, const void *kernel, std::uint32_t kernel_size,
                   const kernel_options *options);

} // namespace twinwheel
