//! Weights from text, from a file, or by a kernel's name.

use std::fs::File;
use std::io::Read;

use clap::ValueEnum;

use crate::failure::Failure;

/// Longer texts are refused.
const MOST_BYTES: u64 = 64 << 20;

/// A kernel known by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Named {
    /// The mean of --size x --size pixels (3 x 3 when it is not said)
    Box,
    /// 0 -1 0; -1 5 -1; 0 -1 0
    Sharpen,
    /// -2 -1 0; -1 1 1; 0 1 2
    Emboss,
    /// -1 -1 -1; -1 8 -1; -1 -1 -1
    Outline,
}

/// A square kernel.
#[derive(Debug, PartialEq)]
pub struct Square {
    /// Row by row.
    pub weights: Vec<f32>,
    /// Rows, and weights in each.
    pub size: u32,
}

impl Named {
    /// The kernel that the name means.
    pub fn square(self, size: Option<u32>) -> Result<Square, Failure> {
        let text = match self {
            Self::Box => {
                let size = size.unwrap_or(3);
                let weight = 1.0 / f64::from(size * size);
                return Ok(Square {
                    weights: vec![weight as f32; (size * size) as usize],
                    size,
                });
            }
            _ if size.is_some() => {
                return Err(Failure::usage("--size", "it is for --named box only"));
            }
            Self::Sharpen => "0 -1 0; -1 5 -1; 0 -1 0",
            Self::Emboss => "-2 -1 0; -1 1 1; 0 1 2",
            Self::Outline => "-1 -1 -1; -1 8 -1; -1 -1 -1",
        };
        square(text, "--named")
    }
}

/// Read a square kernel.
pub fn square(said: &str, place: &str) -> Result<Square, Failure> {
    let (rows, place) = rows(said, place)?;
    let size = rows.len();
    if let Some(odd) = rows.iter().find(|row| row.len() != size) {
        let what = format!("{size} rows, one of {} weights", odd.len());
        return Err(
            Failure::usage(place, what).help("a kernel has as many weights in each row as rows")
        );
    }
    Ok(Square {
        weights: rows.concat(),
        size: size as u32,
    })
}

/// Read the weights along one axis.
pub fn line(said: &str, place: &str) -> Result<Vec<f32>, Failure> {
    let (mut rows, place) = rows(said, place)?;
    if rows.len() > 1 {
        return Err(
            Failure::usage(place, format!("{} rows of weights", rows.len()))
                .help("give the weights along one axis, in one row"),
        );
    }
    Ok(rows.remove(0))
}

/// Read one row or more, and tell where from.
fn rows(said: &str, place: &str) -> Result<(Vec<Vec<f32>>, String), Failure> {
    let (text, place) = match said.strip_prefix('@') {
        Some(file) => (text_of(file)?, file.to_owned()),
        None => (said.to_owned(), place.to_owned()),
    };
    let mut rows = Vec::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default();
        for row in line.split(';') {
            let row = row_of(row).map_err(|what| Failure::usage(&place, what))?;
            if !row.is_empty() {
                rows.push(row);
            }
        }
    }
    if rows.is_empty() {
        return Err(Failure::usage(place, "there are no weights")
            .help("write them such as '0 -1 0; -1 5 -1; 0 -1 0'"));
    }
    Ok((rows, place))
}

fn text_of(file: &str) -> Result<String, Failure> {
    let mut text = String::new();
    File::open(file)
        .and_then(|open| open.take(MOST_BYTES + 1).read_to_string(&mut text))
        .map_err(|error| {
            Failure::failed(file, format!("it cannot be read: {error}"))
                .help("name a text file that holds weights")
        })?;
    if text.len() as u64 > MOST_BYTES {
        return Err(Failure::failed(
            file,
            "it is too long for a file of weights",
        ));
    }
    Ok(text)
}

fn row_of(text: &str) -> Result<Vec<f32>, String> {
    text.split(|character: char| character == ',' || character.is_whitespace())
        .filter(|word| !word.is_empty())
        .map(number_of)
        .collect()
}

/// A number or a fraction; rounded to binary64 and then to binary32, as Python's are.
fn number_of(word: &str) -> Result<f32, String> {
    let number = |part: &str| part.parse::<f64>().ok();
    let value = match word.split_once('/') {
        Some((above, below)) => number(above).zip(number(below)).map(|(a, b)| a / b),
        None => number(word),
    };
    value
        .map(|value| value as f32)
        .ok_or_else(|| format!("'{word}' is no number"))
}

#[cfg(test)]
mod tests {
    use super::{Named, Square, line, square};

    fn refused(said: &str) -> String {
        square(said, "--weights").unwrap_err().to_string()
    }

    #[test]
    fn rows_by_semicolons_or_lines() {
        let expected = Square {
            weights: vec![0.0, -1.0, 2.5, 1.0 / 3.0],
            size: 2,
        };
        for said in [
            "0 -1; 2.5 1/3",
            "0,-1;2.5,1/3;",
            "# a kernel\n0 -1\n\n2.5 1/3 # ends\n",
        ] {
            assert_eq!(square(said, "").unwrap(), expected);
        }
    }

    #[test]
    fn numbers_are_rounded_by_way_of_binary64() {
        // Just above half-way between two binary32: rounded at once it would be the upper one.
        assert_eq!(line("1.00000005960464477540", "").unwrap(), [1.0]);
    }

    #[test]
    fn what_is_no_kernel_is_refused() {
        assert!(refused("1 2; 3").contains("2 rows, one of 1 weights"));
        assert!(refused("1 2; 3 x").contains("'x' is no number"));
        assert!(refused(" ; # 1").contains("there are no weights"));
        assert!(refused("@/nowhere/at/all").contains("it cannot be read"));
        assert!(
            line("1 2; 3 4", "")
                .unwrap_err()
                .to_string()
                .contains("2 rows")
        );
    }

    #[test]
    fn names() {
        assert_eq!(Named::Box.square(None).unwrap().weights, [1f32 / 9.0; 9]);
        assert_eq!(Named::Box.square(Some(2)).unwrap().weights, [0.25; 4]);
        assert!(Named::Emboss.square(Some(3)).is_err());
        for name in [Named::Sharpen, Named::Emboss] {
            assert_eq!(name.square(None).unwrap().weights.iter().sum::<f32>(), 1.0);
        }
        assert_eq!(
            Named::Outline
                .square(None)
                .unwrap()
                .weights
                .iter()
                .sum::<f32>(),
            0.0
        );
    }
}
