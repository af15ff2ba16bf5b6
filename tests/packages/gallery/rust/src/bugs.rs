//! The bug that is on, if any: `GALLERY_BUG=name`, read once.
use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use std::sync::OnceLock;

static BUG: OnceLock<Option<String>> = OnceLock::new();

/// Every name that `bugs.toml` has.
const NAMES: &[&str] = &[
    // texts
    "count-utf8-only",
    "escape-drops-last",
    "find-byte-offset",
    "fold-lower",
    "length-graphemes",
    "lines-crlf",
    "match-cache",
    "pad-endless",
    "printable-locale",
    "quote-nul",
    "reverse-surrogates",
    "runs-lists",
    "signature-renamed",
    "signature-required",
    "split-hang",
    "squeeze-quadratic",
    "truncate-boundary",
    "truncate-overflow",
    "unescape-key-error",
    "unescape-panic",
    "words-unicode",
    // octets
    "blend-alias",
    "checksum-block",
    "checksum-bytes-only",
    "chunks-exact",
    "decode-odd",
    "fingerprint-threads",
    "pack-overflow",
    "reverse-bytes-strides",
    "stream-short-reads",
    "swap-bytes-empty",
    "swap-bytes-type",
    "unpack-32",
    "weigh-signed",
    "window-stale",
    "xor-null",
    // numbers
    "ceiling-float",
    "clamp-panic",
    "date-local-time",
    "digits-abs",
    "divide-by-zero",
    "divide-truncates",
    "format-display",
    "is-even-int",
    "is-even-overflow",
    "largest-nan",
    "mean-single",
    "midpoint-32",
    "parse-single",
    "round-half-away",
    "scale-minus-zero",
    "scale-subnormals",
    "sort-in-place",
    "sort-nan-order",
    "sort-nan-panic",
    "total-64",
    "variance-leak",
    // containers
    "constant-differs",
    "count-items-sorted",
    "flatten-recursion",
    "group-leak",
    "lookup-none",
    "merge-left-wins",
    "merge-mutates",
    "missing-name",
    "transpose-panic",
    "unique-hash-order",
    // notation
    "dumps-bool",
    "dumps-sorts-keys",
    "error-base",
    "loads-big-ints",
    "loads-depth",
    "loads-duplicates",
    "loads-message",
    "loads-recursion",
    "loads-trailing",
    // classes
    "decoder-flush-keeps",
    "decoder-split-crlf",
    "method-missing",
    "queue-peek-pops",
    "queue-wrap",
    "reader-stale",
    "tally-32",
    "tally-pickle",
    "tally-ties",
];

/// Read the variable; a name that is none is an error, as a searcher would look in vain.
pub fn read() -> PyResult<()> {
    let name = std::env::var("GALLERY_BUG")
        .ok()
        .filter(|name| !name.is_empty());
    if let Some(name) = &name {
        if !NAMES.contains(&name.as_str()) {
            return Err(PyImportError::new_err(format!(
                "GALLERY_BUG={name} is none of {}",
                NAMES.join(", ")
            )));
        }
    }
    BUG.get_or_init(|| name);
    Ok(())
}

/// Whether this bug is on.
pub fn on(name: &str) -> bool {
    debug_assert!(NAMES.contains(&name), "{name}");
    matches!(BUG.get(), Some(Some(bug)) if bug == name)
}
