/* Nanoseconds of a clock that does not go back. */
#ifndef TWINWHEEL_SLOT_CLOCK_H
#define TWINWHEEL_SLOT_CLOCK_H

#include <stdint.h>

#ifdef _WIN32
#include <windows.h>
static inline uint64_t clock_nanoseconds(void) {
    LARGE_INTEGER ticks, rate;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&rate);
    const uint64_t second = (uint64_t)rate.QuadPart, count = (uint64_t)ticks.QuadPart;
    return count / second * 1000000000u + count % second * 1000000000u / second;
}
#else
#include <time.h>
static inline uint64_t clock_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
#endif

#endif
