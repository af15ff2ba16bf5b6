#include "internal.h"

/* The remainder that is never negative. */
static int64_t modulo(int64_t index, int64_t period) {
    int64_t remainder = index % period;
    return remainder < 0 ? remainder + period : remainder;
}

int64_t kernel_border_index(int64_t index, int64_t length, int32_t border) {
    if (index >= 0 && index < length)
        return index;
    switch (border) {
    case KERNEL_BORDER_NEAREST:
        return index < 0 ? 0 : length - 1;
    case KERNEL_BORDER_REFLECT: {
        int64_t place = modulo(index, 2 * length);
        return place < length ? place : 2 * length - 1 - place;
    }
    case KERNEL_BORDER_MIRROR: {
        if (length == 1)
            return 0;
        int64_t place = modulo(index, 2 * length - 2);
        return place < length ? place : 2 * length - 2 - place;
    }
    case KERNEL_BORDER_WRAP:
        return modulo(index, length);
    default:
        return -1;
    }
}
