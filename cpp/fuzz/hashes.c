/* Print what random calls return, and a hash of what they write: for machines to be compared.
 *
 *   kernel_hashes LEVEL CALLS
 *
 * The twin of rust/fuzz/src/bin/hashes.rs. */
#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t hash_of(const unsigned char *bytes, size_t count) {
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash;
}

static void print_call(uint64_t number) {
    uint8_t bytes[96];
    uint64_t state = number;
    for (size_t i = 0; i < sizeof bytes; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(state >> 56);
    }
    call one = read_call(bytes, sizeof bytes);
    memory all;
    /* The last bits of the transforms may differ. */
    if (one.operation == CONVOLVE_FFT || one.large || prepare_call(&one, &all) == TOO_LARGE)
        return;
    int status = make_call(&one, &all);
    printf("%" PRIu64 " %d %d %016" PRIx64 "\n", number, (int)one.operation, status,
           hash_of(output_of(&all), all.parts[2].bytes));
    close_memory(&all);
}

int main(int count, char **arguments) {
    if (count != 3 || kernel_select_cpu(arguments[1]) != KERNEL_OK) {
        fprintf(stderr, "kernel_hashes LEVEL CALLS, with a level that this machine has\n");
        return 2;
    }
    uint64_t calls = strtoull(arguments[2], NULL, 10);
    for (uint64_t number = 0; number < calls; number++)
        print_call(number);
    return 0;
}
