//! Fourier transforms of the columns of a square of complex numbers, a vector of columns at a time.
//!
//! Real and imaginary parts lie in planes of their own. The forward transform leaves the rows in
//! the order that it makes them in, and the inverse takes them so: none is ever put in order.

use crate::level::Square;
use crate::vector::Vector;

#[derive(Clone, Copy)]
struct Complex<V> {
    re: V,
    im: V,
}

/// # Safety
/// Of all words: as for [`transform`].
impl<V: Vector> Complex<V> {
    #[inline(always)]
    unsafe fn add(a: Self, b: Self) -> Self {
        // SAFETY: as the caller says.
        unsafe {
            Self {
                re: V::add(a.re, b.re),
                im: V::add(a.im, b.im),
            }
        }
    }

    #[inline(always)]
    unsafe fn subtract(a: Self, b: Self) -> Self {
        // SAFETY: as the caller says.
        unsafe {
            Self {
                re: V::subtract(a.re, b.re),
                im: V::subtract(a.im, b.im),
            }
        }
    }

    /// Times a number of which both parts are the same in all columns.
    #[inline(always)]
    unsafe fn multiply(a: Self, re: V, im: V) -> Self {
        // SAFETY: as the caller says.
        unsafe {
            Self {
                re: V::subtract(V::multiply(a.re, re), V::multiply(a.im, im)),
                im: V::add(V::multiply(a.re, im), V::multiply(a.im, re)),
            }
        }
    }
}

/// Some columns of a square, from one on: as many as a vector has lanes.
#[derive(Clone, Copy)]
struct Columns<'a> {
    square: &'a Square,
    first: usize,
}

/// # Safety
/// Of all words: as for [`transform`].
impl Columns<'_> {
    #[inline(always)]
    unsafe fn load<V: Vector>(self, row: usize) -> Complex<V> {
        let place = row * self.square.stride + self.first;
        // SAFETY: as the caller says.
        unsafe {
            Complex {
                re: V::load(self.square.re.add(place)),
                im: V::load(self.square.im.add(place)),
            }
        }
    }

    #[inline(always)]
    unsafe fn store<V: Vector>(self, row: usize, value: Complex<V>) {
        let place = row * self.square.stride + self.first;
        // SAFETY: as the caller says.
        unsafe {
            V::store(self.square.re.add(place), value.re);
            V::store(self.square.im.add(place), value.im);
        }
    }

    /// Times the root of unity of a number of steps around the circle,
    #[inline(always)]
    unsafe fn turn<V: Vector>(self, a: Complex<V>, steps: usize) -> Complex<V> {
        // SAFETY: as the caller says.
        unsafe {
            let [re, im] = *self.square.roots.add(steps);
            Complex::multiply(a, V::broadcast(re), V::broadcast(im))
        }
    }

    /// and backwards for the inverse.
    #[inline(always)]
    unsafe fn turn_back<V: Vector>(self, a: Complex<V>, steps: usize) -> Complex<V> {
        // SAFETY: as the caller says.
        unsafe {
            let [re, im] = *self.square.roots.add(steps);
            Complex::multiply(a, V::broadcast(re), V::broadcast(-im))
        }
    }
}

/// # Safety
/// As for [`transform`].
#[allow(clippy::many_single_char_names, reason = "they are sums of no name")]
#[inline(always)]
unsafe fn transform_columns<V: Vector>(square: &Square, first: usize) {
    let (columns, size) = (Columns { square, first }, square.size);
    let mut length = size;
    // SAFETY: as the caller says.
    unsafe {
        // Sizes that are no power of four: one step of two.
        if square.halved {
            for j in 0..size / 2 {
                let a = columns.load::<V>(j);
                let b = columns.load::<V>(j + size / 2);
                columns.store(j, Complex::add(a, b));
                columns.store(j + size / 2, columns.turn(Complex::subtract(a, b), j));
            }
            length /= 2;
        }
        while length >= 4 {
            let (quarter, step) = (length / 4, size / length);
            for j in 0..quarter {
                let mut row = j;
                while row < size {
                    let (row1, row2, row3) = (row + quarter, row + 2 * quarter, row + 3 * quarter);
                    let x0 = columns.load::<V>(row);
                    let x1 = columns.load::<V>(row1);
                    let x2 = columns.load::<V>(row2);
                    let x3 = columns.load::<V>(row3);
                    let (a, b) = (Complex::add(x0, x2), Complex::subtract(x0, x2));
                    let (c, e) = (Complex::add(x1, x3), Complex::subtract(x1, x3));
                    // Times -i.
                    let d = Complex {
                        re: e.im,
                        im: V::subtract(V::zero(), e.re),
                    };
                    columns.store(row, Complex::add(a, c));
                    columns.store(row1, columns.turn(Complex::add(b, d), j * step));
                    columns.store(row2, columns.turn(Complex::subtract(a, c), 2 * j * step));
                    columns.store(row3, columns.turn(Complex::subtract(b, d), 3 * j * step));
                    row += length;
                }
            }
            length /= 4;
        }
    }
}

