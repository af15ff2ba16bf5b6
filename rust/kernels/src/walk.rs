//! How an image is walked: in strips of columns, and down each strip a few rows at a time.
//!
//! A strip that lies inside a contiguous image of the cells that are wanted is read where it is. Of
//! any other, the rows under the kernel are gathered: converted to such cells, with what lies
//! outside on both sides. So the functions of the instruction sets meet neither borders nor types
//! nor strides.

use std::ffi::c_void;
use std::ptr;
use std::slice;

use crate::bands::{ALIGNMENT, Item, Line, take};
use crate::border::Border;
use crate::image::{Image, Options, Sample};
use crate::level::{Level, MOST_ROWS};

/// What a row is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cells {
    Float,
    /// `i32` in the order of the floats that they stand for: see `level::keys_of_floats`.
    Key,
    Byte,
}

impl Cells {
    /// Length in bytes.
    const fn size(self) -> usize {
        match self {
            Self::Float | Self::Key => size_of::<f32>(),
            Self::Byte => size_of::<u8>(),
        }
    }
}

/// What a walk is planned for.
pub(crate) struct Needs {
    pub cells: Cells,
    /// Are all rows gathered?
    pub gather: bool,
    /// The fewest samples that the level's functions take.
    pub block: usize,
    /// Of the kernel; its anchor is at half of it.
    pub height: usize,
    /// The same.
    pub width: usize,
    /// Gathered rows to keep at least.
    pub slots: usize,
    /// Samples of a gathered strip at most, as far as that is not less than a block,
    pub gathered: usize,
    /// and of one that is read where it is.
    pub interior: usize,
}

pub(crate) struct Walk<'a> {
    pub image: &'a Image,
    pub options: Options,
    pub output: *mut u8,
    pub level: &'static Level,
    cells: Cells,
    /// The fewest samples that the level's functions take.
    block: usize,
    /// Rows needed above one of the result.
    pub above: usize,
    /// Pixels needed left of one of the result,
    pub before: usize,
    /// and right of it.
    pub after: usize,
    /// Gathered rows that are kept, a power of two.
    slots: usize,
    /// Is all but the edges read where it is?
    direct: bool,
    /// Pixels of the strip at each edge then.
    edge: usize,
    /// Pixels of a gathered strip at most,
    gathered: usize,
    /// and of one that is read where it is.
    interior: usize,
    /// Cells in a row of what lies outside,
    pub outside: usize,
    /// in a gathered row,
    pub length: usize,
    /// and in a row of results that is converted or cut.
    samples: usize,
}

// SAFETY: threads read the image, and write rows of the output that are their own.
unsafe impl Sync for Walk<'_> {}

#[derive(Clone, Copy, Default)]
pub(crate) struct Strip {
    /// Pixel.
    pub first: usize,
    pub pixels: usize,
    /// At least a block, so more than there are in a narrow image.
    pub samples: usize,
    direct: bool,
    /// Pixels of a gathered row that lie left of the image,
    left: usize,
    /// in it,
    inside: usize,
    /// and right of it.
    right: usize,
}

/// The rows of a strip, in memory of one thread.
pub(crate) struct Source<'a> {
    walk: &'a Walk<'a>,
    pub strip: Strip,
    outside: &'a [u8],
    /// A pointer, as a window points into it while others of its rows are gathered.
    rows: *mut u8,
    /// `MOST_ROWS` rows of cells.
    results: &'a mut [u8],
    /// The row that each slot holds.
    held: &'a mut [i64],
}

const NOTHING: i64 = i64::MIN;

/// Does the image hold what the cells are?
fn same_cells(image: &Image, cells: Cells) -> bool {
    cells
        == match image.sample {
            Sample::Uint8 => Cells::Byte,
            Sample::Float32 => Cells::Float,
        }
}

/// Is the image made of cells that can be read where they are?
fn readable(image: &Image, cells: Cells) -> bool {
    let size = cells.size() as isize;
    same_cells(image, cells)
        && image.channel_stride == size
        && image.column_stride == image.channels as isize * size
        && image.data.addr().is_multiple_of(cells.size())
        && image.row_stride % size == 0
}

/// Cells that fill whole cache lines, whatever their size; `None` on overflow.
fn whole_lines(cells: usize) -> Option<usize> {
    cells.checked_next_multiple_of(ALIGNMENT)
}

/// Bytes that are aligned to cells as these.
fn cells_of<T: Item>(bytes: &mut [u8]) -> &mut [T] {
    // SAFETY: any bits are a value of what cells are.
    unsafe { bytes.align_to_mut().1 }
}

