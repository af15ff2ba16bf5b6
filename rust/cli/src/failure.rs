//! How the program fails: what is wrong, where, and what to do.

use std::any::Any;
use std::fmt::{self, Display};
use std::process::ExitCode;

/// What the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What was asked for could not be done.
    Failed = 1,
    /// It was asked for wrongly. It is what clap exits with too.
    Usage = 2,
    /// The program itself is wrong. It is what a Rust program that panics exits with.
    Bug = 101,
}

/// Why nothing was written, in words for the user.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    place: String,
    what: String,
    help: String,
}

impl Failure {
    fn new(kind: Kind, place: &dyn Display, what: &dyn Display) -> Self {
        Self {
            kind,
            place: place.to_string(),
            what: what.to_string(),
            help: String::new(),
        }
    }

    /// What was asked for could not be done: at a place, as the second says.
    pub fn failed(place: impl Display, what: impl Display) -> Self {
        Self::new(Kind::Failed, &place, &what)
    }

    /// It was asked for wrongly: at a place, as the second says.
    pub fn usage(place: impl Display, what: impl Display) -> Self {
        Self::new(Kind::Usage, &place, &what)
    }

    /// What a panic said.
    pub fn bug(cause: &(dyn Any + Send)) -> Self {
        Self::new(Kind::Bug, &"twinimage", &message_of(cause))
            .help("this is a fault of twinimage: please report it, with the command and the file")
    }

    /// What to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// What to exit with.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(self.kind as u8)
    }
}

impl Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "error: {}: {}", self.place, self.what)?;
        if self.help.is_empty() {
            return Ok(());
        }
        writeln!(formatter, "help: {}", self.help)
    }
}

/// The text that a panic was called with.
pub fn message_of(cause: &(dyn Any + Send)) -> &str {
    if let Some(text) = cause.downcast_ref::<&str>() {
        return text;
    }
    cause
        .downcast_ref::<String>()
        .map_or("no reason was given", String::as_str)
}
