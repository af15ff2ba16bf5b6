//! `twinimage`: filter photographs by the image kernels in Rust, C or Python.
//!
//! Data walks one way: [`arguments`] to an [`operation`], [`files`] and [`reading`] to a
//! [`picture`], that through [`native`] or [`python`], and by [`writing`] back to [`files`].

mod apply;
mod arguments;
mod failure;
mod files;
mod kernels;
mod native;
mod operation;
mod picture;
mod progress;
mod python;
mod reading;
mod weights;
mod writing;

use std::io::{self, Write};
use std::panic;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::arguments::{Arguments, Command};
use crate::failure::Failure;

fn main() -> ExitCode {
    // What goes wrong is told by `report`, in one way; also what should not have been possible.
    panic::set_hook(Box::new(|_| {}));
    let arguments = Arguments::parse();
    let done = panic::catch_unwind(|| run(&arguments.command));
    match done.unwrap_or_else(|cause| Err(Failure::bug(&*cause))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where standard error is closed, the exit code still tells.
            let _ = write!(io::stderr(), "{failure}");
            failure.code()
        }
    }
}

fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Completion { shell } => {
            let mut script = Vec::new();
            let mut command = Arguments::command();
            clap_complete::generate(*shell, &mut command, "twinimage", &mut script);
            files::write_to_standard_output(&script)
        }
        Command::Kernels { python } => kernels::tell(python.as_deref()),
        Command::Convolve { kernel, common } => apply::apply(&kernel.operation()?, common),
        Command::ConvolveSeparable { lines, common } => apply::apply(&lines.operation()?, common),
        Command::GaussianBlur { gaussian, common } => apply::apply(&gaussian.operation()?, common),
        Command::Sobel { axis, common } => apply::apply(&axis.operation(), common),
        Command::Median { size, common } => apply::apply(&size.operation(), common),
    }
}
