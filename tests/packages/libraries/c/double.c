#include "double.h"

#include <stddef.h>

int double_values(const int64_t *values, uint32_t count, int64_t *output) {
    if (values == NULL || output == NULL)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        output[i] = 2 * values[i];
    return 0;
}

const char *double_language(void) {
    return "c";
}
