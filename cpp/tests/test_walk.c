#include "check.h"
#include "rows.h"

#include <string.h>

/* Plan a walk over a contiguous image of floats, with a kernel of size * size and one slot. */
static kernel_walk plan(const kernel_image *image, uint32_t size, size_t gathered,
                        size_t interior) {
    kernel_walk walk = {.image = image, .level = kernel_level_in_use(), .rows = 1};
    walk.block = walk.level->lanes;
    CHECK(kernel_plan_walk(&walk, size, size, 1, gathered, interior) == KERNEL_OK);
    return walk;
}

static void test_results_are_as_long_as_a_strip(void) {
    static const float sample = 0;
    kernel_image image = {&sample, KERNEL_FLOAT32, 64, 64, 1, 64 * 4, 4, 4};
    kernel_walk walk = plan(&image, 8001, 8192, 8192);
    CHECK(walk.longest == 64);
    CHECK(walk.length >= 64 + 8000);
    /* Read where it is, but for the edges. */
    image.width = 6400;
    image.row_stride = 6400 * 4;
    walk = plan(&image, 101, 100, 1000);
    CHECK(walk.direct && walk.longest >= 900 && walk.longest < 1064);
    /* Edges that are wider than a strip should be. */
    walk = plan(&image, 203, 100, 1000);
    CHECK(!walk.direct && walk.longest >= 100 && walk.longest < 164);
}

void test_walk(void) { test_results_are_as_long_as_a_strip(); }
