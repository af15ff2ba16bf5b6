#include "check.h"

int failures = 0;

int main(void) {
    test_border();
    test_fft();
    test_fma();
    test_convolve();
    test_separable();
    test_median();
    if (failures != 0)
        fprintf(stderr, "%d checks failed\n", failures);
    return failures != 0;
}
