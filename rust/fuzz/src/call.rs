//! A call of one operation with its memory, told by a few bytes.

use twinwheel_kernels::{Border, Image, Options, Sample};

/// Of a call that is compared with the definition,
const MOST_PRODUCTS: u64 = 60_000;
/// and of one that is shared out: see `WORK_OF_A_THREAD`.
const ENOUGH_FOR_THREADS: u64 = 9_000_000;
/// Above it a size is there to be refused.
const LARGEST_SIDE: u32 = 4096;
const MOST_BYTES: u128 = 1 << 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Operation {
    Convolve,
    ConvolveEx,
    ConvolveFft,
    Separable,
    GaussianBlur,
    Sobel,
    Median,
}

/// What may be absent, as a null pointer.
pub const INPUT: u32 = 1;
pub const KERNEL: u32 = 2;
pub const OTHER_KERNEL: u32 = 4;
pub const OUTPUT: u32 = 8;
pub const OPTIONS: u32 = 16;
pub const IMAGE: u32 = 32;

/// How the memory is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Each in a block of its own, which the sanitizers watch.
    Apart,
    /// One after the other in one block: they touch, and overlap when the output is moved.
    OutputLast,
    OutputFirst,
    OutputBetween,
}

/// As in C, where a number may stand for no sample and no border.
#[derive(Clone, Copy, Debug, Default)]
pub struct CImage {
    pub sample: i32,
    pub width: u32,
    pub height: u32,
    pub channels: u32,
    pub row_stride: isize,
    pub column_stride: isize,
    pub channel_stride: isize,
}

/// As in C.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct COptions {
    pub border: i32,
    pub border_value: f32,
    pub threads: u32,
    pub first_row: u32,
    pub rows: u32,
}

#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub operation: Operation,
    pub image: CImage,
    pub options: COptions,
    /// Of the kernel, or the window; the radius, or the axis.
    pub size: u32,
    /// The size of the second kernel.
    pub other: u32,
    pub sigma: f64,
    /// Of the above.
    pub absent: u32,
    pub layout: Layout,
    /// Bytes by which the output is moved.
    pub moved: i32,
    /// Bytes by which input, kernels and output lie off a block's start.
    pub misplaced: [u32; 3],
    /// What the values are like.
    pub sample_palette: u32,
    pub weight_palette: u32,
    pub seed: u64,
    /// Is there enough to do for several threads?
    pub large: bool,
}

struct Reader<'a>(std::slice::Iter<'a, u8>);

