//! The memory of a call.

use crate::call::{Call, Extent, Layout};

/// Bytes around what lies in one block, so that the output can be moved.
const GUARD: usize = 256;

const INPUT: usize = 0;
const KERNELS: usize = 1;
const OUTPUT: usize = 2;

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    block: usize,
    offset: usize,
    bytes: usize,
}

impl Place {
    const fn overlaps(&self, other: &Self) -> bool {
        self.block == other.block
            && self.bytes != 0
            && other.bytes != 0
            && self.offset < other.offset + other.bytes
            && other.offset < self.offset + self.bytes
    }
}

/// Input, kernels and output, in one block or in three.
#[derive(Clone)]
pub struct Memory {
    blocks: [Box<[u8]>; 3],
    parts: [Place; 3],
    /// Bytes of the input before its first sample.
    below: usize,
}

fn next_random(state: &mut u64) -> u32 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 32) as u32
}

/// Floats as they come, and such as are seldom met.
fn a_float(palette: u32, random: u32) -> u32 {
    const SPECIAL: [u32; 14] = [
        0x7FC0_0000,
        0xFFC0_0001,
        0x7F80_0001,
        0x7F80_0000,
        0xFF80_0000,
        0x0000_0000,
        0x8000_0000,
        0x0000_0001,
        0x8000_0001,
        0x007F_FFFF,
        0x0080_0000,
        0x7F7F_FFFF,
        0xFF7F_FFFF,
        0x3F80_0000,
    ];
    const FRACTIONS: [u32; 8] = [
        0x00_0000, 0x00_0001, 0x40_0000, 0x00_0800, 0x7F_FFFF, 0x00_1001, 0x7F_F000, 0x55_5555,
    ];
    let value = match palette {
        0 => random as i32 as f32 * (1.0 / 1_048_576.0),
        1 => (random >> 16) as f32 - 32768.0,
        // Sums that lie half way between bytes.
        2 => f32::from((random >> 24) as i8) * 0.25,
        3 => (random >> 30) as f32,
        4 => return random,
        5 => return SPECIAL[(random >> 16) as usize % SPECIAL.len()],
        // Products and sums that lie next to a tie.
        6 => {
            return random & 0x8000_0000
                | (127 - 40 + (random >> 8) % 80) << 23
                | FRACTIONS[(random >> 4) as usize % 8];
        }
        // Some of all.
        _ => return a_float((random >> 5) % 7, random.wrapping_mul(2_654_435_769)),
    };
    value.to_bits()
}

fn fill_floats(target: &mut [u8], palette: u32, mut seed: u64) {
    // What is left over is of a float that is cut off.
    for target in target.chunks_mut(4) {
        let bits = a_float(palette % 8, next_random(&mut seed));
        target.copy_from_slice(&bits.to_le_bytes()[..target.len()]);
    }
}

fn fill_bytes(target: &mut [u8], palette: u32, mut seed: u64) {
    const SPECIAL: [u8; 8] = [0, 255, 1, 254, 127, 128, 0, 255];
    for target in target {
        let random = next_random(&mut seed) >> 16;
        *target = match palette % 4 {
            0 => (random % 4) as u8,
            1 => SPECIAL[random as usize % 8],
            _ => random as u8,
        };
    }
}

impl Memory {
    /// Allocate the memory, and fill it with what the call tells.
    #[must_use]
    pub fn open(call: &Call, extent: &Extent) -> Self {
        let order = match call.layout {
            Layout::Apart | Layout::OutputLast => [INPUT, KERNELS, OUTPUT],
            Layout::OutputFirst => [OUTPUT, INPUT, KERNELS],
            Layout::OutputBetween => [KERNELS, OUTPUT, INPUT],
        };
        let bytes = [extent.input, extent.kernels, extent.output];
        let mut parts = [Place::default(); 3];
        let mut sizes = [0; 3];
        let mut end = GUARD + call.misplaced[order[0]] as usize;
        for part in order {
            let (block, offset) = if call.layout == Layout::Apart {
                let offset = call.misplaced[part] as usize;
                sizes[part] = offset + bytes[part];
                (part, offset)
            } else {
                end += bytes[part];
                (0, end - bytes[part])
            };
            parts[part] = Place {
                block,
                offset,
                bytes: bytes[part],
            };
        }
        if call.layout != Layout::Apart {
            sizes[0] = end + GUARD;
            parts[OUTPUT].offset = parts[OUTPUT]
                .offset
                .wrapping_add_signed(call.moved as isize);
        }
        let mut memory = Self {
            blocks: sizes.map(|size| vec![0x55; size].into()),
            parts,
            below: extent.below,
        };
        let samples = memory.part_mut(INPUT);
        if call.image.sample == 1 {
            fill_bytes(samples, call.sample_palette, call.seed);
        } else {
            fill_floats(samples, call.sample_palette, call.seed);
        }
        fill_floats(memory.part_mut(KERNELS), call.weight_palette, call.seed + 1);
        memory
    }

    fn part(&self, part: usize) -> &[u8] {
        let Place {
            block,
            offset,
            bytes,
        } = self.parts[part];
        &self.blocks[block][offset..offset + bytes]
    }

    fn part_mut(&mut self, part: usize) -> &mut [u8] {
        let Place {
            block,
            offset,
            bytes,
        } = self.parts[part];
        &mut self.blocks[block][offset..offset + bytes]
    }

    /// Does the output overlap the input or the kernels?
    #[must_use]
    pub const fn is_output_overlapped(&self) -> bool {
        let [input, kernels, output] = &self.parts;
        output.overlaps(input) || output.overlaps(kernels)
    }

    #[must_use]
    pub fn kernels(&self) -> &[u8] {
        self.part(KERNELS)
    }

    #[must_use]
    pub fn output(&self) -> &[u8] {
        self.part(OUTPUT)
    }

    pub fn output_mut(&mut self) -> &mut [u8] {
        self.part_mut(OUTPUT)
    }

    /// Pointers to the first sample, to the kernels and to the output, for one call.
    pub fn pointers(&mut self) -> (*const u8, *const u8, *mut u8) {
        let blocks = self.blocks.each_mut().map(|block| block.as_mut_ptr());
        let [input, kernels, output] = self
            .parts
            .map(|part| blocks[part.block].wrapping_add(part.offset));
        (input.wrapping_add(self.below), kernels, output)
    }

    /// The first sample, to be read only.
    #[must_use]
    pub fn samples(&self) -> *const u8 {
        let place = &self.parts[INPUT];
        self.blocks[place.block]
            .as_ptr()
            .wrapping_add(place.offset + self.below)
    }

    /// Where two memories of the same call differ first, outside the output or anywhere, in bytes
    /// from the output on.
    #[must_use]
    pub fn difference(&self, other: &Self, with_output: bool) -> Option<isize> {
        let output = &self.parts[OUTPUT];
        let part = output.offset..output.offset + output.bytes;
        for (block, (ours, theirs)) in self.blocks.iter().zip(&other.blocks).enumerate() {
            if ours == theirs {
                continue;
            }
            let is_seen = |i: &usize| {
                ours[*i] != theirs[*i]
                    && (with_output || block != output.block || !part.contains(i))
            };
            if let Some(i) = (0..ours.len()).find(is_seen) {
                return Some(i as isize - output.offset as isize);
            }
        }
        None
    }
}
