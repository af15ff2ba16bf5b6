//! The rows of a strip: of the image, to read, and of the result, to write.
//!
//! The rows of a strip that is not read where it is are gathered: converted to the cells that are
//! wanted, with what lies outside on both sides.

use std::ffi::c_void;
use std::ptr;
use std::slice;

use crate::bands::{ALIGNMENT, Item, Line, take};
use crate::border::Border;
use crate::image::Sample;
use crate::walk::{Cells, Step, Strip, Walk, same_cells};

/// The rows of a strip, in memory of one thread.
pub(crate) struct Source<'a> {
    pub walk: &'a Walk<'a>,
    pub strip: Strip,
    /// The rows under a kernel over as many rows of results as there are.
    pub window: &'a mut [*const c_void],
    outside: &'a [u8],
    /// A pointer, as a window points into it while others of its rows are gathered.
    rows: *mut u8,
    /// As many rows of cells as the walk makes at once.
    results: &'a mut [u8],
    /// The row that each slot holds.
    held: &'a mut [i64],
    /// The columns that what lies left and right of the image is read from.
    beside: &'a mut [i64],
}

const NOTHING: i64 = i64::MIN;

/// Bytes of whole lines that hold as many pointers or numbers of rows.
const fn index_bytes(count: usize) -> usize {
    (count * size_of::<i64>()).next_multiple_of(ALIGNMENT)
}

/// Bytes that are aligned to cells as these.
fn cells_of<T: Item>(bytes: &mut [u8]) -> &mut [T] {
    // SAFETY: any bits are a value of what cells are.
    unsafe { bytes.align_to_mut().1 }
}

