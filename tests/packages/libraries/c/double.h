#ifndef DOUBLE_H
#define DOUBLE_H

#include <stdint.h>

#ifdef _WIN32
#define DOUBLE_API __declspec(dllexport)
#else
#define DOUBLE_API
#endif

/* Twice each of count values; 0, or -1 for a null pointer. */
DOUBLE_API int double_values(const int64_t *values, uint32_t count, int64_t *output);

/* The language that the library is written in. */
DOUBLE_API const char *double_language(void);

#endif
