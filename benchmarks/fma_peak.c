/* How many billion floating-point operations a second one core makes of fma, with the widest
 * vectors that the compiler was told of. Compiled and run by bench_kernels.py. */
#include <stdio.h>
#include <time.h>

#if defined(__AVX512F__)
enum { LANES = 16 };
#elif defined(__AVX__)
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
typedef float vector __attribute__((vector_size(LANES * sizeof(float))));
enum { CHAINS = 12, ROUNDS = 2000000 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int main(void) {
    vector sum[CHAINS] = {0}, factor = {0}, addend = {0};
    for (int i = 0; i < LANES; i++) {
        factor[i] = 0.999F;
        addend[i] = 1e-3F;
    }
    for (int i = 0; i < CHAINS; i++) /* else the compiler makes one of them all */
        sum[i] = addend * (float)i;
    double began = now();
    for (int round = 0; round < ROUNDS; round++) {
#pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++)
            sum[i] = sum[i] * factor + addend;
        __asm__ volatile("" : : "r"(round)); /* each round by itself */
    }
    double took = now() - began;
    float shown = 0;
    for (int i = 0; i < CHAINS; i++)
        shown += sum[i][0];
    printf("%.3f %d %g\n", 2.0 * CHAINS * LANES * ROUNDS / took / 1e9, LANES, (double)shown);
    return 0;
}
