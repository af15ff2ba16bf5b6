//! The kernels of the Python package `twinwheel.image`, in a process of their own.
//!
//! Weights and samples go in by its standard input, and samples come back by its standard output.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::failure::Failure;
use crate::operation::{Operation, Settings};
use crate::picture::Samples;
use crate::progress::Progress;

const PROGRAM: &str = include_str!("python_kernel.py");
const VARIABLE: &str = "TWINIMAGE_PYTHON";
/// What the program exits with when the package cannot be imported.
const NO_PACKAGE: i32 = 3;
const NAME_ANOTHER: &str = "name a Python that has it by --python or by TWINIMAGE_PYTHON";

/// The interpreter to start.
#[derive(Debug)]
pub struct Python {
    /// From the best down.
    names: Vec<OsString>,
}

/// What a process left.
struct Done {
    output: Vec<u8>,
    errors: String,
}

impl Python {
    /// Take the one that was named, or that the variable names, or one that is on PATH.
    pub fn find(wanted: Option<&Path>) -> Self {
        let variable = env::var_os(VARIABLE).filter(|name| !name.is_empty());
        let names = match wanted.map(|path| path.as_os_str().to_owned()).or(variable) {
            Some(name) => vec![name],
            None => vec!["python3".into(), "python".into()],
        };
        Self { names }
    }

    /// Apply an operation to an image.
    pub fn apply(
        &self,
        operation: &Operation,
        samples: &Samples,
        settings: &Settings,
        progress: &Progress,
    ) -> Result<Vec<u8>, Failure> {
        let (words, weights) = words_of(operation, samples, settings);
        let length = samples.bytes.len();
        let done = self.run(&words, &[&weights, &samples.bytes], length)?;
        progress.pass_on(&done.errors);
        if done.output.len() != length {
            let what = format!("it gave {} bytes and not {length}", done.output.len());
            return Err(Failure::failed(self.name().display(), what)
                .help("something else writes to its standard output, such as a sitecustomize"));
        }
        Ok(done.output)
    }

    /// Its version, the package's, and which implementations that has bound.
    pub fn about(&self) -> Result<String, Failure> {
        let done = self.run(&["about".to_owned()], &[], 1 << 16)?;
        Ok(String::from_utf8_lossy(&done.output).trim().to_owned())
    }

    fn name(&self) -> &OsStr {
        &self.names[0]
    }

    fn run(&self, words: &[String], input: &[&[u8]], longest: usize) -> Result<Done, Failure> {
        let (name, mut child) = self.start(words)?;
        let place = name.display();
        let (Some(mut to), Some(from), Some(mut errors_from)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            unreachable!("all three were asked for");
        };
        let (output, errors) = thread::scope(|scope| {
            // All at the same time, so that neither side waits for the other.
            scope.spawn(move || {
                for part in input {
                    if to.write_all(part).is_err() {
                        return; // it ended early, and says why on standard error
                    }
                }
            });
            let errors = scope.spawn(move || {
                let mut bytes = Vec::new();
                let _ = errors_from.read_to_end(&mut bytes);
                String::from_utf8_lossy(&bytes).into_owned()
            });
            let mut output = Vec::new();
            let read = from.take(longest as u64 + 1).read_to_end(&mut output);
            (read.map(|_| output), errors.join().unwrap_or_default())
        });
        let status = child.wait();
        let output = output.map_err(|error| Failure::failed(&place, error))?;
        let status = status.map_err(|error| Failure::failed(&place, error))?;
        if status.success() {
            return Ok(Done { output, errors });
        }
        let said = errors.trim_end();
        if status.code() == Some(NO_PACKAGE) {
            let what = format!("it cannot import twinwheel.image: {said}");
            let help = format!("{place} -m pip install twinwheel, or {NAME_ANOTHER}");
            return Err(Failure::failed(place, what).help(help));
        }
        let last = said.lines().last().unwrap_or_default();
        Err(Failure::failed(
            place,
            format!("it failed ({status}): {last}"),
        ))
    }

    /// Start the first that is there.
    fn start(&self, words: &[String]) -> Result<(&OsStr, Child), Failure> {
        for name in &self.names {
            let started = Command::new(name)
                .args(["-c", PROGRAM])
                .args(words)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn();
            match started {
                Ok(child) => return Ok((name, child)),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => {
                    let what = format!("it cannot be started: {error}");
                    return Err(Failure::failed(name.display(), what).help(NAME_ANOTHER));
                }
            }
        }
        Err(
            Failure::failed(self.name().display(), "there is no such Python").help(format!(
                "install Python and `pip install twinwheel`, or {NAME_ANOTHER}; or leave out \
             --kernel python, which gives the same bits"
            )),
        )
    }
}

/// What the program is told by words, and the weights that go in before the samples.
fn words_of(
    operation: &Operation,
    samples: &Samples,
    settings: &Settings,
) -> (Vec<String>, Vec<u8>) {
    let mut words = vec![
        samples.height.to_string(),
        samples.width.to_string(),
        samples.channels.to_string(),
        settings.border.name().to_owned(),
        settings.border_value.to_string(),
        settings.threads.to_string(),
        operation.name().to_owned(),
    ];
    let mut weights = Vec::new();
    let mut add =
        |line: &[f32]| weights.extend(line.iter().flat_map(|weight| weight.to_ne_bytes()));
    match operation {
        Operation::Convolve(kernel) => {
            words.push(kernel.size.to_string());
            add(&kernel.weights);
        }
        Operation::ConvolveSeparable { across, down } => {
            words.extend([across.len().to_string(), down.len().to_string()]);
            add(across);
            add(down);
        }
        Operation::GaussianBlur { sigma, radius } => {
            words.extend([sigma.to_string(), radius.to_string()]);
        }
        Operation::Sobel { axis } => words.push(axis.to_string()),
        Operation::Median { size } => words.push(size.to_string()),
    }
    (words, weights)
}