/// Bytes of as many pointers to rows, a multiple of `ALIGNMENT`.
pub(crate) fn window_bytes(rows: usize) -> usize {
    (rows * size_of::<*const f32>()).next_multiple_of(ALIGNMENT)
}

impl<'a> Walk<'a> {
    /// Plan the walk; `None` when a size overflows.
    pub(crate) fn plan(
        image: &'a Image,
        options: Options,
        output: *mut u8,
        level: &'static Level,
        needs: &Needs,
    ) -> Option<Self> {
        let (channels, pixels) = (image.channels as usize, image.width as usize);
        let (cells, block) = (needs.cells, needs.block);
        let fewest = block.div_ceil(channels);
        let before = needs.width / 2;
        let edge = fewest.max(before);
        let gathered = fewest.max(needs.gathered / channels);
        let interior = fewest.max(needs.interior / channels);
        pixels.checked_mul(channels)?;
        let around = (needs.width - 1).checked_mul(channels)?;
        let direct = !needs.gather
            && readable(image, cells)
            && pixels / 2 >= edge
            && pixels - 2 * edge >= fewest;
        let strip = if direct { edge } else { gathered.min(pixels) };
        let samples = (strip * channels).max(block);
        let outside = if direct {
            strip.max(interior.min(pixels)) * channels
        } else {
            samples
        };
        Some(Self {
            image,
            options,
            output,
            level,
            cells,
            block,
            above: needs.height / 2,
            before,
            after: needs.width - 1 - before,
            slots: needs.slots.checked_next_power_of_two()?,
            direct,
            edge,
            gathered,
            interior,
            outside: whole_lines(outside.checked_add(around)?)?,
            length: whole_lines(samples.checked_add(around)?)?,
            samples: whole_lines(samples)?,
        })
    }

    fn held_bytes(&self) -> usize {
        (self.slots * size_of::<i64>()).next_multiple_of(ALIGNMENT)
    }

    /// Bytes that a source needs, a multiple of `ALIGNMENT`; `None` when they overflow.
    pub(crate) fn source_bytes(&self) -> Option<usize> {
        let gathered = self.length.checked_mul(self.slots)?;
        self.samples
            .checked_mul(MOST_ROWS)?
            .checked_add(gathered)?
            .checked_add(self.outside)?
            .checked_mul(self.cells.size())?
            .checked_add(self.held_bytes())
    }

    /// Turn floats that were gathered into the cells that are wanted.
    fn convert(&self, row: &mut [u8]) {
        if self.cells == Cells::Key {
            // SAFETY: the processor has the level.
            unsafe { (self.level.keys_of_floats)(cells_of(row)) };
        }
    }

    /// Lay a source out in that memory.
    pub(crate) fn open_source<'m>(&'m self, memory: &'m mut [Line]) -> Source<'m> {
        let size = self.cells.size();
        let (held, memory) = take(memory, self.slots);
        let (outside, memory) = take(memory, self.outside * size);
        let (results, memory) = take(memory, self.samples * MOST_ROWS * size);
        let (rows, _) = take(memory, self.length * self.slots * size);
        if self.cells == Cells::Byte {
            let mut byte = [0];
            // SAFETY: the processor has the level.
            unsafe { (self.level.store_bytes)(&[self.options.border_value], &mut byte) };
            outside.fill(byte[0]);
        } else {
            cells_of::<f32>(outside).fill(self.options.border_value);
            self.convert(outside);
        }
        Source {
            walk: self,
            strip: Strip::default(),
            outside,
            rows: rows.as_mut_ptr(),
            results,
            held,
        }
    }
}

/// Read samples that are stride bytes apart as floats.
///
/// # Safety
/// As many of them as the target has floats can be read.
unsafe fn read_floats(from: *const u8, stride: isize, sample: Sample, target: &mut [f32]) {
    // SAFETY: as the caller says.
    unsafe {
        match sample {
            Sample::Uint8 if stride == 1 => {
                let from = slice::from_raw_parts(from, target.len());
                for (target, &from) in target.iter_mut().zip(from) {
                    *target = f32::from(from);
                }
            }
            Sample::Uint8 => {
                for (i, target) in (0isize..).zip(target) {
                    *target = f32::from(*from.offset(i * stride));
                }
            }
            Sample::Float32 if stride == size_of::<f32>() as isize => {
                let bytes = size_of_val(target);
                ptr::copy_nonoverlapping(from, target.as_mut_ptr().cast(), bytes);
            }
            Sample::Float32 => {
                for (i, target) in (0isize..).zip(target) {
                    *target = from.offset(i * stride).cast::<f32>().read_unaligned();
                }
            }
        }
    }
}

