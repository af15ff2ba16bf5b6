//! A bar on the terminal, for as long as the work takes.

use std::io::{self, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const STEPS: usize = 20;
/// Fewer at once would not pay for the threads that start for them.
const FEWEST_ROWS: usize = 64;
const TICK: Duration = Duration::from_millis(100);

/// What is shown on standard error, where that is a terminal; it goes when this does.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    in_bands: bool,
    quiet: bool,
}

impl Progress {
    /// Begin to show; nothing where it is not wanted, or where nobody looks.
    pub fn new(quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if quiet || bar.is_hidden() {
            return Self {
                quiet,
                ..Self::hidden()
            };
        }
        bar.set_style(style("{spinner} {msg} {elapsed}"));
        bar.enable_steady_tick(TICK);
        Self {
            bar,
            in_bands: true,
            quiet,
        }
    }

    /// Show nothing.
    pub fn hidden() -> Self {
        Self {
            bar: ProgressBar::hidden(),
            in_bands: false,
            quiet: false,
        }
    }

    /// Show nothing, and work as if something was shown.
    #[cfg(test)]
    pub fn in_bands() -> Self {
        Self {
            in_bands: true,
            ..Self::hidden()
        }
    }

    /// Tell what is done now, where nobody knows how long it takes.
    pub fn say(&self, what: impl Into<String>) {
        self.bar.set_message(what.into());
    }

    /// Pass on what another program says, unless it is to be quiet.
    pub fn pass_on(&self, text: &str) {
        if !self.quiet {
            // Where standard error is closed, nobody wants to know.
            let _ = self.bar.suspend(|| io::stderr().write_all(text.as_bytes()));
        }
    }

    /// Tell how many rows are to be done.
    pub fn expect(&self, rows: u32) {
        self.bar
            .set_style(style("{spinner} {msg} [{bar:40}] {percent} % {elapsed}"));
        self.bar.set_length(u64::from(rows));
    }

    /// Tell how many more are done.
    pub fn advance(&self, rows: u32) {
        self.bar.inc(u64::from(rows));
    }

    /// How many rows to do between two looks at the bar.
    ///
    /// All where nobody looks; else many times as many as are looked at for one row, since those
    /// are summed for each time anew.
    pub fn rows_at_once(&self, rows: usize, for_one: usize) -> usize {
        if self.in_bands {
            rows.div_ceil(STEPS).max(FEWEST_ROWS).max(8 * for_one)
        } else {
            rows
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
