//! A call, and whether it did what it should.

use twinwheel_kernels::{
    Error, Image, Options, convolve, convolve_ex, convolve_fft, cpu, gaussian_blur, median,
    separable, sobel,
};

use crate::call::{Call, INPUT, Judgement, KERNEL, Layout, OTHER_KERNEL, OUTPUT, Operation};
use crate::definition::{self, QUIET_NAN, copy_samples, floats_of};
use crate::memory::Memory;

pub const LEVELS: [&str; 3] = ["baseline", "avx2", "avx512"];

/// Past it the transforms are the direct sums: see `fft`.
const LARGEST_KERNEL: u32 = 384;

/// A call that can be made in Rust, with its memory.
pub struct Prepared<'a> {
    pub call: &'a Call,
    pub memory: Memory,
    /// Overlaps included.
    pub is_refused: bool,
}

/// Judge a call, and open its memory; `None` when it is too large.
#[must_use]
pub fn prepare(call: &Call) -> Option<Prepared<'_>> {
    let (judgement, extent) = call.judge();
    if judgement == Judgement::TooLarge {
        return None;
    }
    let memory = Memory::open(call, &extent);
    let is_refused = judgement == Judgement::Refused || memory.is_output_overlapped();
    Some(Prepared {
        call,
        memory,
        is_refused,
    })
}

/// Pointers to the image, to both kernels and to the output, or null where one is absent.
#[must_use]
pub fn operands(call: &Call, memory: &mut Memory) -> (*const u8, *const u8, *const u8, *mut u8) {
    let bytes = memory.kernels().len();
    let (mut input, mut kernel, mut output) = memory.pointers();
    // Of a call that is refused for its sizes there are fewer bytes.
    let first = 4 * call.size as usize;
    let mut other = kernel.wrapping_add(if first < bytes { first } else { 0 });
    for (bit, pointer) in [
        (INPUT, &mut input),
        (KERNEL, &mut kernel),
        (OTHER_KERNEL, &mut other),
    ] {
        if call.absent & bit != 0 {
            *pointer = std::ptr::null();
        }
    }
    if call.absent & OUTPUT != 0 {
        output = std::ptr::null_mut();
    }
    (input, kernel, other, output)
}

/// Make the call; `None` when Rust has no way to say it.
pub fn make(call: &Call, memory: &mut Memory) -> Option<Result<(), Error>> {
    let (input, kernel, other, output) = operands(call, memory);
    let (image, options) = (&call.image(input)?, &call.options()?);
    // SAFETY: the memory is what the call tells, or the call is one to be refused.
    Some(unsafe {
        match call.operation {
            Operation::Convolve => match slices(call, image, kernel, output) {
                Some((input, kernel, output)) => {
                    let (width, height) = (image.width, image.height);
                    convolve(input, width, height, kernel, call.size, output)
                }
                None => convolve_ex(image, kernel, call.size, options, output),
            },
            Operation::ConvolveEx => convolve_ex(image, kernel, call.size, options, output),
            Operation::ConvolveFft => convolve_fft(image, kernel, call.size, options, output),
            Operation::Separable => {
                separable(image, kernel, call.size, other, call.other, options, output)
            }
            Operation::GaussianBlur => gaussian_blur(image, call.sigma, call.size, options, output),
            Operation::Sobel => sobel(image, call.size, options, output),
            Operation::Median => median(image, call.size, options, output),
        }
    })
}

/// The operands as slices, where they may be such.
///
/// # Safety
/// They are of a call that is not refused, or that is for its layout.
unsafe fn slices<'a>(
    call: &Call,
    image: &Image,
    kernel: *const u8,
    output: *mut u8,
) -> Option<(&'a [f32], &'a [f32], &'a mut [f32])> {
    let addresses = image.data.addr() | kernel.addr() | output.addr();
    if !addresses.is_multiple_of(4)
        || call.layout != Layout::Apart
        || call.judge().0 != Judgement::Right
    {
        return None;
    }
    let samples = image.width as usize * image.height as usize;
    let taps = call.size as usize * call.size as usize;
    // SAFETY: each is in a block of its own, and as long.
    unsafe {
        Some((
            std::slice::from_raw_parts(image.data.cast(), samples),
            std::slice::from_raw_parts(kernel.cast(), taps),
            std::slice::from_raw_parts_mut(output.cast(), samples),
        ))
    }
}

/// The sums that the transforms are to be near, and how near.
pub struct Neighbourhood {
    sums: Vec<f64>,
    /// Infinite when they need not be near.
    limit: f64,
}