impl Reader<'_> {
    /// The next byte; 0 past the end.
    fn byte(&mut self) -> u32 {
        self.0.next().copied().unwrap_or(0).into()
    }

    fn two_bytes(&mut self) -> u32 {
        let low = self.byte();
        low | self.byte() << 8
    }

    fn four_bytes(&mut self) -> u32 {
        let low = self.two_bytes();
        low | self.two_bytes() << 16
    }

    fn eight_bytes(&mut self) -> u64 {
        let low = u64::from(self.four_bytes());
        low | u64::from(self.four_bytes()) << 32
    }

    /// A size: mostly a small one, at times any.
    fn size(&mut self, small: u32) -> u32 {
        match self.byte() {
            0..160 => 1 + self.byte() % small,
            160..232 => 1 + self.two_bytes() % (8 * small),
            232..250 => 1 + self.two_bytes() % (64 * small),
            250..252 => 0,
            _ => self.four_bytes(),
        }
    }

    /// A stride: mostly the plain one, at times another.
    fn stride(&mut self, plain: u64, all_plain: bool) -> isize {
        let kind = if all_plain { 0 } else { self.byte() };
        let stride = match kind {
            0..96 => plain,
            96..160 => plain.wrapping_neg(),
            160..184 => plain.wrapping_mul(2),
            184..208 => 0,
            208..224 => plain.wrapping_add(1),
            224..254 => i64::from(self.two_bytes() as i16) as u64,
            _ => self.eight_bytes(),
        };
        stride as isize
    }

    fn strides(&mut self, image: &mut CImage) {
        let sample: u64 = if image.sample == 0 { 4 } else { 1 };
        let (width, height) = (u64::from(image.width), u64::from(image.height));
        let channels = u64::from(image.channels);
        let kind = self.byte();
        let all_plain = kind < 128;
        // A plane for each channel, or one pixel after the other.
        let (of_channel, of_column, of_row) = if kind % 8 == 7 {
            let row = sample.wrapping_mul(width);
            (row.wrapping_mul(height), sample, row)
        } else {
            let pixel = sample.wrapping_mul(channels);
            (sample, pixel, pixel.wrapping_mul(width))
        };
        image.channel_stride = self.stride(of_channel, all_plain);
        image.column_stride = self.stride(of_column, all_plain);
        image.row_stride = self.stride(of_row, all_plain);
    }

    fn options(&mut self, height: u32) -> COptions {
        let mut options = COptions::default();
        let (kind, value) = (self.byte(), self.four_bytes());
        options.border = if kind == 255 {
            self.four_bytes() as i32
        } else {
            (kind % 5) as i32
        };
        options.border_value = if value % 4 == 0 {
            f32::from_bits(value)
        } else {
            ((value >> 16) as i32 - 300) as f32 * 0.25
        };
        let kind = self.byte();
        options.threads = if kind == 255 {
            self.four_bytes()
        } else {
            kind % 5
        };
        let kind = self.byte();
        if kind >= 128 {
            let height = u64::from(height);
            options.first_row = (u64::from(self.byte()) % (height + 1)) as u32;
            let left = height - u64::from(options.first_row);
            options.rows = (u64::from(self.byte()) % (left + 2)) as u32;
        }
        if kind == 255 {
            options.first_row = self.four_bytes();
            options.rows = self.four_bytes();
        }
        options
    }

    fn operation(&mut self) -> Operation {
        use Operation::{
            Convolve, ConvolveEx, ConvolveFft, GaussianBlur, Median, Separable, Sobel,
        };
        const ALL: [Operation; 16] = [
            ConvolveEx,
            Separable,
            Median,
            Convolve,
            ConvolveEx,
            Separable,
            Median,
            GaussianBlur,
            ConvolveEx,
            Separable,
            Median,
            Sobel,
            ConvolveEx,
            Separable,
            Median,
            ConvolveEx,
        ];
        // The transforms take long.
        match self.byte() {
            250.. => ConvolveFft,
            kind => ALL[kind as usize % 16],
        }
    }
}

