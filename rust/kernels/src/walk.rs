//! How an image is walked: in strips of columns, and down each strip a few rows at a time.
//!
//! A strip that lies inside a contiguous image of the cells that are wanted is read where it is; the
//! rows of any other are gathered: see `rows`. So the functions of the instruction sets meet neither
//! borders nor types nor strides.

use std::ptr;

use crate::bands::{self, ALIGNMENT, Line};
use crate::image::{Error, Image, Options, Sample};
use crate::level::Level;
use crate::rows::Source;

/// What a row is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cells {
    Float,
    Byte,
}

impl Cells {
    /// Length in bytes.
    pub(crate) const fn size(self) -> usize {
        match self {
            Self::Float => size_of::<f32>(),
            Self::Byte => size_of::<u8>(),
        }
    }
}

/// Samples of a strip that is read where it is, for what does not ask for fewer: more than there are
/// in most rows, and few enough that a row of what lies outside is short.
pub(crate) const INTERIOR_SAMPLES: usize = 32 * 1024;

/// What a walk is planned for.
pub(crate) struct Needs {
    pub cells: Cells,
    /// Are all rows gathered?
    pub gather: bool,
    /// The fewest samples that the level's functions take.
    pub block: usize,
    /// Rows of the result at once, at most.
    pub rows: usize,
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
    pub cells: Cells,
    /// The fewest samples that the level's functions take.
    block: usize,
    /// Rows of the result at once, at most.
    pub rows: usize,
    /// Of the kernel.
    pub height: usize,
    /// Rows needed above one of the result.
    pub above: usize,
    /// Pixels needed left of one of the result,
    pub before: usize,
    /// and right of it.
    pub after: usize,
    /// Gathered rows that are kept.
    pub slots: usize,
    /// Is all but the edges read where it is?
    direct: bool,
    /// Pixels of the strip at each edge then.
    edge: usize,
    /// Strips that are walked side by side, so that they share cache lines.
    together: usize,
    /// Pixels of a gathered strip at most,
    gathered: usize,
    /// and of one that is read where it is.
    interior: usize,
    /// Cells in a row of what lies outside,
    pub outside: usize,
    /// in a gathered row,
    pub length: usize,
    /// in a row of results that is converted or cut,
    pub samples: usize,
    /// and in the results of the longest strip.
    pub longest: usize,
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
    pub direct: bool,
    /// Pixels of a gathered row that lie left of the image,
    pub left: usize,
    /// in it,
    pub inside: usize,
    /// and right of it.
    pub right: usize,
}

/// The most strips side by side: both edges, and what is between them.
const MOST_TOGETHER: usize = 3;

/// Some rows of the result, in one strip.
pub(crate) struct Step {
    /// The first, from the first of the options on.
    pub y: usize,
    pub rows: usize,
    /// Rows of the step before, just above; 0 when there was none.
    pub before: usize,
    /// Where to write them, the strip's samples in each,
    pub results: *mut u8,
    /// bytes apart.
    pub stride: isize,
}

impl Step {
    /// What comes before the step that starts at a row.
    const fn first(y: usize) -> Self {
        Self {
            y,
            rows: 0,
            before: 0,
            results: ptr::null_mut(),
            stride: 0,
        }
    }
}

/// Make the results of a step, with memory that the walk was asked for and no step clears.
pub(crate) type StepFunction<'a> = dyn Fn(&mut Source, &Step, &mut [Line]) + Sync + 'a;

