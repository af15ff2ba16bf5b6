/* The numbers in the mapped page, which all workers of the machine see. */
#ifndef TWINWHEEL_SLOT_PAGE_H
#define TWINWHEEL_SLOT_PAGE_H

#include <stdint.h>

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
/* Aligned words are read and written in one piece. */
static inline uint64_t page_read(const uint64_t *word) { return *(const volatile uint64_t *)word; }
static inline void page_write_own(uint64_t *word, uint64_t value) {
    *(volatile uint64_t *)word = value;
}
static inline uint64_t page_add(uint64_t *word, uint64_t more) {
    return (uint64_t)_InterlockedExchangeAdd64((volatile long long *)word, (long long)more);
}
static inline void page_count(uint32_t *word) { _InterlockedIncrement((volatile long *)word); }
#else
static inline uint64_t page_read(const uint64_t *word) {
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}
static inline void page_write_own(uint64_t *word, uint64_t value) {
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}
static inline uint64_t page_add(uint64_t *word, uint64_t more) {
    return __atomic_fetch_add(word, more, __ATOMIC_RELAXED);
}
static inline void page_count(uint32_t *word) { __atomic_fetch_add(word, 1, __ATOMIC_RELAXED); }
#endif

/* Add to a word that no other process writes, and return what it was: under the interpreter's lock
 * no other thread writes it meanwhile. */
static inline uint64_t page_add_own(uint64_t *word, uint64_t more) {
#ifdef Py_GIL_DISABLED
    return page_add(word, more);
#else
    const uint64_t before = *word;
    *word = before + more;
    return before;
#endif
}

/* What is counted of each arm, in this order: see twinwheel.rollout.layout. */
enum { PAGE_CALLS, PAGE_TIMED, PAGE_SLOW, PAGE_COUNTERS = 12 };

/* What is kept of a component, in this order. */
enum { PAGE_WORD, PAGE_ROUTE, PAGE_SLOW_AFTER, PAGE_FIELDS = 16 };

/* The seed of the sticky buckets, and one call in how many is timed: 0 for none. */
#define PAGE_SEED(route) ((uint32_t)(route))
#define PAGE_PERIOD(route) ((uint32_t)((route) >> 32))

/* A histogram has 64 buckets for each power of two of nanoseconds: less than 1 % off. */
enum { PAGE_SUB_BITS = 6, PAGE_BUCKETS = 2048 };

/* The bucket of a time. */
static inline unsigned page_bucket(uint64_t nanoseconds) {
    unsigned shift = 0;
    while (nanoseconds >> shift >= 2u << PAGE_SUB_BITS)
        shift++;
    uint64_t bucket = ((uint64_t)shift << PAGE_SUB_BITS) + (nanoseconds >> shift);
    return bucket < PAGE_BUCKETS ? (unsigned)bucket : PAGE_BUCKETS - 1;
}

#endif