impl Call {
    /// Read a call.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let from = &mut Reader(bytes.iter());
        let operation = from.operation();
        let kind = from.byte();
        let mut image = CImage {
            sample: (kind % 2) as i32,
            ..CImage::default()
        };
        if kind == 255 {
            image.sample = from.four_bytes() as i32;
        }
        let large = kind % 64 == 50;
        let absent = match from.byte() {
            0..248 => 0,
            248..252 => OPTIONS,
            _ => from.byte(),
        };
        let layout = match from.byte() {
            0..192 => Layout::Apart,
            kind => [
                Layout::Apart,
                Layout::OutputLast,
                Layout::OutputFirst,
                Layout::OutputBetween,
            ][kind as usize % 4],
        };
        let moved = match from.byte() as i32 {
            _ if layout == Layout::Apart => 0,
            0..64 => 0,
            kind @ 64..128 => kind % 3 - 1,
            kind => kind - 192,
        };
        let misplaced = [(); 3].map(|()| match from.byte() {
            0..128 => 0,
            kind @ 128..192 => 4 * (kind % 16),
            kind => kind % 64,
        });
        let (sample_palette, weight_palette) = (from.byte(), from.byte());
        let seed = from.four_bytes().into();
        image.width = from.size(48);
        image.height = from.size(12);
        image.channels = if from.byte() % 2 == 0 {
            1
        } else {
            from.size(4)
        };
        let mut call = Self {
            operation,
            image,
            options: COptions::default(),
            size: 0,
            other: 0,
            sigma: 0.0,
            absent,
            layout,
            moved,
            misplaced,
            sample_palette,
            weight_palette,
            seed,
            large,
        };
        call.read_parameters(from);
        if operation == Operation::Convolve {
            call.image.sample = 0;
            call.image.channels = 1;
        }
        if operation == Operation::ConvolveFft {
            call.image.channels %= 4; // each is transformed by itself
        }
        if large {
            call.enlarge();
        } else if !call.is_to_be_refused() {
            call.shrink();
        }
        from.strides(&mut call.image);
        call.options = from.options(call.image.height);
        if operation == Operation::Convolve {
            call.image.channel_stride = 4;
            call.image.column_stride = 4;
            call.image.row_stride = (u64::from(call.image.width) * 4) as isize;
            call.absent |= OPTIONS;
        }
        if call.absent & OPTIONS != 0 {
            call.options = COptions::default();
        }
        call
    }

    fn read_parameters(&mut self, from: &mut Reader) {
        const WINDOWS: [u32; 16] = [3, 5, 7, 3, 5, 7, 3, 5, 7, 3, 5, 7, 0, 1, 4, 9];
        const SIGMAS: [f64; 6] = [0.0, -1.0, 1e-300, 1e300, 0.3, 1e-45];
        match self.operation {
            Operation::Convolve | Operation::ConvolveEx => self.size = from.size(9),
            Operation::ConvolveFft => self.size = from.size(12),
            Operation::Separable => {
                let kind = from.byte();
                self.size = from.size(9);
                self.other = from.size(9);
                if kind < 128 {
                    // Both at once.
                    self.other = 3 + kind % 2 * 2;
                    self.size = self.other;
                }
            }
            Operation::GaussianBlur => {
                self.size = from.size(6).wrapping_sub(1);
                let kind = from.byte();
                self.sigma = SIGMAS
                    .get(kind as usize)
                    .map_or(f64::from(kind) / 16.0, |&sigma| sigma);
                // The sum of so many weights would take minutes.
                if self.size > LARGEST_SIDE && i32::try_from(self.size).is_ok() {
                    self.size = 1;
                }
            }
            Operation::Sobel => {
                self.size = from.byte() % 32;
                if self.size != 31 {
                    self.size %= 2;
                }
            }
            Operation::Median => self.size = WINDOWS[from.byte() as usize % 16],
        }
    }

    /// Products, or comparisons, for each sample; what the library calls its work.
    fn products_of_sample(&self) -> u64 {
        let (size, other) = (u64::from(self.size), u64::from(self.other));
        match self.operation {
            Operation::ConvolveFft if self.large => 200,
            Operation::ConvolveFft => 20 + size * size / 8, // few are made
            Operation::Separable => size + other,
            Operation::GaussianBlur => 2 * (2 * size + 1),
            Operation::Sobel => 6,
            Operation::Median if self.large && self.image.sample == 1 => size * size / 4,
            _ => size * size,
        }
    }

    fn is_to_be_refused(&self) -> bool {
        let CImage {
            width,
            height,
            channels,
            ..
        } = self.image;
        [width, height, channels, self.size, self.other]
            .iter()
            .any(|&size| size > LARGEST_SIDE)
    }

    fn products(&self) -> u64 {
        let image = &self.image;
        u64::from(image.width)
            .wrapping_mul(image.height.into())
            .wrapping_mul(image.channels.into())
            .wrapping_mul(self.products_of_sample())
    }

    /// Halve the largest size until the call does not take long.
    fn shrink(&mut self) {
        let has_kernel = !matches!(self.operation, Operation::Sobel | Operation::Median);
        while self.products() > MOST_PRODUCTS {
            let width = self.image.width;
            let mut largest = &mut self.image.height;
            if self.image.channels > *largest {
                largest = &mut self.image.channels;
            }
            if has_kernel && self.size > *largest {
                largest = &mut self.size;
            }
            if self.other > *largest {
                largest = &mut self.other;
            }
            // Wide images have more to be wrong.
            if u64::from(width) > 8 * u64::from(*largest) {
                largest = &mut self.image.width;
            }
            *largest /= 2;
        }
    }

    /// Add rows until there is enough to do for two threads.
    fn enlarge(&mut self) {
        self.image.width = 97 + self.image.width % 512;
        self.image.channels = 1 + self.image.channels % 3;
        match self.operation {
            // For the exact sums, which are compared with.
            Operation::ConvolveFft => self.size = 1 + self.size % 5,
            Operation::Sobel | Operation::Median => (),
            _ => {
                self.size = 1 + self.size % 15;
                self.other = 1 + self.other % 15;
            }
        }
        let of_row = u64::from(self.image.width)
            * u64::from(self.image.channels)
            * self.products_of_sample();
        if let Some(rows) = ENOUGH_FOR_THREADS.checked_div(of_row) {
            self.image.height = rows as u32 + 1 + self.image.height % 16;
        }
    }
}

