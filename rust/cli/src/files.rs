//! Reading and writing whole files, and the standard streams.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// A longer file is refused: no image of as few pixels as can be read is that long.
const MOST_BYTES: u64 = 2 << 30;
const STREAM: &str = "-";

/// What the user knows a place by.
pub fn name_of(path: &Path, stream: &str) -> String {
    if is_stream(path) {
        stream.to_owned()
    } else {
        path.display().to_string()
    }
}

/// Does a path stand for a standard stream?
pub fn is_stream(path: &Path) -> bool {
    path.as_os_str() == STREAM
}

/// Read a file, or standard input.
pub fn read(path: &Path, place: &str) -> Result<Vec<u8>, Failure> {
    let cannot = |why: &dyn std::fmt::Display| {
        Failure::failed(place, format!("it cannot be read: {why}"))
            .help("name an image file that can be read")
    };
    if is_stream(path) {
        let input = io::stdin().lock();
        if input.is_terminal() {
            return Err(Failure::usage(place, "it is a terminal, not an image")
                .help("name an image file, or pipe one in"));
        }
        return read_all(input, place).map_err(|error| cannot(&error))?;
    }
    if path.is_dir() {
        return Err(cannot(&"it is a folder"));
    }
    let file = File::open(path).map_err(|error| cannot(&error))?;
    read_all(file, place).map_err(|error| cannot(&error))?
}

fn read_all(from: impl Read, place: &str) -> io::Result<Result<Vec<u8>, Failure>> {
    let mut bytes = Vec::new();
    from.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(if bytes.len() as u64 > MOST_BYTES {
        Err(Failure::failed(place, "it is too long for an image")
            .help("name an image file of less than 2 GiB"))
    } else {
        Ok(bytes)
    })
}

/// Write to standard output, all of it.
pub fn write_to_standard_output(bytes: &[u8]) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    let written = output.write_all(bytes).and_then(|()| output.flush());
    written.map_err(|error| {
        Failure::failed("standard output", format!("it cannot be written: {error}"))
    })
}

/// Where the result goes.
#[derive(Debug)]
pub enum Destination {
    /// Standard output.
    Stream,
    /// A device or a pipe: written as it is.
    Device(PathBuf),
    /// A file, which is there whole or not at all.
    File {
        /// The file itself, where the name is a link to one.
        path: PathBuf,
        /// What is known of the one that is replaced.
        replaced: Option<Metadata>,
    },
}

impl Destination {
    /// Look at where the result is to go, before it is computed.
    pub fn find(path: &Path, place: &str, force: bool) -> Result<Self, Failure> {
        if is_stream(path) {
            if io::stdout().is_terminal() {
                return Err(
                    Failure::usage(place, "it is a terminal, which shows no image")
                        .help("say --output FILE, or pipe it into a program"),
                );
            }
            return Ok(Self::Stream);
        }
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Err(cannot_write(place, &"it is a folder")),
            Ok(found) if !found.is_file() => Ok(Self::Device(path.to_owned())),
            Ok(_) if !force => Err(exists(place)),
            Ok(found) => Ok(Self::File {
                path: fs::canonicalize(path).map_err(|error| cannot_write(place, &error))?,
                replaced: Some(found),
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let folder = folder_of(path);
                if !folder.is_dir() {
                    let why = format!("there is no folder {}", folder.display());
                    return Err(cannot_write(place, &why).help("make the folder first"));
                }
                Ok(Self::File {
                    path: path.to_owned(),
                    replaced: None,
                })
            }
            Err(error) => Err(cannot_write(place, &error)),
        }
    }

    /// Write the result. A file that is replaced keeps its permissions.
    pub fn write(&self, bytes: &[u8], place: &str) -> Result<(), Failure> {
        let written = match self {
            Self::Stream => return write_to_standard_output(bytes),
            Self::Device(path) => OpenOptions::new()
                .write(true)
                .open(path)
                .and_then(|mut device| device.write_all(bytes)),
            Self::File { path, replaced } => write_whole(path, replaced.as_ref(), bytes),
        };
        written.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => exists(place), // since it was looked for
            _ => cannot_write(place, &error),
        })
    }
}

/// Write beside the file, and put it in its place by one step.
fn write_whole(path: &Path, replaced: Option<&Metadata>, bytes: &[u8]) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".twinimage-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666)); // less the process's mask
    }
    let mut beside = builder.tempfile_in(folder_of(path))?;
    beside.write_all(bytes)?;
    if let Some(replaced) = replaced {
        beside.as_file().set_permissions(replaced.permissions())?;
        beside.persist(path)?;
    } else {
        beside.persist_noclobber(path)?;
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn exists(place: &str) -> Failure {
    Failure::failed(place, "it exists").help("say --force to replace it, or write to another file")
}

fn cannot_write(place: &str, why: &dyn std::fmt::Display) -> Failure {
    Failure::failed(place, format!("it cannot be written: {why}"))
        .help("name a file in a folder that can be written to")
}
