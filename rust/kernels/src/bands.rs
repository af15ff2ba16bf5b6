//! Rows shared out among threads, which live as long as the call.

use std::ffi::c_void;
use std::thread;

use crate::image::{Error, Options};

/// Multiplications that take about as long as it takes to start a thread, some times over.
/// Under Miri, which is slow, little is enough for it to see threads.
const WORK_OF_A_THREAD: f64 = if cfg!(miri) { 50.0 } else { 4e6 };
const MOST_THREADS: usize = 256;

/// What the memory of a band is made of, so that it is aligned to cache lines.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Line([u8; 64]);

/// Bytes in a cache line.
pub(crate) const ALIGNMENT: usize = size_of::<Line>();

/// What may lie in the memory of a band.
///
/// # Safety
/// Zeros are a value of it, and it needs no more alignment than a line has.
pub(crate) unsafe trait Item {}

// SAFETY: zeros are 0.0.
unsafe impl Item for f32 {}

// SAFETY: zeros are 0.
unsafe impl Item for i64 {}

// SAFETY: the same.
unsafe impl Item for i32 {}

// SAFETY: the same.
unsafe impl Item for u8 {}

// SAFETY: zeros are the null pointer.
unsafe impl Item for *const c_void {}

/// Take the lines of so many items from the front of the memory of a band; the rest is left.
pub(crate) fn take<T: Item>(memory: &mut [Line], items: usize) -> (&mut [T], &mut [Line]) {
    let lines = (items * size_of::<T>()).div_ceil(ALIGNMENT);
    let (taken, rest) = memory.split_at_mut(lines);
    // SAFETY: the lines are that long, aligned, and were filled with zeros or with such items.
    let taken = unsafe { std::slice::from_raw_parts_mut(taken.as_mut_ptr().cast(), items) };
    (taken, rest)
}

/// Compute the rows first..last of a result, in memory that is the thread's own.
pub(crate) type BandFunction<'a> = dyn Fn(&mut [Line], usize, usize) + Sync + 'a;

fn count_of_bands(options: &Options, work: f64) -> usize {
    let count = (options.threads as usize)
        .min(MOST_THREADS)
        .min(options.rows as usize);
    // A cast takes what is too large, or below 0, to the nearest.
    count.min((work / WORK_OF_A_THREAD) as usize).max(1)
}

/// A vector of one value, or an error where a plain one would abort.
pub(crate) fn filled<T: Copy>(length: usize, value: T) -> Result<Vec<T>, Error> {
    let mut vector = Vec::new();
    vector
        .try_reserve_exact(length)
        .map_err(|_| Error::OutOfMemory)?;
    vector.resize(length, value);
    Ok(vector)
}

/// Call a function for bands that make up all rows of the options.
///
/// * `memory`: bytes that each call gets, in whole lines.
/// * `work`: multiplications in all; small work is not shared out.
pub(crate) fn run(
    function: &BandFunction,
    memory: usize,
    work: f64,
    options: &Options,
) -> Result<(), Error> {
    let count = count_of_bands(options, work);
    let rows = options.rows as usize;
    let first = |band: usize| rows / count * band + band.min(rows % count);
    let each = memory.div_ceil(ALIGNMENT);
    let total = each.checked_mul(count).ok_or(Error::OutOfMemory)?;
    // Zeros, so that the end of a padded row is never garbage.
    let mut all = filled(total, Line([0; ALIGNMENT]))?;
    let (own, others) = all.split_at_mut(each);
    thread::scope(|scope| {
        let mut started = 1;
        for memory in others.chunks_exact_mut(each) {
            let (first, last) = (first(started), first(started + 1));
            let run_band = move || function(memory, first, last);
            if thread::Builder::new()
                .spawn_scoped(scope, run_band)
                .is_err()
            {
                break; // no thread to be had
            }
            started += 1;
        }
        for band in (0..1).chain(started..count) {
            function(own, first(band), first(band + 1));
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::{ALIGNMENT, Line, WORK_OF_A_THREAD, run, take};
    use crate::image::{Error, Options};

    /// The bands that a call makes, in order, and the lines of memory of each.
    fn bands(threads: u32, rows: u32, work: f64) -> Vec<(usize, usize, usize)> {
        let options = Options {
            threads,
            rows,
            ..Options::default()
        };
        let made = Mutex::new(Vec::new());
        let function = |memory: &mut [Line], first, last| {
            made.lock().unwrap().push((first, last, memory.len()));
            take::<f32>(memory, 17).0.fill(1.0);
        };
        run(&function, 2 * ALIGNMENT, work, &options).unwrap();
        let mut made = made.into_inner().unwrap();
        made.sort_unstable();
        made
    }

    #[test]
    fn rows_are_shared_out() {
        assert_eq!(bands(3, 8, 1e9), [(0, 3, 2), (3, 6, 2), (6, 8, 2)]);
        assert_eq!(bands(5, 2, 1e9), [(0, 1, 2), (1, 2, 2)]);
        assert_eq!(bands(0, 8, 1e9), [(0, 8, 2)]);
    }

    #[test]
    fn small_work_is_not_shared_out() {
        assert_eq!(bands(3, 8, 2.2 * WORK_OF_A_THREAD), [(0, 4, 2), (4, 8, 2)]);
        assert_eq!(bands(3, 8, 1.8 * WORK_OF_A_THREAD), [(0, 8, 2)]);
        assert_eq!(bands(3, 8, 0.0), [(0, 8, 2)]);
    }

    #[test]
    fn out_of_memory() {
        let result = run(&|_, _, _| (), isize::MAX as usize, 0.0, &Options::default());
        assert_eq!(result, Err(Error::OutOfMemory));
    }
}
