//! Which instruction set to use. The results do not depend on it.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::row::{self, Row};

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Any processor of the platform.
    Baseline = 1,
    /// AVX2 and FMA.
    Avx2 = 2,
}

/// 0 as long as it is unknown. Threads may come here together for the first time; each of them
/// finds the same level.
static LEVEL_IN_USE: AtomicU8 = AtomicU8::new(0);

fn detect() -> Level {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
        return Level::Avx2;
    }
    Level::Baseline
}

/// Choose the instruction set: `auto`, `baseline` or `avx2`.
///
/// Returns whether the name is known and this machine has it; nothing changes if not.
pub fn select(name: &str) -> bool {
    let level = match name {
        "auto" => detect(),
        "baseline" => Level::Baseline,
        "avx2" if detect() == Level::Avx2 => Level::Avx2,
        _ => return false,
    };
    LEVEL_IN_USE.store(level as u8, Ordering::Relaxed);
    true
}

fn level() -> Level {
    match LEVEL_IN_USE.load(Ordering::Relaxed) {
        1 => Level::Baseline,
        2 => Level::Avx2,
        _ => {
            let level = detect();
            LEVEL_IN_USE.store(level as u8, Ordering::Relaxed);
            level
        }
    }
}

/// The instruction set in use: `baseline` or `avx2`.
#[must_use]
pub fn level_name() -> &'static str {
    match level() {
        Level::Baseline => "baseline",
        Level::Avx2 => "avx2",
    }
}

/// The row function for the instruction set in use. Safe to call: the processor has it.
pub(crate) fn row() -> Row {
    match level() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => row::avx2,
        _ => row::baseline,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn unknown_levels() {
        assert!(!super::select("fortran"));
        assert!(!super::select(""));
    }
}
