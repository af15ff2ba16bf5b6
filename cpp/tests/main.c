/* All tests, or those that are named. */
#include "check.h"

int failures = 0;

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
    {"border", test_border},   {"convolve", test_convolve}, {"fft", test_fft},
    {"fma", test_fma},         {"median", test_median},     {"separable", test_separable},
    {"threads", test_threads}, {"walk", test_walk},
};
enum { TESTS = sizeof tests / sizeof *tests };

static int run_named(const char *name) {
    for (int i = 0; i < TESTS; i++)
        if (strcmp(tests[i].name, name) == 0) {
            tests[i].run();
            return 1;
        }
    fprintf(stderr, "no test is named %s\n", name);
    return 0;
}

int main(int count, char **names) {
    for (int i = 1; i < count; i++)
        if (!run_named(names[i]))
            return 2;
    for (int i = 0; i < TESTS && count < 2; i++)
        tests[i].run();
    if (failures != 0)
        fprintf(stderr, "%d checks failed\n", failures);
    return failures != 0;
}
