#include "memory.h"

#include <stdlib.h>
#include <string.h>

enum { GUARD = 256 }; /* bytes around what lies in one block, so that the output can be moved */

static uint32_t next_random(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

/* Floats as they come, and such as are seldom met. */
static uint32_t a_float(uint32_t palette, uint32_t random) {
    static const uint32_t special[] = {
        0x7FC00000, 0xFFC00001, 0x7F800001, 0x7F800000, 0xFF800000, 0x00000000, 0x80000000,
        0x00000001, 0x80000001, 0x007FFFFF, 0x00800000, 0x7F7FFFFF, 0xFF7FFFFF, 0x3F800000,
    };
    static const uint32_t fractions[] = {0x000000, 0x000001, 0x400000, 0x000800,
                                         0x7FFFFF, 0x001001, 0x7FF000, 0x555555};
    float value;
    uint32_t bits;
    switch (palette) {
    case 0:
        value = (float)(int32_t)random * 0x1p-20F;
        break;
    case 1:
        value = (float)(random >> 16) - 32768.0F;
        break;
    case 2:
        value = (float)(int8_t)(random >> 24) * 0.25F; /* sums that lie half way between bytes */
        break;
    case 3:
        value = (float)(random >> 30);
        break;
    case 4:
        return random;
    case 5:
        return special[(random >> 16) % (sizeof special / sizeof *special)];
    case 6: /* products and sums that lie next to a tie */
        return (random & 0x80000000) | (127 - 40 + (random >> 8) % 80) << 23 |
               fractions[(random >> 4) % 8];
    default: /* some of all */
        return a_float((random >> 5) % 7, random * 2654435769u);
    }
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void fill_floats(unsigned char *target, size_t bytes, uint32_t palette, uint64_t seed) {
    /* What is left over is of a float that is cut off. */
    for (size_t i = 0; i < bytes; i += sizeof(float)) {
        uint32_t bits = a_float(palette % 8, next_random(&seed));
        size_t left = bytes - i;
        memcpy(target + i, &bits, left < sizeof bits ? left : sizeof bits);
    }
}

static void fill_bytes(unsigned char *target, size_t bytes, uint32_t palette, uint64_t seed) {
    static const uint8_t special[] = {0, 255, 1, 254, 127, 128, 0, 255};
    for (size_t i = 0; i < bytes; i++) {
        uint32_t random = next_random(&seed) >> 16;
        target[i] = (uint8_t)(palette % 4 == 0   ? random % 4
                              : palette % 4 == 1 ? special[random % 8]
                                                 : random);
    }
}

static size_t at_least_one(size_t size) { return size == 0 ? 1 : size; }

memory open_memory(const call *one, const extent *reach) {
    static const int orders[LAYOUTS][PARTS] = {{0, 1, 2}, {0, 1, 2}, {2, 0, 1}, {1, 2, 0}};
    memory all = {.below = reach->below};
    const size_t bytes[PARTS] = {reach->input, reach->kernels, reach->output};
    size_t end = GUARD;
    for (int i = 0; i < PARTS; i++) {
        int part = orders[one->layout][i];
        if (one->layout == APART) {
            all.parts[part] = (place){part, one->misplaced[part], bytes[part]};
            all.sizes[part] = one->misplaced[part] + bytes[part];
        } else {
            if (i == 0)
                end += one->misplaced[part];
            all.parts[part] = (place){0, end, bytes[part]};
            end += bytes[part];
        }
    }
    if (one->layout != APART) {
        all.sizes[0] = end + GUARD;
        all.parts[2].offset = (size_t)((ptrdiff_t)all.parts[2].offset + one->moved);
    }
    for (int i = 0; i < PARTS; i++) {
        if (all.sizes[i] == 0 && i > 0 && one->layout != APART)
            continue;
        all.blocks[i] = malloc(at_least_one(all.sizes[i]));
        if (!all.blocks[i])
            abort();
        memset(all.blocks[i], 0x55, all.sizes[i]);
    }
    const place *input = &all.parts[0], *kernels = &all.parts[1];
    if (one->image.sample == KERNEL_UINT8)
        fill_bytes(all.blocks[input->block] + input->offset, input->bytes, one->sample_palette,
                   one->seed);
    else
        fill_floats(all.blocks[input->block] + input->offset, input->bytes, one->sample_palette,
                    one->seed);
    fill_floats(all.blocks[kernels->block] + kernels->offset, kernels->bytes, one->weight_palette,
                one->seed + 1);
    return all;
}

memory copy_memory(const memory *original) {
    memory copy = *original;
    for (int i = 0; i < PARTS; i++)
        if (original->blocks[i]) {
            copy.blocks[i] = malloc(at_least_one(copy.sizes[i]));
            if (!copy.blocks[i])
                abort();
            memcpy(copy.blocks[i], original->blocks[i], copy.sizes[i]);
        }
    return copy;
}

void close_memory(memory *all) {
    for (int i = 0; i < PARTS; i++)
        free(all->blocks[i]);
}

static int overlap(const place *a, const place *b) {
    return a->block == b->block && a->bytes != 0 && b->bytes != 0 &&
           a->offset < b->offset + b->bytes && b->offset < a->offset + a->bytes;
}

int is_output_overlapped(const memory *all) {
    return overlap(&all->parts[2], &all->parts[0]) || overlap(&all->parts[2], &all->parts[1]);
}

static unsigned char *start_of(const memory *all, int part) {
    return all->blocks[all->parts[part].block] + all->parts[part].offset;
}

const unsigned char *input_of(const memory *all) { return start_of(all, 0) + all->below; }
const unsigned char *kernels_of(const memory *all) { return start_of(all, 1); }
unsigned char *output_of(const memory *all) { return start_of(all, 2); }

static ptrdiff_t first_difference(const unsigned char *a, const unsigned char *b, size_t from,
                                  size_t to) {
    if (from >= to || memcmp(a + from, b + from, to - from) == 0)
        return -1;
    while (a[from] == b[from])
        from++;
    return (ptrdiff_t)from;
}

int difference(const memory *a, const memory *b, int with_output, ptrdiff_t *where) {
    const place *output = &a->parts[2];
    for (int block = 0; block < PARTS; block++) {
        if (!a->blocks[block])
            continue;
        int skip = block == output->block && !with_output;
        size_t size = a->sizes[block], end = output->offset + output->bytes;
        ptrdiff_t found =
            first_difference(a->blocks[block], b->blocks[block], 0, skip ? output->offset : size);
        if (found < 0 && skip)
            found = first_difference(a->blocks[block], b->blocks[block], end, size);
        if (found >= 0) {
            *where = found - (ptrdiff_t)output->offset;
            return 1;
        }
    }
    return 0;
}
