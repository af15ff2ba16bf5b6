#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define API __attribute__((visibility("default")))

enum mode { PLAIN, INVERTED = 4 };

struct image {
    const void *data;
    int32_t width;
    int32_t height;
    ptrdiff_t stride;
    struct image *next;
    uint8_t mark[4];
};

API int picture_blur(const float *input, uint32_t width, uint32_t height, float *output) {
    return input && output && width && height ? 0 : -1;
}

API int picture_show(const struct image *picture, enum mode mode,
                     int (*progress)(void *state, double done), void *state) {
    return picture && mode == PLAIN ? progress(state, 1.0) : -1;
}

API const char *picture_name(const struct picture_store *store, const char *const *names) {
    return store ? names[0] : "";
}

API bool picture_ready(void) { return true; }

API const uint32_t picture_limit = 9;
