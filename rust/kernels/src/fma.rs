//! `a * b + c` in binary32, correctly rounded, by the processor or by binary64 arithmetic.
//!
//! `f32::mul_add` is not called where the processor lacks it: it is the C runtime's, which is slow,
//! and in some runtimes wrong.

#[cfg(target_feature = "fma")]
#[inline(always)]
pub(crate) fn fma(a: f32, b: f32, c: f32) -> f32 {
    a.mul_add(b, c)
}

#[cfg(not(any(target_arch = "aarch64", target_feature = "fma")))]
pub(crate) use exact as fma;

/// The product of two binary32 is exact in binary64; the sum is not, and rounding it a second time
/// to binary32 can go wrong where the first rounding lands on a tie. So the sum is rounded to odd:
/// when it is inexact, take of its two neighbours the one whose last bit is 1. That is never a tie,
/// and lies on the same side as the exact sum, so the second rounding is right (Boldo and
/// Melquiond, "Emulation of a FMA and correctly rounded sums", 2008). The error of the sum is
/// Knuth's `TwoSum`.
#[cfg(any(test, not(any(target_arch = "aarch64", target_feature = "fma"))))]
#[inline(always)]
pub(crate) fn exact(a: f32, b: f32, c: f32) -> f32 {
    let product = f64::from(a) * f64::from(b);
    let addend = f64::from(c);
    let sum = product + addend;
    let virtual_addend = sum - product;
    let error = (product - (sum - virtual_addend)) + (addend - virtual_addend);
    // Of infinity and NaN the error is NaN, for which the comparison is false. The flag is a double
    // whose bit 52 is 1 or 0, as there is a vector instruction for that.
    let flag: f64 = if error.abs() > 0.0 { 1.0 } else { 0.0 };
    let sum_bits = sum.to_bits();
    let inexact_and_even = (flag.to_bits() >> 52) & !sum_bits & 1;
    let toward_zero = (sum_bits ^ error.to_bits()) >> 63;
    let step = 1u64.wrapping_sub(2 * toward_zero) & 0u64.wrapping_sub(inexact_and_even);
    f64::from_bits(sum_bits.wrapping_add(step)) as f32
}

#[cfg(test)]
mod tests {
    use super::exact;

    fn power(exponent: i32) -> f32 {
        2f64.powi(exponent) as f32
    }

    /// In binary64 each of these sums lands just half way between two binary32, so that rounding
    /// it again goes to the even one: the wrong side. The factors are (1 + x) and (1 - x + x**2),
    /// whose product is 1 + x**3, or those for 1 - x**3, scaled to half a unit in the last place of
    /// the addend.
    #[test]
    fn double_rounding() {
        let above = (
            1.0 + power(-12),
            1.0 - power(-12) + power(-24), // their product is 1 + 2**-36
        );
        let below = (
            1.0 - power(-11),
            1.0 + power(-11) + power(-22), // 1 - 2**-33
        );
        let next = 1.0 + f32::EPSILON;
        let cases = [
            (above.0, above.1 * power(-24), 1.0, next),
            (below.0, below.1 * power(-24), next, next),
            (-above.0, above.1 * power(-24), -1.0, -next),
            // Subnormal.
            (
                above.0 * power(-75),
                above.1 * power(-75),
                power(-127),
                power(-127) + power(-149),
            ),
            // Next to overflow.
            (below.0 * power(64), below.1 * power(39), f32::MAX, f32::MAX),
        ];
        for (a, b, c, expected) in cases {
            let twice = (f64::from(a) * f64::from(b) + f64::from(c)) as f32;
            assert_ne!(twice.to_bits(), expected.to_bits());
            assert_eq!(exact(a, b, c).to_bits(), expected.to_bits());
            assert_eq!(a.mul_add(b, c).to_bits(), expected.to_bits());
        }
    }

    /// In binary64 this inexact sum is one unit above a tie, to which its error points: to step
    /// there would be wrong. The product is 2**-24 + 2**-52 - 2**-60.
    #[test]
    fn next_to_a_tie() {
        let (a, b) = (11_801.0 * power(-30), 5_823_191.0 * power(-30));
        assert_eq!(exact(a, b, 1.0), 1.0 + f32::EPSILON);
    }

    /// The processor's, or the C runtime's.
    #[test]
    fn against_mul_add() {
        let special = [
            0,
            0x8000_0000,
            1,
            0x8000_0001,
            0x007F_FFFF,
            0x0080_0000,
            0x3F80_0000,
            0x7F7F_FFFF,
            0xFF7F_FFFF,
            0x7F80_0000,
            0xFF80_0000,
            0x7FC0_0000,
        ];
        let mut state = 1u64;
        let mut random = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 32) as u32
        };
        let count = if cfg!(miri) { 200 } else { 2_000_000 };
        for _ in 0..count {
            let [a, b, c] = [(); 3].map(|()| {
                let bits = random();
                f32::from_bits(match random() % 8 {
                    0 => special[bits as usize % special.len()],
                    // Few bits and near exponents, so that the terms meet.
                    1..6 => (bits & 0x80F0_0001) | ((120 + bits / 256 % 16) << 23),
                    _ => bits,
                })
            });
            let (got, expected) = (exact(a, b, c), a.mul_add(b, c));
            assert!(
                got.to_bits() == expected.to_bits() || got.is_nan() && expected.is_nan(),
                "fma({a:e}, {b:e}, {c:e}): {got:e}, not {expected:e}"
            );
        }
    }
}
