//! From the command line to the file that was asked for.

use std::env;

use clap::ValueEnum;

use crate::arguments::{Common, Kernel};
use crate::failure::Failure;
use crate::files::{self, Destination};
use crate::native;
use crate::operation::{Operation, Settings};
use crate::picture::{Alpha, Samples};
use crate::progress::Progress;
use crate::python::Python;
use crate::reading::read_picture;
use crate::writing::{Encoding, check_format, format_of, write_picture};

const KERNEL_VARIABLE: &str = "TWINIMAGE_KERNEL";

/// Read, apply an operation, and write. What can be refused is refused before it is computed.
pub fn apply(operation: &Operation, common: &Common) -> Result<(), Failure> {
    let kernel = kernel_of(common)?;
    let from = files::name_of(&common.input, "standard input");
    let to = files::name_of(&common.output, "standard output");
    let named = match common.format {
        None if !files::is_stream(&common.output) => Some(format_of(&common.output)?),
        format => format,
    };
    let destination = Destination::find(&common.output, &to, common.force)?;
    let progress = Progress::new(common.quiet);
    progress.say(format!("reading {from}"));
    let (mut picture, like) = read_picture(&files::read(&common.input, &from)?, &from)?;
    let encoding = Encoding {
        format: named.unwrap_or(like),
        quality: common.quality,
    };
    let samples = &mut picture.samples;
    if common.alpha == Alpha::Drop && samples.have_alpha() {
        samples.split_alpha();
    }
    check_format(samples, encoding.format, &to)?;
    let kept = common.alpha == Alpha::Keep && samples.have_alpha();
    let alpha = kept.then(|| samples.split_alpha());
    samples.bytes = compute(kernel, operation, samples, common, &progress)?;
    if let Some(alpha) = alpha {
        samples.join_alpha(&alpha);
    }
    progress.say(format!("writing {to}"));
    let bytes = write_picture(samples, picture.profile, encoding, &to)?;
    destination.write(&bytes, &to)
}

fn compute(
    kernel: Kernel,
    operation: &Operation,
    samples: &Samples,
    common: &Common,
    progress: &Progress,
) -> Result<Vec<u8>, Failure> {
    let settings = Settings::from(common);
    progress.say(operation.name());
    if kernel == Kernel::Python {
        let python = Python::find(common.python.as_deref());
        return python.apply(operation, samples, &settings, progress);
    }
    progress.expect(samples.height);
    native::apply(kernel, operation, samples, &settings, progress)
}

/// Which kernel is asked for: by the argument, by the variable, or by what is compiled in.
fn kernel_of(common: &Common) -> Result<Kernel, Failure> {
    if let Some(kernel) = common.kernel {
        return Ok(kernel);
    }
    let said = env::var_os(KERNEL_VARIABLE).unwrap_or_default();
    if said.is_empty() {
        return Ok(if native::has(Kernel::Rust) {
            Kernel::Rust
        } else {
            Kernel::C
        });
    }
    let said = said.to_string_lossy();
    Kernel::from_str(&said, false).map_err(|_| {
        Failure::usage(
            KERNEL_VARIABLE,
            format!("it must be rust, c or python, not '{said}'"),
        )
    })
}
