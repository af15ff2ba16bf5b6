#include "check.h"
#include "internal.h"

/* Each row tells where the indices -7..9 of an image of four pixels come from. */
void test_border(void) {
    static const struct {
        int32_t border;
        int64_t from[17];
    } cases[] = {
        {KERNEL_BORDER_CONSTANT, {-1, -1, -1, -1, -1, -1, -1, 0, 1, 2, 3, -1, -1, -1, -1, -1, -1}},
        {KERNEL_BORDER_NEAREST, {0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 3, 3, 3}},
        {KERNEL_BORDER_REFLECT, {1, 2, 3, 3, 2, 1, 0, 0, 1, 2, 3, 3, 2, 1, 0, 0, 1}},
        {KERNEL_BORDER_MIRROR, {1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3}},
        {KERNEL_BORDER_WRAP, {1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int64_t index = -7; index <= 9; index++)
            CHECK(kernel_border_index(index, 4, cases[i].border) == cases[i].from[index + 7]);

    /* An image of one pixel is all there is, however far. */
    for (int32_t border = KERNEL_BORDER_NEAREST; border <= KERNEL_BORDER_WRAP; border++)
        for (int64_t index = -5; index <= 5; index++)
            CHECK(kernel_border_index(index, 1, border) == 0);
}
