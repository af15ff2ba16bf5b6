/* Rows shared out among threads, which live as long as the call. */
#include "internal.h"

#include <stdlib.h>

#ifdef _WIN32
#include <process.h>
#include <windows.h>
typedef HANDLE thread;
#else
#include <pthread.h>
typedef pthread_t thread;
#endif

/* Multiplications that take about as long as it takes to start a thread, some times over. */
#define WORK_OF_A_THREAD 4e6
#define MOST_THREADS 256

typedef struct {
    kernel_band_function *function;
    const void *job;
    unsigned char *memory;
    size_t first;
    size_t last;
    thread id;
    int started;
} band;

#ifdef _WIN32
static unsigned __stdcall run_band(void *argument) {
    band *one = argument;
    one->function(one->job, one->memory, one->first, one->last);
    return 0;
}

static int start(band *one) {
    one->id = (HANDLE)_beginthreadex(NULL, 0, run_band, one, 0, NULL);
    return one->id != 0;
}

static void join(band *one) {
    WaitForSingleObject(one->id, INFINITE);
    CloseHandle(one->id);
}
#else
static void *run_band(void *argument) {
    band *one = argument;
    one->function(one->job, one->memory, one->first, one->last);
    return NULL;
}

static int start(band *one) { return pthread_create(&one->id, NULL, run_band, one) == 0; }

static void join(band *one) { pthread_join(one->id, NULL); }
#endif

static size_t count_of_bands(const kernel_options *options, double work) {
    size_t count = options->threads == 0 ? 1 : options->threads;
    count = count > MOST_THREADS ? MOST_THREADS : count;
    count = count > options->rows ? options->rows : count;
    double worthwhile = work / WORK_OF_A_THREAD;
    if (worthwhile < (double)count)
        count = worthwhile < 1 ? 1 : (size_t)worthwhile;
    return count;
}

int kernel_run_bands(kernel_band_function *function, const void *job, size_t memory, double work,
                     const kernel_options *options) {
    size_t count = count_of_bands(options, work), each, total;
    if (!kernel_add(memory, KERNEL_ALIGNMENT - 1, &each))
        return KERNEL_OUT_OF_MEMORY;
    each = each / KERNEL_ALIGNMENT * KERNEL_ALIGNMENT;
    if (!kernel_multiply(each, count, &total) || !kernel_add(total, KERNEL_ALIGNMENT, &total))
        return KERNEL_OUT_OF_MEMORY;
    /* Zeros, so that the end of a padded row is never garbage. */
    unsigned char *all = calloc(total, 1);
    if (!all)
        return KERNEL_OUT_OF_MEMORY;
    uintptr_t misplaced = (uintptr_t)all % KERNEL_ALIGNMENT;
    unsigned char *aligned = all + (misplaced ? KERNEL_ALIGNMENT - misplaced : 0);
    band bands[MOST_THREADS];
    size_t rows = options->rows;
    for (size_t i = 0; i < count; i++)
        bands[i] =
            (band){.function = function,
                   .job = job,
                   .memory = aligned + i * each,
                   .first = rows / count * i + (i < rows % count ? i : rows % count),
                   .last = rows / count * (i + 1) + (i + 1 < rows % count ? i + 1 : rows % count)};
    for (size_t i = 1; i < count; i++)
        bands[i].started = start(&bands[i]);
    run_band(&bands[0]);
    for (size_t i = 1; i < count; i++)
        if (bands[i].started)
            join(&bands[i]);
        else
            run_band(&bands[i]); /* no thread to be had */
    free(all);
    return KERNEL_OK;
}
