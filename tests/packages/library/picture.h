#ifndef PICTURE_H
#define PICTURE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef enum picture_mode { PICTURE_PLAIN, PICTURE_INVERTED = 4 } picture_mode;

typedef struct picture {
    const void *data;
    int32_t width;
    int32_t height;
    ptrdiff_t stride;
    struct picture *next;
    uint8_t mark[4];
} picture;

struct picture_store;
typedef int (*picture_progress)(void *state, double done);

int picture_blur(const float *input, uint32_t width, uint32_t height, float *output);
int picture_show(const picture *input, picture_mode mode, picture_progress progress, void *state);
const char *picture_name(const struct picture_store *store, const char *const *names);
bool picture_ready(void);
extern const uint32_t picture_limit;

static inline int picture_width(const picture *input) { return input->width; }
#endif
