//! What can be said on the command line.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use twinwheel_kernels::Border;

use crate::picture::Alpha;
use crate::weights::Named;
use crate::writing::Format;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const AFTER_HELP: &str = "\
Exit codes: 0 done; 1 it could not be done; 2 called wrongly; 101 a fault of twinimage itself.

Environment: TWINIMAGE_KERNEL and TWINIMAGE_PYTHON hold where --kernel and --python do not say.

Example: twinimage gaussian-blur photograph.jpg --sigma 2 --border reflect -o soft.png";

/// Filter a photograph by the image kernels in Rust, C or Python, which give the same bits.
#[derive(Debug, Parser)]
#[command(version, styles = STYLES, after_help = AFTER_HELP, max_term_width = 100)]
#[command(arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// One for each component, and two about the program.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Correlate with a square kernel
    Convolve {
        #[command(flatten)]
        kernel: KernelArguments,
        #[command(flatten)]
        common: Common,
    },
    /// Correlate the rows with one kernel, and the columns of that with another
    #[command(visible_alias = "separable")]
    ConvolveSeparable {
        #[command(flatten)]
        lines: LineArguments,
        #[command(flatten)]
        common: Common,
    },
    /// Blur by a Gaussian
    #[command(visible_alias = "blur")]
    GaussianBlur {
        #[command(flatten)]
        gaussian: GaussianArguments,
        #[command(flatten)]
        common: Common,
    },
    /// Take the Sobel derivative along an axis; what is below 0 becomes 0
    Sobel {
        #[command(flatten)]
        axis: AxisArguments,
        #[command(flatten)]
        common: Common,
    },
    /// Take the median of the square window around each pixel
    Median {
        #[command(flatten)]
        size: SizeArguments,
        #[command(flatten)]
        common: Common,
    },
    /// Tell which kernels there are, their versions and instruction sets
    Kernels {
        /// The Python to ask, as for the other commands
        #[arg(long, value_name = "PATH", value_hint = ValueHint::ExecutablePath)]
        python: Option<PathBuf>,
    },
    /// Print the script that completes twinimage's words in a shell
    Completion {
        /// The shell
        shell: Shell,
    },
}

/// The kernel of `convolve`.
#[derive(Args, Debug)]
pub struct KernelArguments {
    /// Weights: rows apart by ';', numbers or fractions by spaces or commas; or @FILE of such
    #[arg(short, long, value_name = "ROWS|@FILE", allow_hyphen_values = true)]
    #[arg(required_unless_present = "named", conflicts_with = "named")]
    pub weights: Option<String>,
    /// A kernel known by its name
    #[arg(short, long, value_name = "NAME")]
    pub named: Option<Named>,
    /// Side of the box
    #[arg(long, value_name = "N", conflicts_with = "weights")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1001))]
    pub size: Option<u32>,
}

/// The kernels of `convolve-separable`.
#[derive(Args, Debug)]
pub struct LineArguments {
    /// Weights along the rows: numbers or fractions apart by spaces or commas; or @FILE of such
    #[arg(long, value_name = "ROW|@FILE", allow_hyphen_values = true)]
    pub across: String,
    /// Weights along the columns
    #[arg(long, value_name = "ROW|@FILE", allow_hyphen_values = true)]
    pub down: String,
}

/// The Gaussian of `gaussian-blur`.
#[derive(Args, Debug)]
pub struct GaussianArguments {
    /// Standard deviation in pixels
    #[arg(short, long, value_name = "PIXELS", allow_negative_numbers = true)]
    pub sigma: f64,
    /// How many standard deviations to reach
    #[arg(
        long,
        value_name = "N",
        default_value_t = 4.0,
        allow_negative_numbers = true
    )]
    pub truncate: f64,
    /// Reach so many pixels, whatever --truncate says
    #[arg(long, value_name = "PIXELS")]
    pub radius: Option<u32>,
}

/// Where `sobel` looks along.
#[derive(Args, Debug)]
pub struct AxisArguments {
    /// The axis
    #[arg(short, long, value_enum, default_value_t = Axis::Across)]
    pub axis: Axis,
}

/// The window of `median`.
#[derive(Args, Debug)]
pub struct SizeArguments {
    /// Side of the window: 3, 5 or 7
    #[arg(long, value_name = "N", value_enum, default_value_t = Side::Three)]
    pub size: Side,
}