/// Does the image hold what the cells are?
pub(crate) fn same_cells(image: &Image, cells: Cells) -> bool {
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

/// Share a length out in equal steps that are no longer than the longest.
pub(crate) const fn even_step(length: usize, longest: usize) -> usize {
    length.div_ceil(length.div_ceil(longest))
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
        // Edges that are wider than a gathered strip should be would take more memory than those.
        let direct = !needs.gather
            && readable(image, cells)
            && edge <= gathered
            && pixels / 2 >= edge
            && pixels - 2 * edge >= fewest;
        let inner = if direct { pixels - 2 * edge } else { pixels };
        let together = if direct && inner <= interior {
            MOST_TOGETHER
        } else {
            1
        };
        // Equal strips, as the last overlaps the one before.
        let gathered = fewest.max(even_step(pixels, gathered));
        let interior = fewest.max(even_step(inner, interior));
        let strip = if direct { edge } else { gathered.min(pixels) };
        let samples = (strip * channels).max(block);
        let longest = if direct {
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
            rows: needs.rows,
            height: needs.height,
            above: needs.height / 2,
            before,
            after: needs.width - 1 - before,
            slots: needs.slots,
            direct,
            edge,
            together,
            gathered,
            interior,
            outside: whole_lines(longest.checked_add(around)?)?,
            length: whole_lines(samples.checked_add(around)?)?,
            samples: whole_lines(samples)?,
            longest: whole_lines(longest)?,
        })
    }

    /// Plan the strip after this one; `None` when there is none.
    pub(crate) fn plan_strip(&self, strip: &Strip) -> Option<Strip> {
        let (width, done) = (self.image.width as usize, strip.first + strip.pixels);
        if done >= width {
            return None;
        }
        // The last strip of its kind overlaps the one before.
        let (from, to, widest, direct) = if !self.direct {
            (0, width, self.gathered, false)
        } else if done == 0 {
            (0, self.edge, self.edge, false)
        } else if done < width - self.edge {
            (self.edge, width - self.edge, self.interior, true)
        } else {
            (width - self.edge, width, self.edge, false)
        };
        let pixels = widest.min(to - from);
        let first = done.min(to - pixels);
        let end = first + pixels + self.after;
        let left = self.before.saturating_sub(first);
        let right = end.saturating_sub(width);
        Some(Strip {
            first,
            pixels,
            samples: (pixels * self.image.channels as usize).max(self.block),
            direct,
            left,
            inside: self.before + pixels + self.after - left - right,
            right,
        })
    }

    /// The memory is in as many lines as there are for one of the strips side by side, of which
    /// the function's own come first.
    fn walk_band(
        &self,
        function: &StepFunction,
        (lines, own): (usize, usize),
        memory: &mut [Line],
        (first, last): (usize, usize),
    ) {
        let mut sources = memory.chunks_exact_mut(lines).map(|memory| {
            let (own, memory) = memory.split_at_mut(own);
            (self.open_source(memory), own)
        });
        let mut sources: [_; MOST_TOGETHER] = std::array::from_fn(|_| sources.next());
        let mut strip = Strip::default();
        loop {
            let mut count = 0;
            for (source, _) in sources.iter_mut().flatten() {
                let Some(next) = self.plan_strip(&strip) else {
                    break;
                };
                source.enter_strip(&next);
                strip = next;
                count += 1;
            }
            if count == 0 {
                return;
            }
            let mut step = Step::first(first);
            while step.y < last {
                step.rows = self.rows.min(last - step.y);
                for (source, own) in sources.iter_mut().flatten().take(count) {
                    // SAFETY: the output has these rows, and can be written: as the caller of
                    // `walk_image` says.
                    unsafe {
                        source.place_results(&mut step);
                        function(source, &step, own);
                        source.store_results(&step);
                    }
                }
                step.before = step.rows;
                step.y += step.rows;
            }
        }
    }

    /// Walk all rows of the options, in bands that threads share.
    ///
    /// * `memory`: bytes that the function gets, in whole lines.
    /// * `work`: multiplications in all.
    ///
    /// # Safety
    /// The image can be read, and the output written.
    pub(crate) unsafe fn walk_image(
        &self,
        function: &StepFunction,
        memory: usize,
        work: f64,
    ) -> Result<(), Error> {
        let own = memory.div_ceil(ALIGNMENT);
        let bytes = self.source_bytes().ok_or(Error::Invalid)?;
        let lines = bytes.div_ceil(ALIGNMENT).checked_add(own);
        let lines = lines.ok_or(Error::Invalid)?;
        let bytes = lines.checked_mul(self.together * ALIGNMENT);
        let band = |memory: &mut [Line], first, last| {
            self.walk_band(function, (lines, own), memory, (first, last));
        };
        bands::run(&band, bytes.ok_or(Error::Invalid)?, work, &self.options)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cells, Needs, Walk};
    use crate::cpu;
    use crate::image::{Image, Options, Sample};

    /// A contiguous image of floats, 64 high, that is never read.
    fn floats(width: u32) -> Image {
        Image {
            data: std::ptr::without_provenance(64),
            sample: Sample::Float32,
            width,
            height: 64,
            channels: 1,
            row_stride: width as isize * 4,
            column_stride: 4,
            channel_stride: 4,
        }
    }

    /// Plan a walk over it, with a kernel of size * size and one slot.
    fn plan(image: &Image, size: usize, gathered: usize, interior: usize) -> Walk<'_> {
        let level = cpu::level_in_use();
        let needs = Needs {
            cells: Cells::Float,
            gather: false,
            block: level.lanes,
            rows: 1,
            height: size,
            width: size,
            slots: 1,
            gathered,
            interior,
        };
        let output = std::ptr::null_mut();
        Walk::plan(image, Options::default(), output, level, &needs).unwrap()
    }

    #[test]
    fn results_are_as_long_as_a_strip() {
        let image = floats(64);
        let walk = plan(&image, 8001, 8192, 8192);
        assert_eq!(walk.longest, 64);
        assert!(walk.length >= 64 + 8000);
        // Read where it is, but for the edges.
        let image = floats(6400);
        let walk = plan(&image, 101, 100, 1000);
        assert!(walk.direct && (900..1064).contains(&walk.longest));
        // Edges that are wider than a strip should be.
        let walk = plan(&image, 203, 100, 1000);
        assert!(!walk.direct && (100..164).contains(&walk.longest));
    }
}
