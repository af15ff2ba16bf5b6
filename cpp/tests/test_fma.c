#include "check.h"
#include "fma.h"

#include <math.h>

/* In binary64 each of these sums lands just half way between two binary32, so that rounding it
 * again goes to the even one: the wrong side. The factors are (1 + x) and (1 - x + x**2), whose
 * product is 1 + x**3, or those for 1 - x**3, scaled to half a unit in the last place of the
 * addend. */
static void test_double_rounding(void) {
    static const struct {
        float a, b, c, expected;
    } cases[] = {
        {0x1.001p0F, 0x1.FFE002p-25F, 1.0F, 0x1.000002p0F},
        {0x1.FFCp-1F, 0x1.002004p-24F, 0x1.000002p0F, 0x1.000002p0F},
        {-0x1.001p0F, 0x1.FFE002p-25F, -1.0F, -0x1.000002p0F},
        {0x1.001p-75F, 0x1.FFE002p-76F, 0x1p-127F, 0x1p-127F + 0x1p-149F}, /* subnormal */
        {0x1.FFCp63F, 0x1.002004p39F, 0x1.FFFFFEp127F, 0x1.FFFFFEp127F},   /* next to overflow */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float a = cases[i].a, b = cases[i].b, c = cases[i].c;
        double sum = (double)a * (double)b + (double)c;
        CHECK(bits_of((float)sum) != bits_of(cases[i].expected));
        CHECK(bits_of(kernel_fma(a, b, c)) == bits_of(cases[i].expected));
    }
}

/* In binary64 this inexact sum is one unit above a tie, to which its error points: to step there
 * would be wrong. The product is 2**-24 + 2**-52 - 2**-60. */
static void test_next_to_a_tie(void) {
    CHECK(bits_of(kernel_fma(11801 * 0x1p-30F, 5823191 * 0x1p-30F, 1.0F)) ==
          bits_of(0x1.000002p0F));
}

/* The C runtime's fmaf is the oracle. */
static void test_against_fmaf(void) {
    static const uint32_t special[] = {0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007FFFFF,
                                       0x00800000, 0x3F800000, 0xBF800000, 0x7F7FFFFF, 0xFF7FFFFF,
                                       0x7F800000, 0xFF800000, 0x7FC00000, 0x33800000, 0x33800001};
    const uint32_t specials = sizeof special / sizeof *special;
    uint64_t state = 1;
    for (int i = 0; i < 2000000; i++) {
        float value[3];
        for (int j = 0; j < 3; j++) {
            uint32_t bits = next_random(&state), kind = next_random(&state) % 8;
            if (kind == 0)
                bits = special[bits % specials];
            else if (kind < 6) /* few bits and near exponents, so that the terms meet */
                bits = (bits & 0x80F00001) | ((120 + bits / 256 % 16) << 23);
            value[j] = float_of(bits);
        }
        float got = kernel_fma(value[0], value[1], value[2]);
        float expected = fmaf(value[0], value[1], value[2]);
        CHECK(isnan(expected) ? isnan(got) : bits_of(got) == bits_of(expected));
    }
}

void test_fma(void) {
    test_double_rounding();
    test_next_to_a_tie();
    test_against_fmaf();
}