/// Bytes that a call reads and writes.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Of the input, before its first sample: the strides may be negative.
    pub below: usize,
    /// In all.
    pub input: usize,
    /// The first and then the second.
    pub kernels: usize,
    pub output: usize,
}

/// What a call must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    Right,
    Refused,
    /// It is right, but takes more memory or time than is to be had.
    TooLarge,
}

impl Call {
    /// What the call must do, overlaps aside, by another way than the library's, and its extent; of
    /// a call that is refused, a few bytes.
    #[must_use]
    pub fn judge(&self) -> (Judgement, Extent) {
        const LIMIT: u128 = usize::MAX as u128;
        const FEW: Extent = Extent {
            below: 0,
            input: 64,
            kernels: 64,
            output: 64,
        };
        let (image, options) = (&self.image, &self.options);
        let is_image_absent = self.absent & IMAGE != 0 && self.operation != Operation::Convolve;
        if self.absent & (INPUT | OUTPUT) != 0 || is_image_absent || !self.are_parameters_right() {
            return (Judgement::Refused, FEW);
        }
        if image.width == 0
            || image.height == 0
            || image.channels == 0
            || !(0..2).contains(&image.sample)
            || !(0..5).contains(&options.border)
            || options.first_row >= image.height
            || options.rows > image.height - options.first_row
        {
            return (Judgement::Refused, FEW);
        }
        let sample: u128 = if image.sample == 0 { 4 } else { 1 };
        let rows = match options.rows {
            0 => image.height - options.first_row,
            rows => rows,
        };
        // Of three factors below 2**32 each the product fits.
        let output =
            u128::from(rows) * u128::from(image.width) * u128::from(image.channels) * sample;
        let weights = 4 * self.weights();
        let (mut below, mut above) = (0, sample);
        for (length, stride) in [
            (image.height, image.row_stride),
            (image.width, image.column_stride),
            (image.channels, image.channel_stride),
        ] {
            let distance = u128::from(length - 1) * stride.unsigned_abs() as u128;
            *(if stride < 0 { &mut below } else { &mut above }) += distance;
        }
        let input = below + above;
        if output > LIMIT || input > LIMIT || weights > LIMIT {
            return (Judgement::Refused, FEW);
        }
        if output > MOST_BYTES
            || input > MOST_BYTES
            || weights > MOST_BYTES
            || (!self.large && self.products() > MOST_PRODUCTS)
        {
            return (Judgement::TooLarge, FEW);
        }
        let extent = Extent {
            below: below as usize,
            input: input as usize,
            kernels: weights as usize,
            output: output as usize,
        };
        (Judgement::Right, extent)
    }

    fn weights(&self) -> u128 {
        let (size, other) = (u128::from(self.size), u128::from(self.other));
        match self.operation {
            Operation::Convolve | Operation::ConvolveEx | Operation::ConvolveFft => size * size,
            Operation::Separable => size + other,
            _ => 0,
        }
    }

    fn are_parameters_right(&self) -> bool {
        match self.operation {
            Operation::Separable => {
                self.size != 0 && self.other != 0 && self.absent & (KERNEL | OTHER_KERNEL) == 0
            }
            Operation::GaussianBlur => self.sigma > 0.0 && i32::try_from(self.size).is_ok(),
            Operation::Sobel => self.size < 2,
            Operation::Median => matches!(self.size, 3 | 5 | 7),
            _ => self.size != 0 && self.absent & KERNEL == 0,
        }
    }

    /// The image whose first sample is there; `None` where Rust has no way to say such a one.
    #[must_use]
    pub fn image(&self, data: *const u8) -> Option<Image> {
        let image = &self.image;
        if self.absent & IMAGE != 0 && self.operation != Operation::Convolve {
            return None;
        }
        Some(Image {
            data,
            sample: match image.sample {
                0 => Sample::Float32,
                1 => Sample::Uint8,
                _ => return None,
            },
            width: image.width,
            height: image.height,
            channels: image.channels,
            row_stride: image.row_stride,
            column_stride: image.column_stride,
            channel_stride: image.channel_stride,
        })
    }

    /// The options; `None` where Rust has no way to say such ones.
    #[must_use]
    pub fn options(&self) -> Option<Options> {
        Some(Options {
            border: *Border::ALL.get(usize::try_from(self.options.border).ok()?)?,
            border_value: self.options.border_value,
            threads: self.options.threads,
            first_row: self.options.first_row,
            rows: self.options.rows,
        })
    }
}
