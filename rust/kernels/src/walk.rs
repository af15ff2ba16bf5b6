//! How an image is walked: in strips of columns, and down each strip a few rows at a time.
//!
//! A strip that lies inside an image of contiguous floats is read where it is. Of any other, the
//! rows under the kernel are gathered: converted to floats, with what lies outside on both sides.
//! So the functions of the instruction sets meet neither borders nor types nor strides.

use std::ptr;
use std::slice;

use crate::bands::{ALIGNMENT, Line, take};
use crate::image::{Image, Options, Sample};
use crate::level::{Level, MOST_ROWS, Taps};

/// What a walk is planned for.
pub(crate) struct Needs {
    /// Of the kernel; its anchor is at half of it.
    pub height: usize,
    /// The same.
    pub width: usize,
    /// Gathered rows to keep.
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
    /// Rows needed above one of the result.
    pub above: usize,
    /// Pixels needed left of one of the result,
    before: usize,
    /// and right of it.
    after: usize,
    /// Gathered rows that are kept.
    slots: usize,
    /// Is all but the edges read where it is?
    direct: bool,
    /// Pixels of the strip at each edge then.
    edge: usize,
    /// Pixels of a gathered strip at most,
    gathered: usize,
    /// and of one that is read where it is.
    interior: usize,
    /// Floats in a row of what lies outside,
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
    first: usize,
    pixels: usize,
    /// At least a block, so more than there are in a narrow image.
    pub samples: usize,
    direct: bool,
}

/// The rows of a strip, in memory of one thread.
pub(crate) struct Source<'a> {
    walk: &'a Walk<'a>,
    pub strip: Strip,
    outside: &'a [f32],
    /// A pointer, as a window points into it while others of its rows are gathered.
    rows: *mut f32,
    /// `MOST_ROWS` rows of results.
    sums: &'a mut [f32],
    /// The row that each slot holds.
    held: &'a mut [i64],
}

const NOTHING: i64 = i64::MIN;

/// Is the image made of floats that can be read where they are?
fn readable(image: &Image) -> bool {
    const SIZE: isize = size_of::<f32>() as isize;
    image.sample == Sample::Float32
        && image.channel_stride == SIZE
        && image.column_stride == image.channels as isize * SIZE
        && image.data.addr().is_multiple_of(align_of::<f32>())
        && image.row_stride % SIZE == 0
}

/// Floats that fill whole cache lines; `None` on overflow.
fn whole_lines(floats: usize) -> Option<usize> {
    floats.checked_next_multiple_of(ALIGNMENT / size_of::<f32>())
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
        let (block, fewest) = (level.block, level.block.div_ceil(channels));
        let before = needs.width / 2;
        let edge = fewest.max(before);
        let gathered = fewest.max(needs.gathered / channels);
        let interior = fewest.max(needs.interior / channels);
        pixels.checked_mul(channels)?;
        let around = (needs.width - 1).checked_mul(channels)?;
        let direct = readable(image) && pixels / 2 >= edge && pixels - 2 * edge >= fewest;
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
            above: needs.height / 2,
            before,
            after: needs.width - 1 - before,
            slots: needs.slots,
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
            .checked_mul(size_of::<f32>())?
            .checked_add(self.held_bytes())
    }

    /// Lay a source out in that memory.
    pub(crate) fn open_source<'m>(&'m self, memory: &'m mut [Line]) -> Source<'m> {
        let (held, memory) = take(memory, self.slots);
        let (outside, memory) = take(memory, self.outside);
        let (sums, memory) = take(memory, self.samples * MOST_ROWS);
        let (rows, _) = take(memory, self.length * self.slots);
        outside.fill(self.options.border_value);
        Source {
            walk: self,
            strip: Strip::default(),
            outside,
            rows: rows.as_mut_ptr(),
            sums,
            held,
        }
    }
}