/// What every component takes.
#[derive(Args, Debug)]
pub struct Common {
    /// The photograph: PNG, JPEG, PGM or PPM of 8 bits; - for standard input
    #[arg(value_name = "INPUT", default_value = "-", value_hint = ValueHint::FilePath)]
    pub input: PathBuf,
    /// Where to write; - for standard output
    #[arg(short, long, value_name = "FILE", default_value = "-", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
    /// Replace the output if it exists
    #[arg(short, long)]
    pub force: bool,
    /// How to write; by default as the output's name ends, or as the input is
    #[arg(long, value_enum, help_heading = "Format")]
    pub format: Option<Format>,
    /// Of a JPEG, 1 to 100
    #[arg(long, value_name = "N", default_value_t = 90, help_heading = "Format")]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=100))]
    pub quality: u8,
    /// What to do with transparency
    #[arg(long, value_enum, default_value_t = Alpha::Keep, help_heading = "Format")]
    pub alpha: Alpha,
    /// What lies outside the image
    #[arg(short, long, value_enum, default_value_t = BorderName::Constant)]
    #[arg(help_heading = "Kernel")]
    pub border: BorderName,
    /// What lies outside for a constant border, of samples from 0 to 255
    #[arg(
        long,
        value_name = "V",
        default_value_t = 0.0,
        allow_negative_numbers = true
    )]
    #[arg(help_heading = "Kernel")]
    pub border_value: f64,
    /// At most so many; by default as many as there are processors
    #[arg(short, long, value_name = "N", help_heading = "Kernel")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub threads: Option<u32>,
    /// Whose kernel computes; the bits are the same. By default rust, where it is compiled in
    #[arg(short, long, value_enum, help_heading = "Kernel")]
    pub kernel: Option<Kernel>,
    /// The Python that has the package twinwheel, for --kernel python
    #[arg(long, value_name = "PATH", value_hint = ValueHint::ExecutablePath)]
    #[arg(help_heading = "Kernel")]
    pub python: Option<PathBuf>,
    /// Show no progress, and nothing that Python warns of
    #[arg(short, long)]
    pub quiet: bool,
}

/// Whose kernel computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kernel {
    /// Compiled in
    Rust,
    /// The original, compiled in
    C,
    /// The Python package, in a process of its own
    Python,
}

/// An axis of the image.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Axis {
    /// From top to bottom, the package's axis 0
    #[value(alias = "0")]
    Down,
    /// From left to right, the package's axis 1
    #[value(alias = "1")]
    Across,
}

/// A side of the window of a median.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Side {
    /// 3 x 3
    #[value(name = "3")]
    Three = 3,
    /// 5 x 5
    #[value(name = "5")]
    Five = 5,
    /// 7 x 7
    #[value(name = "7")]
    Seven = 7,
}

/// What lies outside the image a b c d, as `scipy.ndimage` names it; `OpenCV`'s names will do too.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum BorderName {
    /// v v v | a b c d | v v v, where v is --border-value
    Constant,
    /// a a a | a b c d | d d d
    #[value(alias = "replicate")]
    Nearest,
    /// c b a | a b c d | d c b
    Reflect,
    /// d c b | a b c d | c b a
    #[value(aliases = ["reflect_101", "reflect101"])]
    Mirror,
    /// b c d | a b c d | a b c
    Wrap,
}

impl From<BorderName> for Border {
    fn from(name: BorderName) -> Self {
        match name {
            BorderName::Constant => Self::Constant,
            BorderName::Nearest => Self::Nearest,
            BorderName::Reflect => Self::Reflect,
            BorderName::Mirror => Self::Mirror,
            BorderName::Wrap => Self::Wrap,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, ValueEnum};
    use twinwheel_kernels::Border;

    use super::{Arguments, BorderName};

    #[test]
    fn the_declarations_fit_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn borders_have_the_package_s_names() {
        let named = BorderName::value_variants();
        assert_eq!(named.len(), Border::ALL.len());
        for name in named {
            let value = name.to_possible_value().unwrap();
            assert_eq!(value.get_name(), Border::from(*name).name());
        }
    }
}