/// Read samples that are stride bytes apart, as floats or as the bytes that they are.
///
/// # Safety
/// As many of them as the target has cells can be read.
unsafe fn read_samples(walk: &Walk, from: *const u8, stride: isize, target: &mut [u8]) {
    // SAFETY: as the caller says.
    unsafe {
        if walk.cells != Cells::Byte {
            read_floats(from, stride, walk.image.sample, cells_of(target));
        } else if stride == 1 {
            ptr::copy_nonoverlapping(from, target.as_mut_ptr(), target.len());
        } else {
            for (i, target) in (0isize..).zip(target) {
                *target = *from.offset(i * stride);
            }
        }
    }
}

/// Read pixels of a row of the image, from the first on, until the target is full.
///
/// # Safety
/// They are inside the image, which can be read.
unsafe fn read_pixels(walk: &Walk, y: usize, first: usize, target: &mut [u8]) {
    let image = walk.image;
    let (channels, size) = (image.channels as usize, image.sample.size() as isize);
    // SAFETY: as the caller says.
    unsafe {
        let from = image
            .data
            .offset(y as isize * image.row_stride + first as isize * image.column_stride);
        if image.column_stride == channels as isize * size && image.channel_stride == size {
            read_samples(walk, from, size, target);
        } else if channels == 1 {
            read_samples(walk, from, image.column_stride, target);
        } else {
            let pixels = target.chunks_exact_mut(channels * walk.cells.size());
            for (x, pixel) in (0isize..).zip(pixels) {
                let from = from.offset(x * image.column_stride);
                read_samples(walk, from, image.channel_stride, pixel);
            }
        }
    }
}