/// Read samples that are stride bytes apart as floats.
///
/// # Safety
/// As many of them as the target has floats can be read.
unsafe fn read_samples(from: *const u8, stride: isize, sample: Sample, target: &mut [f32]) {
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

/// Read pixels of a row of the image, from the first on, until the target is full.
///
/// # Safety
/// They are inside the image, which can be read.
unsafe fn read_pixels(image: &Image, y: usize, first: usize, target: &mut [f32]) {
    let (channels, size) = (image.channels as usize, image.sample.size() as isize);
    // SAFETY: as the caller says.
    unsafe {
        let from = image
            .data
            .offset(y as isize * image.row_stride + first as isize * image.column_stride);
        if image.column_stride == channels as isize * size && image.channel_stride == size {
            read_samples(from, size, image.sample, target);
        } else if channels == 1 {
            read_samples(from, image.column_stride, image.sample, target);
        } else {
            for (x, pixel) in (0isize..).zip(target.chunks_exact_mut(channels)) {
                let from = from.offset(x * image.column_stride);
                read_samples(from, image.channel_stride, image.sample, pixel);
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
        self.strip = Strip {
            first: done.min(to - pixels),
            pixels,
            samples: (pixels * walk.image.channels as usize).max(walk.level.block),
            direct,
        };
        self.held.fill(NOTHING);
        true
    }

    /// Gather a row of the strip, with what lies left and right of it.
    ///
    /// # Safety
    /// The row is inside the image, which can be read.
    unsafe fn gather_row(&self, y: usize, row: &mut [f32]) {
        let (walk, image) = (self.walk, self.walk.image);
        let (channels, width) = (image.channels as usize, i64::from(image.width));
        let first = self.strip.first as i64 - walk.before as i64;
        let last = (self.strip.first + self.strip.pixels + walk.after) as i64;
        let (inside, end) = (first.max(0), last.min(width));
        let place = |x: i64| (x - first) as usize * channels;
        let target = &mut row[place(inside)..place(end)];
        // SAFETY: these pixels are in the row.
        unsafe { read_pixels(image, y, inside as usize, target) };
        for x in (first..inside).chain(end..last) {
            let target = &mut row[place(x)..place(x + 1)];
            match walk.options.border.index(x, width) {
                None => target.copy_from_slice(&self.outside[..channels]),
                // SAFETY: so is this one.
                Some(from) => unsafe { read_pixels(image, y, from as usize, target) },
            }
        }
    }

    /// The row y of the image, or outside of it: a pointer to the first tap of the strip's first
    /// sample. It stays until slots - 1 others were asked for.
    ///
    /// # Safety
    /// The image can be read.
    pub(crate) unsafe fn row(&mut self, y: i64) -> *const f32 {
        let (walk, image) = (self.walk, self.walk.image);
        let Some(from) = walk.options.border.index(y, i64::from(image.height)) else {
            return self.outside.as_ptr();
        };
        if self.strip.direct {
            let first = (self.strip.first - walk.before) * image.channels as usize;
            // SAFETY: the row is inside the image, and so are its pixels that a strip is made of.
            #[expect(clippy::cast_ptr_alignment, reason = "a direct image is readable")]
            return unsafe {
                let row = image.data.offset(from as isize * image.row_stride);
                row.cast::<f32>().add(first)
            };
        }
        let slot = (y + walk.above as i64) as usize % walk.slots;
        // SAFETY: there are so many slots of that length.
        let row = unsafe { self.rows.add(slot * walk.length) };
        if self.held[slot] != y {
            // SAFETY: the same; no one reads this slot now, and the row is inside the image.
            unsafe { self.gather_row(from as usize, slice::from_raw_parts_mut(row, walk.length)) };
            self.held[slot] = y;
        }
        row
    }

    /// Compute rows of results from a window of rows, and store them from row y of the output on.
    ///
    /// # Safety
    /// The window's rows can be read, and the output's written.
    pub(crate) unsafe fn write_rows(
        &mut self,
        taps: &Taps,
        window: &[*const f32],
        y: usize,
        rows: usize,
    ) {
        let (walk, strip) = (self.walk, self.strip);
        let (channels, size) = (walk.image.channels as usize, walk.image.sample.size());
        let row_bytes = walk.image.width as usize * channels * size;
        let samples = strip.pixels * channels;
        let sums = walk.level.sums[rows - 1];
        // SAFETY: as the caller says; the processor has the level.
        unsafe {
            let output = walk
                .output
                .add(y * row_bytes + strip.first * channels * size);
            if walk.image.sample == Sample::Float32 && samples == strip.samples {
                sums(taps, window, samples, output, row_bytes as isize);
                return;
            }
            let stride = (strip.samples * size_of::<f32>()) as isize;
            sums(
                taps,
                window,
                strip.samples,
                self.sums.as_mut_ptr().cast(),
                stride,
            );
            for (row, from) in self.sums.chunks_exact(strip.samples).take(rows).enumerate() {
                let output = output.add(row * row_bytes);
                if walk.image.sample == Sample::Float32 {
                    ptr::copy_nonoverlapping(from.as_ptr().cast(), output, samples * size);
                } else {
                    let output = slice::from_raw_parts_mut(output, samples);
                    (walk.level.store_bytes)(&from[..samples], output);
                }
            }
        }
    }
}
