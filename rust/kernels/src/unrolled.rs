//! What `UNROLL` is in C.

/// Write a body out for y of 0, 1, ... as far as it is below a constant of at most 10. The compiler
/// would not, as it has a loop inside.
macro_rules! unrolled {
    ($y:ident below $end:expr, $body:expr) => {
        unrolled!($y below $end, $body, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
    };
    ($y:ident below $end:expr, $body:expr, $($value:literal),+) => {
        $(if $value < $end {
            let $y: usize = $value;
            $body;
        })+
    };
}

pub(crate) use unrolled;
