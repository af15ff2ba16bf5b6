//! Which instruction set to use. The results do not depend on it.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::level::Level;
use crate::vector;

/// From the best down.
static LEVELS: &[&Level] = &[
    #[cfg(target_arch = "x86_64")]
    &vector::AVX512,
    #[cfg(target_arch = "x86_64")]
    &vector::AVX2,
    &vector::BASELINE,
];

const UNKNOWN: usize = usize::MAX;

/// Threads may come here together for the first time; each of them finds the same level.
static PLACE_IN_USE: AtomicUsize = AtomicUsize::new(UNKNOWN);

/// Does the processor have the instructions of a level, and does the system save its registers?
fn has(level: &Level) -> bool {
    match level.name {
        #[cfg(target_arch = "x86_64")]
        "avx512" => {
            has(&vector::AVX2)
                && std::arch::is_x86_feature_detected!("avx512f")
                && std::arch::is_x86_feature_detected!("avx512bw")
        }
        #[cfg(target_arch = "x86_64")]
        "avx2" => {
            std::arch::is_x86_feature_detected!("avx2")
                && std::arch::is_x86_feature_detected!("fma")
        }
        _ => true,
    }
}

fn best() -> usize {
    // The last is the baseline.
    (0..LEVELS.len() - 1)
        .find(|&place| has(LEVELS[place]))
        .unwrap_or(LEVELS.len() - 1)
}

/// Choose the instruction set: `auto`, `baseline`, `avx2` or `avx512`. The results do not depend on
/// it.
///
/// Returns whether the name is known and this machine has it; nothing changes if not.
pub fn select(name: &str) -> bool {
    let first = best();
    let chosen = if name == "auto" {
        Some(first)
    } else {
        (first..LEVELS.len()).find(|&place| LEVELS[place].name == name)
    };
    if let Some(place) = chosen {
        PLACE_IN_USE.store(place, Ordering::Relaxed);
    }
    chosen.is_some()
}

/// The instruction set in use. Its functions may be called: the processor has it.
pub(crate) fn level_in_use() -> &'static Level {
    let mut place = PLACE_IN_USE.load(Ordering::Relaxed);
    if place == UNKNOWN {
        place = best();
        PLACE_IN_USE.store(place, Ordering::Relaxed);
    }
    LEVELS[place]
}

/// The name of the instruction set in use.
#[must_use]
pub fn level_name() -> &'static str {
    level_in_use().name
}

#[cfg(test)]
mod tests {
    #[test]
    fn unknown_levels() {
        assert!(!super::select("fortran"));
        assert!(!super::select(""));
    }
}