impl Neighbourhood {
    /// What `kernel.h` admits.
    fn of(call: &Call, memory: &Memory) -> Option<Self> {
        let (image, options) = (call.image(memory.samples())?, call.options()?);
        // SAFETY: the memory is what the call tells.
        let samples = unsafe { copy_samples(&image) };
        let weights = floats_of(memory.kernels());
        let magnitudes = |floats: &[f32]| floats.iter().map(|x| f64::from(x.abs())).collect();
        let (sizes, taps): (Vec<f64>, Vec<f64>) = (magnitudes(&samples), magnitudes(&weights));
        let outside = f64::from(options.border_value.abs());
        let largest = sizes.iter().fold(outside, |a, &b| a.max(b));
        let sum: f64 = taps.iter().sum();
        let finite = outside.is_finite() && sizes.iter().chain(&taps).all(|x| x.is_finite());
        // Numbers so large that what is between overflows; and so small that it is rounded off.
        let finite = finite && largest < 1e30 && sum < 1e30 && largest * sum < 1e30;
        let limit =
            64.0 / f64::from(1 << 24) * largest * sum + 1e-37 * (1.0 + largest) * taps.len() as f64;
        // SAFETY: as above.
        let sums = unsafe { definition::sums(call, &image, &options, &weights) };
        Some(Self {
            sums,
            limit: if finite { limit } else { f64::INFINITY },
        })
    }

    fn check(&self, call: &Call, level: &str, output: &[u8]) {
        let (is_byte, floats) = (call.image.sample == 1, floats_of(output));
        let results: Vec<f64> = if is_byte {
            output.iter().map(|&byte| byte.into()).collect()
        } else {
            floats.iter().map(|&float| float.into()).collect()
        };
        for (i, (&result, &sum)) in results.iter().zip(&self.sums).enumerate() {
            assert!(
                is_byte || !result.is_nan() || floats[i].to_bits() == QUIET_NAN,
                "a NaN is not the quiet one at {i}, {level}: {call:?}"
            );
            let (sum, limit) = if is_byte {
                (sum.clamp(0.0, 255.0), self.limit + 0.5)
            } else {
                (sum, self.limit)
            };
            assert!(
                limit.is_infinite() || (result - sum).abs() <= limit,
                "{result} is not near {sum} at {i}, {level}: {call:?}"
            );
        }
    }
}

/// What a call should do.
pub struct Expectation {
    memory: Memory,
    near: Option<Neighbourhood>,
}

impl Prepared<'_> {
    /// What the call should do; `None` when Rust has no way to say it.
    #[must_use]
    pub fn expect(&self) -> Option<Expectation> {
        let call = self.call;
        let options: Options = call.options()?;
        let image = call.image(self.memory.samples())?;
        let mut expected = Expectation {
            memory: self.memory.clone(),
            near: None,
        };
        if self.is_refused {
        } else if call.operation == Operation::ConvolveFft && call.size <= LARGEST_KERNEL {
            expected.near = Neighbourhood::of(call, &self.memory);
        } else if call.large {
            // The result in one thread.
            let mut alone = *call;
            alone.options.threads = 1;
            assert!(cpu::select("auto"));
            let made = make(&alone, &mut expected.memory);
            assert_eq!(made, Some(Ok(())), "{alone:?}");
        } else {
            // SAFETY: the memory is what the call tells.
            let result =
                unsafe { definition::result(call, &image, &options, self.memory.kernels()) };
            expected.memory.output_mut().copy_from_slice(&result);
        }
        Some(expected)
    }

    /// Compare what a call did at a level with what it should do.
    ///
    /// # Panics
    /// When it differs.
    pub fn compare(
        &self,
        level: &str,
        made: Result<(), Error>,
        got: &Memory,
        expected: &Expectation,
    ) {
        let call = self.call;
        let status = if self.is_refused {
            Err(Error::Invalid)
        } else {
            Ok(())
        };
        assert_eq!(made, status, "the status at {level}: {call:?}");
        let exact = expected.near.is_none();
        let place = got.difference(&expected.memory, exact);
        assert_eq!(place, None, "what is written at {level}: {call:?}");
        if let Some(near) = &expected.near {
            near.check(call, level, got.output());
        }
    }
}

/// Make the call at each level that this machine has. What it returns must be what it should, its
/// result what the definition says, and all other memory untouched.
///
/// # Panics
/// When it is not so.
pub fn check(call: &Call) {
    let Some(prepared) = prepare(call) else {
        return;
    };
    let Some(expected) = prepared.expect() else {
        return;
    };
    for level in LEVELS {
        if !cpu::select(level) {
            continue;
        }
        let mut memory = prepared.memory.clone();
        if let Some(made) = make(call, &mut memory) {
            prepared.compare(level, made, &memory, &expected);
        }
    }
}
