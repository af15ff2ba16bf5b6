//! What is compiled once for each instruction set, from its words: what `level.inc.c` is in C.

/// Define `LEVEL`, and its functions, with the attributes that their instructions need.
///
/// The blocks say how many columns of vectors go with one row of sums, with two, and so on.
macro_rules! level {
    (
        name: $name:literal,
        $(#[$attribute:meta])*
        vector: $vector:ty,
        keys: $keys:ty,
        bytes: $bytes:ty,
        blocks: 1 x $widest:literal $(, $rows:literal x $columns:literal)*,
    ) => {
        /// # Safety
        /// As for [`SumsFunction`](crate::level::SumsFunction).
        $(#[$attribute])*
        unsafe fn sums<const ROWS: usize, const COLUMNS: usize>(
            taps: &crate::level::Taps,
            window: &[*const std::ffi::c_void],
            samples: usize,
            output: *mut u8,
            stride: isize,
        ) {
            // SAFETY: as the caller says.
            unsafe {
                crate::sums::sums::<$vector, ROWS, COLUMNS>(taps, window, samples, output, stride);
            }
        }

        /// # Safety
        /// As for [`FusedFunction`](crate::level::FusedFunction).
        $(#[$attribute])*
        unsafe fn fused<const ROWS: usize, const COLUMNS: usize>(
            across: &crate::level::Taps,
            down: &crate::level::Taps,
            window: &[*const std::ffi::c_void],
            samples: usize,
            output: *mut u8,
            stride: isize,
        ) {
            // SAFETY: as the caller says.
            unsafe {
                crate::fused::fused::<$vector, ROWS, COLUMNS>(
                    across, down, window, samples, output, stride,
                );
            }
        }

        $(#[$attribute])*
        fn store_bytes(sums: &[f32], output: &mut [u8]) {
            crate::level::store_bytes(sums, output);
        }

        /// # Safety
        /// As for [`fft::transform`](crate::fft::transform).
        $(#[$attribute])*
        unsafe fn transform(square: &crate::level::Square) {
            // SAFETY: as the caller says.
            unsafe { crate::fft::transform::<$vector>(square) }
        }

        /// # Safety
        /// As for [`fft::restore`](crate::fft::restore).
        $(#[$attribute])*
        unsafe fn restore(square: &crate::level::Square) {
            // SAFETY: as the caller says.
            unsafe { crate::fft::restore::<$vector>(square) }
        }

        /// # Safety
        /// As for [`fft::multiply_square`](crate::fft::multiply_square).
        $(#[$attribute])*
        unsafe fn multiply_square(square: &crate::level::Square, other: &crate::level::Square) {
            // SAFETY: as the caller says.
            unsafe { crate::fft::multiply_square::<$vector>(square, other) }
        }

        /// # Safety
        /// As for [`MedianFunction`](crate::level::MedianFunction).
        $(#[$attribute])*
        unsafe fn median<W: crate::vector::Ordered, const SIZE: usize>(
            window: &[*const std::ffi::c_void],
            rows: usize,
            samples: usize,
            step: usize,
            output: *mut u8,
            stride: isize,
        ) -> bool {
            // SAFETY: as the caller says.
            unsafe { crate::median::rows::<W, SIZE>(window, rows, samples, step, output, stride) }
        }

        pub(crate) static LEVEL: crate::level::Level = crate::level::Level {
            name: $name,
            lanes: <$vector as crate::vector::Vector>::LANES,
            block: $widest * <$vector as crate::vector::Vector>::LANES,
            sums: &[sums::<1, $widest> $(, sums::<$rows, $columns>)*],
            narrow_sums: &[sums::<1, 1> $(, sums::<$rows, 1>)*],
            fused: &[fused::<1, $widest> $(, fused::<$rows, $columns>)*],
            narrow_fused: &[fused::<1, 1> $(, fused::<$rows, 1>)*],
            store_bytes,
            transform,
            restore,
            multiply_square,
            bytes: <$bytes as crate::vector::Ordered>::LANES,
            median_of_bytes: [median::<$bytes, 3>, median::<$bytes, 5>, median::<$bytes, 7>],
            median_of_floats: [median::<$vector, 3>, median::<$vector, 5>, median::<$vector, 7>],
            median_of_keys: [median::<$keys, 3>, median::<$keys, 5>, median::<$keys, 7>],
        };
    };
}

pub(crate) use level;