impl Walk<'_> {
    fn window_rows(&self) -> usize {
        self.height + self.rows - 1
    }

    /// Bytes that a source needs, a multiple of `ALIGNMENT`; `None` when they overflow.
    pub(crate) fn source_bytes(&self) -> Option<usize> {
        let gathered = self.length.checked_mul(self.slots)?;
        self.samples
            .checked_mul(self.rows)?
            .checked_add(gathered)?
            .checked_add(self.outside)?
            .checked_mul(self.cells.size())?
            .checked_add(index_bytes(self.slots))?
            .checked_add(index_bytes(self.window_rows()))?
            .checked_add(index_bytes(self.before + self.after))
    }

    /// The row of the image that is the first under a kernel over the row y of the result.
    pub(crate) fn top_row(&self, y: usize) -> i64 {
        (self.options.first_row as usize + y) as i64 - self.above as i64
    }

    /// Lay a source out in that memory.
    pub(crate) fn open_source<'m>(&'m self, memory: &'m mut [Line]) -> Source<'m> {
        let size = self.cells.size();
        let (window, memory) = take(memory, self.window_rows());
        let (held, memory) = take(memory, self.slots);
        let (beside, memory) = take(memory, self.before + self.after);
        let (outside, memory) = take(memory, self.outside * size);
        let (results, memory) = take(memory, self.samples * self.rows * size);
        let (rows, _) = take(memory, self.length * self.slots * size);
        if self.cells == Cells::Byte {
            let mut byte = [0];
            // SAFETY: the processor has the level.
            unsafe { (self.level.store_bytes)(&[self.options.border_value], &mut byte) };
            outside.fill(byte[0]);
        } else {
            cells_of::<f32>(outside).fill(self.options.border_value);
        }
        Source {
            walk: self,
            strip: Strip::default(),
            window,
            outside,
            rows: rows.as_mut_ptr(),
            results,
            held,
            beside,
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

/// Read one of them.
///
/// # Safety
/// It can be read.
unsafe fn read_sample(walk: &Walk, from: *const u8, target: &mut [u8]) {
    // SAFETY: as the caller says.
    unsafe {
        if walk.cells == Cells::Byte {
            target[0] = *from;
        } else if walk.image.sample == Sample::Uint8 {
            target.copy_from_slice(&f32::from(*from).to_ne_bytes());
        } else {
            target.copy_from_slice(&from.cast::<[u8; 4]>().read());
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
    /// Go on to a strip.
    pub(crate) fn enter_strip(&mut self, strip: &Strip) {
        let walk = self.walk;
        let width = i64::from(walk.image.width);
        self.strip = *strip;
        let left = strip.first as i64 - walk.before as i64..0;
        let right = width..width + strip.right as i64;
        for (place, column) in self.beside.iter_mut().zip(left.chain(right)) {
            *place = walk.options.border.index(column, width).unwrap_or(NOTHING);
        }
        self.held.fill(NOTHING);
    }

    /// Fill pixels that lie left or right of the image, and are read from these columns.
    ///
    /// # Safety
    /// The row is inside the image, which can be read.
    unsafe fn read_outside(&self, y: usize, columns: &[i64], target: &mut [u8]) {
        let (walk, image) = (self.walk, self.walk.image);
        let (channels, size) = (image.channels as isize, walk.cells.size());
        if walk.options.border == Border::Constant {
            target.copy_from_slice(&self.outside[..target.len()]);
            return;
        }
        let mut cells = target.chunks_exact_mut(size);
        // SAFETY: as the caller says; the columns are inside the image too.
        unsafe {
            let row = image.data.offset(y as isize * image.row_stride);
            for &column in columns {
                for (channel, target) in (0..channels).zip(&mut cells) {
                    let column = column as isize * image.column_stride;
                    let channel = channel * image.channel_stride;
                    read_sample(walk, row.offset(column + channel), target);
                }
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
        let first = strip.first.saturating_sub(walk.before);
        let (left, row) = row.split_at_mut(strip.left * pixel);
        let (inside, row) = row.split_at_mut(strip.inside * pixel);
        let right = &mut row[..strip.right * pixel];
        let (left_columns, right_columns) = self.beside.split_at(strip.left);
        // SAFETY: these pixels are in the row, which is inside the image.
        unsafe {
            self.read_outside(y, left_columns, left);
            read_pixels(walk, y, first, inside);
            self.read_outside(y, &right_columns[..strip.right], right);
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
        let height = i64::from(image.height);
        let inside = (0..height).contains(&y);
        let from = if inside {
            Some(y)
        } else {
            walk.options.border.index(y, height)
        };
        let Some(from) = from else {
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
        let slot = (y + walk.above as i64) as usize % walk.slots;
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

    /// Move the rows of the window that a step shares with the one before to the front. Returns how
    /// many they are.
    pub(crate) fn keep_window(&mut self, step: &Step) -> usize {
        let kept = if step.before == 0 {
            0
        } else {
            self.walk.height - 1
        };
        self.window.copy_within(step.before..step.before + kept, 0);
        kept
    }

    /// Point the window to the rows of the image under the kernel over the rows of a step.
    ///
    /// # Safety
    /// The image can be read.
    pub(crate) unsafe fn slide_window(&mut self, step: &Step) {
        let top = self.walk.top_row(step.y);
        for i in self.keep_window(step)..self.walk.height + step.rows - 1 {
            // SAFETY: as the caller says.
            self.window[i] = unsafe { self.row(top + i as i64) };
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

    /// Say where to write the results of a step: into the output itself where they are what it holds,
    /// with its stride, else into memory of the source.
    ///
    /// # Safety
    /// The output has these rows.
    pub(crate) unsafe fn place_results(&mut self, step: &mut Step) {
        if self.results_fit() {
            // SAFETY: as the caller says.
            step.results = unsafe { self.output_place(step.y) };
            step.stride = self.output_row_bytes() as isize;
        } else {
            step.results = self.results.as_mut_ptr();
            step.stride = (self.strip.samples * self.walk.cells.size()) as isize;
        }
    }

    /// Convert results to what the output holds, and copy them there, if they are not there yet.
    ///
    /// # Safety
    /// The output has these rows, which can be written.
    pub(crate) unsafe fn store_results(&mut self, step: &Step) {
        let walk = self.walk;
        if self.results_fit() {
            return;
        }
        let samples = self.strip.pixels * walk.image.channels as usize;
        let stride = step.stride as usize;
        for row in 0..step.rows {
            // SAFETY: as the caller says; the processor has the level.
            unsafe {
                let place = self.output_place(step.y + row);
                let output = slice::from_raw_parts_mut(place, samples * walk.image.sample.size());
                let from = &mut self.results[row * stride..][..samples * walk.cells.size()];
                if walk.cells == Cells::Float && walk.image.sample == Sample::Uint8 {
                    (walk.level.store_bytes)(cells_of(from), output);
                } else {
                    output.copy_from_slice(from);
                }
            }
        }
    }
}