impl Source<'_> {
    /// Go on to the next strip; false when there is none.
    pub(crate) fn next_strip(&mut self) -> bool {
        let walk = self.walk;
        let (width, done) = (
            walk.image.width as usize,
            self.strip.first + self.strip.pixels,
        );
        if done >= width {
            return false;
        }
        // The last strip of its kind overlaps the one before.
        let (from, to, widest, direct) = if !walk.direct {
            (0, width, walk.gathered, false)
        } else if done == 0 {
            (0, walk.edge, walk.edge, false)
        } else if done < width - walk.edge {
            (walk.edge, width - walk.edge, walk.interior, true)
        } else {
            (width - walk.edge, width, walk.edge, false)
        };
        let pixels = widest.min(to - from);
        let first = done.min(to - pixels);
        let end = first + pixels + walk.after;
        let left = walk.before.saturating_sub(first);
        let right = end.saturating_sub(width);
        self.strip = Strip {
            first,
            pixels,
            samples: (pixels * walk.image.channels as usize).max(walk.block),
            direct,
            left,
            inside: walk.before + pixels + walk.after - left - right,
            right,
        };
        self.held.fill(NOTHING);
        true
    }

    /// Fill pixels that lie left or right of the image, from x on.
    ///
    /// # Safety
    /// The row is inside the image, which can be read.
    unsafe fn read_outside(&self, y: usize, x: i64, target: &mut [u8]) {
        let (walk, border) = (self.walk, self.walk.options.border);
        if border == Border::Constant {
            target.copy_from_slice(&self.outside[..target.len()]);
            return;
        }
        let pixel = walk.image.channels as usize * walk.cells.size();
        for (x, place) in (x..).zip(target.chunks_exact_mut(pixel)) {
            if let Some(from) = border.index(x, i64::from(walk.image.width)) {
                // SAFETY: this pixel is in the row.
                unsafe { read_pixels(walk, y, from as usize, place) };
                walk.convert(place);
            }
        }
    }

    /// Gather a row of the strip, with what lies left and right of it.
    ///
    /// # Safety
    /// The row is inside the image, which can be read.
    unsafe fn gather_row(&self, y: usize, row: &mut [u8]) {
        let (walk, strip) = (self.walk, self.strip);
        let pixel = walk.image.channels as usize * walk.cells.size();
        let first = strip.first as i64 - walk.before as i64;
        let (left, row) = row.split_at_mut(strip.left * pixel);
        let (inside, row) = row.split_at_mut(strip.inside * pixel);
        let right = &mut row[..strip.right * pixel];
        // SAFETY: these pixels are in the row, which is inside the image.
        unsafe {
            read_pixels(walk, y, first.max(0) as usize, inside);
            walk.convert(inside);
            if !left.is_empty() {
                self.read_outside(y, first, left);
            }
            if !right.is_empty() {
                self.read_outside(y, i64::from(walk.image.width), right);
            }
        }
    }

    /// The row y of the image, or outside of it: a pointer to the first tap of the strip's first
    /// sample. It stays until slots - 1 others were asked for.
    ///
    /// # Safety
    /// The image can be read.
    pub(crate) unsafe fn row(&mut self, y: i64) -> *const c_void {
        let (walk, image) = (self.walk, self.walk.image);
        let size = walk.cells.size();
        let Some(from) = walk.options.border.index(y, i64::from(image.height)) else {
            return self.outside.as_ptr().cast();
        };
        if self.strip.direct {
            let first = (self.strip.first - walk.before) * image.channels as usize * size;
            // SAFETY: the row is inside the image, and so are its pixels that a strip is made of.
            return unsafe {
                let row = image.data.offset(from as isize * image.row_stride);
                row.add(first).cast()
            };
        }
        let slot = (y + walk.above as i64) as usize & (walk.slots - 1);
        // SAFETY: there are so many slots of that length.
        let row = unsafe { self.rows.add(slot * walk.length * size) };
        if self.held[slot] != y {
            // SAFETY: the same; no one reads this slot now, and the row is inside the image.
            unsafe {
                let row = slice::from_raw_parts_mut(row, walk.length * size);
                self.gather_row(from as usize, row);
            }
            self.held[slot] = y;
        }
        row.cast()
    }

    /// Point to the rows under a kernel of some height over the rows y, y + 1, ... of the output.
    /// Those that the last call pointed to for the rows before, of which there were so many, are
    /// kept.
    ///
    /// # Safety
    /// The image can be read, and is made of such cells or gathered as such.
    pub(crate) unsafe fn slide_window<T>(
        &mut self,
        window: &mut [*const T],
        height: usize,
        y: usize,
        rows: usize,
        before: usize,
    ) {
        let walk = self.walk;
        let top = (walk.options.first_row as usize + y) as i64 - walk.above as i64;
        let known = if before == 0 { 0 } else { height - 1 };
        window.copy_within(before..before + known, 0);
        for (i, row) in window[..height + rows - 1]
            .iter_mut()
            .enumerate()
            .skip(known)
        {
            // SAFETY: as the caller says.
            *row = unsafe { self.row(top + i as i64).cast() };
        }
    }

    /// Are there results of the strip for all samples that the level's functions write?
    fn results_fit(&self) -> bool {
        let (walk, strip) = (self.walk, self.strip);
        same_cells(walk.image, walk.cells)
            && strip.samples == strip.pixels * walk.image.channels as usize
    }

    fn output_row_bytes(&self) -> usize {
        let image = self.walk.image;
        image.width as usize * image.channels as usize * image.sample.size()
    }

    /// # Safety
    /// The output has this row.
    unsafe fn output_place(&self, y: usize) -> *mut u8 {
        let image = self.walk.image;
        let first = self.strip.first * image.channels as usize * image.sample.size();
        // SAFETY: as the caller says.
        unsafe { self.walk.output.add(y * self.output_row_bytes() + first) }
    }

    /// Where to write results from row y of the output on, the strip's samples in each, and the
    /// stride of these rows: the output itself where they are what it holds, else memory of the
    /// source.
    ///
    /// # Safety
    /// The output has this row.
    pub(crate) unsafe fn results(&mut self, y: usize) -> (*mut u8, isize) {
        if self.results_fit() {
            // SAFETY: as the caller says.
            return (
                unsafe { self.output_place(y) },
                self.output_row_bytes() as isize,
            );
        }
        let stride = self.strip.samples * self.walk.cells.size();
        (self.results.as_mut_ptr(), stride as isize)
    }

    /// Convert results to what the output holds, and copy them there, if they are not there yet.
    ///
    /// # Safety
    /// The output has these rows, which can be written.
    pub(crate) unsafe fn store_results(&mut self, y: usize, rows: usize) {
        let walk = self.walk;
        if self.results_fit() {
            return;
        }
        let samples = self.strip.pixels * walk.image.channels as usize;
        let stride = self.strip.samples * walk.cells.size();
        for row in 0..rows {
            // SAFETY: as the caller says; the processor has the level.
            unsafe {
                let place = self.output_place(y + row);
                let output = slice::from_raw_parts_mut(place, samples * walk.image.sample.size());
                let from = &mut self.results[row * stride..][..samples * walk.cells.size()];
                if walk.cells == Cells::Key {
                    (walk.level.floats_of_keys)(cells_of(from));
                }
                if walk.cells == Cells::Float && walk.image.sample == Sample::Uint8 {
                    (walk.level.store_bytes)(cells_of(from), output);
                } else {
                    output.copy_from_slice(from);
                }
            }
        }
    }
}