/// The steps of [`transform_columns`], the last first; the sums come out size times too large.
///
/// # Safety
/// As for [`transform`].
#[allow(clippy::many_single_char_names, reason = "they are sums of no name")]
#[inline(always)]
unsafe fn restore_columns<V: Vector>(square: &Square, first: usize) {
    let (columns, size) = (Columns { square, first }, square.size);
    let most = if square.halved { size / 2 } else { size };
    let mut length = 4;
    // SAFETY: as the caller says.
    unsafe {
        while length <= most {
            let (quarter, step) = (length / 4, size / length);
            for j in 0..quarter {
                let mut row = j;
                while row < size {
                    let (row1, row2, row3) = (row + quarter, row + 2 * quarter, row + 3 * quarter);
                    let y0 = columns.load::<V>(row);
                    let y1 = columns.turn_back(columns.load::<V>(row1), j * step);
                    let y2 = columns.turn_back(columns.load::<V>(row2), 2 * j * step);
                    let y3 = columns.turn_back(columns.load::<V>(row3), 3 * j * step);
                    let (a, c) = (Complex::add(y0, y2), Complex::subtract(y0, y2));
                    let (b, e) = (Complex::add(y1, y3), Complex::subtract(y1, y3));
                    // Times i.
                    let d = Complex {
                        re: V::subtract(V::zero(), e.im),
                        im: e.re,
                    };
                    columns.store(row, Complex::add(a, b));
                    columns.store(row2, Complex::subtract(a, b));
                    columns.store(row1, Complex::add(c, d));
                    columns.store(row3, Complex::subtract(c, d));
                    row += length;
                }
            }
            length *= 4;
        }
        if square.halved {
            for j in 0..size / 2 {
                let a = columns.load::<V>(j);
                let b = columns.turn_back(columns.load::<V>(j + size / 2), j);
                columns.store(j, Complex::add(a, b));
                columns.store(j + size / 2, Complex::subtract(a, b));
            }
        }
    }
}

/// The Fourier transform of the columns.
///
/// # Safety
/// The processor has the instructions. The planes can be read and written, and nothing else points
/// into them; their size is a multiple of a vector's.
#[inline(always)]
pub(crate) unsafe fn transform<V: Vector>(square: &Square) {
    for column in (0..square.size).step_by(V::LANES) {
        // SAFETY: as the caller says.
        unsafe { transform_columns::<V>(square, column) }
    }
}

/// Its inverse.
///
/// # Safety
/// As for [`transform`].
#[inline(always)]
pub(crate) unsafe fn restore<V: Vector>(square: &Square) {
    for column in (0..square.size).step_by(V::LANES) {
        // SAFETY: as the caller says.
        unsafe { restore_columns::<V>(square, column) }
    }
}

/// The product with another square, of the same size.
///
/// # Safety
/// As for [`transform`]; the other can be read.
#[inline(always)]
pub(crate) unsafe fn multiply_square<V: Vector>(square: &Square, other: &Square) {
    for row in 0..square.size {
        for first in (0..square.size).step_by(V::LANES) {
            let columns = Columns { square, first };
            let others = Columns {
                square: other,
                first,
            };
            // SAFETY: as the caller says.
            unsafe {
                let (a, b) = (columns.load::<V>(row), others.load::<V>(row));
                columns.store(row, Complex::multiply(a, b.re, b.im));
            }
        }
    }
}
