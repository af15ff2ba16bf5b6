"""The check of libraries against a header: it passes, and finds one difference of each kind."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from support.projects import PACKAGES

from twinwheel.build.abi import check_abi, find_differences
from twinwheel.errors import BuildError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads ELF libraries")

LIBRARY = PACKAGES / "library"
HEADER = (LIBRARY / "picture.h").read_text("utf-8")
C = (LIBRARY / "picture.c").read_text("utf-8")
RUST = (LIBRARY / "picture.rs").read_text("utf-8")

DECLARED = re.compile(r"(?<=picture\.h:)\w+")

Edits = Sequence[tuple[str, str]]


class Change(NamedTuple):
    """One change of a library, and what is said of it, after the place where it was compiled."""

    kind: str
    in_c: Edits
    in_rust: Edits
    said: tuple[str, ...]
    """Parts of the one line. ``picture.h:`` and a function stand for where it is declared."""


CHANGES = [
    Change(
        "missing symbol",
        [("API bool picture_ready", "bool picture_ready")],
        [('#[no_mangle]\npub extern "C" fn picture_ready', 'pub extern "C" fn picture_ready')],
        ("picture_ready is not exported; picture.h:picture_ready declares it",),
    ),
    Change(
        "renamed symbol",
        [("picture_ready", "picture_raedy")],
        [("picture_ready", "picture_raedy")],
        ("picture_ready is not exported; picture.h:picture_ready", "is it picture_raedy"),
    ),
    Change(
        "extra symbol",
        [("API bool", "API int spare(void) { return 1; }\n\nAPI bool")],
        [
            (
                'pub extern "C" fn picture_ready',
                'pub extern "C" fn spare() {}\n\n#[no_mangle]\npub extern "C" fn picture_ready',
            )
        ],
        ("spare is exported; picture.h does not declare it",),
    ),
    Change(
        "widened integer",
        [("uint32_t height, float", "uint64_t height, float")],
        [("height: u32,", "height: u64,"), ("width * height", "width as u64 * height")],
        (
            "picture_blur",
            "argument 3 (height) is",
            "(unsigned, 8 bytes); picture.h:picture_blur:",
            "uint32_t (unsigned, 4 bytes)",
        ),
    ),
    Change(
        "other sign",
        [("uint32_t width, uint32_t", "int32_t width, uint32_t")],
        [("width: u32,", "width: i32,"), ("width * height", "width as u32 * height")],
        ("picture_blur", "argument 2 (width) is", "(signed, 4 bytes)", "(unsigned, 4 bytes)"),
    ),
    Change(
        "dropped const",
        [("picture_blur(const float", "picture_blur(float")],
        [("input: *const f32", "input: *mut f32")],
        ("picture_blur", "argument 1 (input) is", "; picture.h:picture_blur: const float *"),
    ),
    Change(
        "dropped inner const",
        [("const char *const *names", "const char **names")],
        [("names: *const *const c_char", "names: *mut *const c_char")],
        ("picture_name", "argument 2 (names) is", "picture.h:picture_name: const char *const *"),
    ),
    Change(
        "reordered arguments of one type",
        [("uint32_t width, uint32_t height, float", "uint32_t height, uint32_t width, float")],
        [("width: u32, height: u32", "height: u32, width: u32")],
        (
            "picture_blur",
            "its arguments are input, height, width, output; ",
            "picture.h:picture_blur: input, width, height, output",
        ),
    ),
    Change(
        "one argument less",
        [("uint32_t height, float *output) {", "float *output) {\n    uint32_t height = 1;")],
        [("width: u32, height: u32", "width: u32"), ("width * height", "width")],
        ("picture_blur", "it takes 3 arguments; picture.h:picture_blur: 4 arguments"),
    ),
    Change(
        "other result",
        [
            ("API const char *picture_name", "API char *picture_name"),
            ("return store ? names[0]", "return store ? (char *)names[0]"),
        ],
        [
            (") -> *const c_char", ") -> *mut c_char"),
            ('c"".as_ptr()', 'c"".as_ptr() as _'),
            ("*names }", "*names as _ }"),
        ],
        ("picture_name", "its result is", "; picture.h:picture_name: const char *"),
    ),
    Change(
        "reordered members",
        [("int32_t width;\n    int32_t height;", "int32_t height;\n    int32_t width;")],
        [("width: i32,\n    height: i32,", "height: i32,\n    width: i32,")],
        ("picture_show", "the members of picture are data, height, width", "data, width, height"),
    ),
    Change(
        "widened member",
        [("int32_t height;", "int64_t height;")],
        [("height: i32,", "height: i64,")],
        (
            "picture_show",
            "picture.height is",
            "(signed, 8 bytes); picture.h:picture_show: int32_t (signed, 4 bytes)",
        ),
    ),
    Change(
        "packed members",
        [("uint8_t mark[4];\n}", "uint8_t mark[4];\n} __attribute__((packed))")],
        [("#[repr(C)]\npub struct image", "#[repr(C, packed)]\npub struct image")],
        ("picture_show", "picture has 36 bytes; picture.h:picture_show: 40 bytes"),
    ),
    Change(
        "shorter array",
        [("mark[4]", "mark[3]")],
        [("[u8; 4]", "[u8; 3]")],
        ("picture_show", "picture.mark is", "[3]; picture.h:picture_show: uint8_t[4]"),
    ),
    Change(
        "other value of an enum",
        [("INVERTED = 4", "INVERTED = 5")],
        [("Inverted = 4", "Inverted = 5")],
        ("picture_show", "argument 2 (mode) is", "= 5", "PICTURE_INVERTED = 4"),
    ),
    Change(
        "widened variable",
        [("uint32_t picture_limit", "uint64_t picture_limit")],
        [("picture_limit: u32", "picture_limit: u64")],
        ("picture_limit", "it is", "(unsigned, 8 bytes)", "uint32_t (unsigned, 4 bytes)"),
    ),
    Change(
        "dropped const of a variable",
        [("API const uint32_t picture_limit", "API uint32_t picture_limit")],
        [("pub static picture_limit", "pub static mut picture_limit")],
        ("picture_limit", "it is u", "32", "; picture.h:", "const uint32_t"),
    ),
    Change(
        "variable in place of a function",
        [("API bool picture_ready(void) { return true; }", "API bool picture_ready = true;")],
        [
            (
                'pub extern "C" fn picture_ready() -> bool {\n    true\n}',
                "pub static picture_ready: bool = true;",
            ),
        ],
        ("picture_ready", "it is a variable; picture.h:picture_ready: a function"),
    ),
    Change(
        "argument of a callback",
        [("(void *state, double done)", "(void *state, float done)")],
        [("fn(*mut c_void, f64)", "fn(*mut c_void, f32)"), ("f(state, 1.0)", "f(state, 1.0f32)")],
        (
            "picture_show",
            "argument 3 (progress) is",
            "(*)(void *, f",
            "; picture.h:picture_show: int (*)(void *, double)",
        ),
    ),
]


def edited(text: str, edits: Edits) -> str:
    """Apply edits that must all apply."""
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text


def with_line(text: str) -> str:
    """Put the line for the function whose declaration is meant."""

    def line(match: re.Match[str]) -> str:
        return str(
            HEADER.partition(f" {match[0]}(")[0].partition(f"*{match[0]}(")[0].count("\n") + 1
        )

    return DECLARED.sub(line, text)


def compiled_c(folder: Path, text: str, *flags: str) -> Path:
    """Compile the library in C."""
    source, library = folder / "picture.c", folder / "libpicture.so"
    source.write_text(text, "utf-8")
    flags = flags or ("-g",)
    command = ["cc", *flags, "-O1", "-shared", "-fPIC", "-fvisibility=hidden"]
    run([*command, "-o", str(library), str(source)])
    return library


def compiled_rust(folder: Path, text: str) -> Path:
    """Compile the library in Rust."""
    source, library = folder / "picture.rs", folder / "libpicture_rs.so"
    source.write_text(text, "utf-8")
    command = [
        "rustc",
        "--edition=2021",
        "--crate-type=cdylib",
        "-Cpanic=abort",
        "-g",
        "-Copt-level=1",
    ]
    run([*command, "-o", str(library), str(source)])
    return library


def run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def header(tmp_path: Path) -> Path:
    path = tmp_path / "picture.h"
    path.write_text(HEADER, "utf-8")
    return path


def test_libraries_in_both_languages_pass(header: Path, tmp_path: Path) -> None:
    libraries = [compiled_c(tmp_path, C), compiled_rust(tmp_path, RUST)]
    assert find_differences(header, libraries) == []
    check_abi(header, libraries)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.kind.replace(" ", "-"))
@pytest.mark.parametrize("language", ["c", "rust"])
def test_a_change_is_found_and_named(
    header: Path, tmp_path: Path, language: str, change: Change
) -> None:
    if language == "c":
        library = compiled_c(tmp_path, edited(C, change.in_c))
    else:
        library = compiled_rust(tmp_path, edited(RUST, change.in_rust))
    differences = find_differences(header, [library])
    assert len(differences) == 1, differences
    assert differences[0].startswith(f"{library.name}: ")
    for part in change.said:
        assert with_line(part) in differences[0]


def test_an_argument_may_have_a_name_of_its_own(header: Path, tmp_path: Path) -> None:
    text = edited(C, [("float *output", "float *target"), ("&& output", "&& target")])
    assert find_differences(header, [compiled_c(tmp_path, text)]) == []


def test_a_plain_number_may_stand_for_an_enum(header: Path, tmp_path: Path) -> None:
    text = edited(RUST, [("mode: mode,", "mode: c_int,"), ("mode as i32 == 4", "mode == 4")])
    assert find_differences(header, [compiled_rust(tmp_path, text)]) == []


def test_an_enum_may_not_stand_for_a_number(header: Path, tmp_path: Path) -> None:
    text = edited(
        C, [("const float *input, uint32_t width", "const float *input, enum mode width")]
    )
    (difference,) = find_differences(header, [compiled_c(tmp_path, text)])
    assert "argument 2 (width) is enum mode; " in difference


def test_rusts_own_pointers_are_cs(header: Path, tmp_path: Path) -> None:
    text = edited(
        RUST,
        [
            ("output: *mut f32", "output: Option<core::ptr::NonNull<f32>>"),
            ("output.is_null()", "output.is_none()"),
            ("input: *const f32", "input: Option<&f32>"),
            ("input.is_null()", "input.is_none()"),
        ],
    )
    assert find_differences(header, [compiled_rust(tmp_path, text)]) == []
    text = edited(text, [("Option<&f32>", "Option<&mut f32>")])
    (difference,) = find_differences(header, [compiled_rust(tmp_path, text)])
    assert (
        with_line("argument 1 (input) is f32 *; picture.h:picture_blur: const float *")
        in difference
    )


def test_a_declaration_without_a_prototype_says_nothing_of_the_arguments(
    header: Path, tmp_path: Path
) -> None:
    """In C23 it says that there are none."""
    text = HEADER.replace("picture_ready(void)", "picture_ready()")
    blur = "picture_blur(const float *input, uint32_t width, uint32_t height, float *output)"
    text = text.replace(blur, "picture_blur()")
    header.write_text(text.replace("(void *state, double done)", "()"), "utf-8")
    library = compiled_c(tmp_path, C)
    assert find_differences(header, [library], ["-std=gnu17"]) == []
    header.write_text(text.replace("int picture_blur()", "long picture_blur()"), "utf-8")
    (difference,) = find_differences(header, [library], ["-std=gnu17"])
    assert "its result is int" in difference


def test_a_definition_without_a_prototype_takes_no_arguments(header: Path, tmp_path: Path) -> None:
    text = edited(C, [("picture_ready(void)", "picture_ready()")])
    library = compiled_c(tmp_path, text, "-g", "-std=gnu17")
    assert find_differences(header, [library]) == []
    header.write_text(HEADER.replace("picture_ready(void)", "picture_ready(int n)"), "utf-8")
    (difference,) = find_differences(header, [library])
    assert "it takes 0 arguments; picture.h:" in difference


VARIABLES = """
extern int *const picture_pointer;
extern const int picture_table[2];
extern int (*picture_hook)(int);
extern int (*const picture_fixed)(int);
extern int picture_count;
"""
IN_C = """
static int one;
static int same(int n) { return n; }
API int *const picture_pointer = &one;
API const int picture_table[2] = {1, 2};
API int (*picture_hook)(int) = same;
API int (*const picture_fixed)(int) = same;
API int picture_count = 1;
"""
IN_RUST = """
extern "C" fn same(n: c_int) -> c_int { n }
#[no_mangle]
pub static mut picture_hook: Option<extern "C" fn(c_int) -> c_int> = Some(same);
#[no_mangle]
pub static picture_fixed: extern "C" fn(c_int) -> c_int = same;
#[no_mangle]
pub static picture_table: [c_int; 2] = [1, 2];
#[no_mangle]
pub static mut picture_count: c_int = 1;
"""


def test_variables_of_every_kind(header: Path, tmp_path: Path) -> None:
    header.write_text(HEADER + VARIABLES, "utf-8")
    assert find_differences(header, [compiled_c(tmp_path, C + IN_C)]) == []
    header.write_text(HEADER + VARIABLES.replace("extern int *const picture_pointer;", ""))
    assert find_differences(header, [compiled_rust(tmp_path, RUST + IN_RUST)]) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("int *const picture_p", "int *picture_p", "it is int *; picture.h:31: int *const"),
        ("const int picture_t", "int picture_t", "it is int[2]; picture.h:32: const int[2]"),
        ("(*picture_hook)", "(*const picture_hook)", "it is const int (*)(int); picture.h:33: int"),
        ("int picture_count", "const int picture_count", "it is const int; picture.h:35: int"),
    ],
)
def test_const_of_a_variable(header: Path, tmp_path: Path, old: str, new: str, said: str) -> None:
    header.write_text(HEADER + VARIABLES, "utf-8")
    library = compiled_c(tmp_path, C + edited(IN_C, [(old, new)]))
    (difference,) = find_differences(header, [library])
    assert said in difference


def test_a_pointer_to_a_callback_is_no_callback(header: Path, tmp_path: Path) -> None:
    header.write_text(HEADER.replace("picture_progress progress", "picture_progress *progress"))
    (difference,) = find_differences(header, [compiled_c(tmp_path, C)])
    assert "argument 3 (progress) is int (*)(void *, double); " in difference


HANDLES = """
struct near; struct far;
void picture_link(struct near *left, struct far *right);
void picture_part(const struct near *left);
"""


@pytest.mark.parametrize(
    ("link", "part", "said"),
    [
        (("near", "far"), "near", []),
        (("here", "there"), "here", []),
        (
            ("far", "near"),
            "far",
            ["argument 1 (left) is of far; ", "argument 2 (right) is of near; ", "is of far; "],
        ),
        (("here", "there"), "there", ["argument 1 (left) is of there; picture.h:33: of near"]),
        (("one", "one"), "one", ["argument 2 (right) is of one; picture.h:32: of far"]),
    ],
)
@pytest.mark.parametrize("language", ["c", "rust"])
def test_opaque_records_stand_for_one_another(
    header: Path, tmp_path: Path, language: str, link: tuple[str, str], part: str, said: list[str]
) -> None:
    header.write_text(HEADER + HANDLES, "utf-8")
    kinds = sorted({*link, part})
    if language == "c":
        text = C + "".join(f"struct {kind};\n" for kind in kinds)
        text += f"API void picture_link(struct {link[0]} *left, struct {link[1]} *right) {{}}\n"
        text += f"API void picture_part(const struct {part} *left) {{}}\n"
        library = compiled_c(tmp_path, text)
    else:
        text = RUST + "".join(f"pub struct {kind} {{ _hidden: [u8; 0] }}\n" for kind in kinds)
        text += '#[no_mangle]\npub extern "C" fn picture_link'
        text += f"(left: *mut {link[0]}, right: *mut {link[1]}) {{ let _ = (left, right); }}\n"
        text += '#[no_mangle]\npub extern "C" fn picture_part'
        text += f"(left: *const {part}) {{ let _ = left; }}\n"
        library = compiled_rust(tmp_path, text)
    differences = find_differences(header, [library])
    assert len(differences) == len(said), differences
    for part_said, difference in zip(said, differences, strict=True):
        assert part_said in difference


def test_every_library_is_compared(header: Path, tmp_path: Path) -> None:
    in_c = compiled_c(tmp_path, edited(C, [("API bool", "bool")]))
    in_rust = compiled_rust(
        tmp_path, edited(RUST, [("width: u32,", "width: u64,"), ("width *", "width as u32 *")])
    )
    with pytest.raises(BuildError) as caught:
        check_abi(header, [in_c, in_rust])
    assert caught.value.code == "TW361"
    assert "2 differences from picture.h" in caught.value.message
    for name in ("libpicture.so: picture_ready", "libpicture_rs.so: picture_blur"):
        assert name in caught.value.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("int picture_blur(const float *;", "cannot be parsed"),
        ("int picture_blur(pixel *input);", "cannot be parsed"),
        ('#include "missing.h"', "cannot be compiled"),
        (None, "cannot be compiled"),
    ],
)
def test_a_header_that_cannot_be_read(tmp_path: Path, text: str | None, said: str) -> None:
    header = tmp_path / "picture.h"
    if text is not None:
        header.write_text(text, "utf-8")
    with pytest.raises(BuildError) as caught:
        find_differences(header, [])
    assert caught.value.code == "TW362"
    assert said in caught.value.message


def test_no_compiler(header: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(BuildError) as caught:
        find_differences(header, [])
    assert caught.value.code == "TW362"
    assert "no-such-compiler does not run" in caught.value.message


def test_flags_reach_the_compiler(header: Path, tmp_path: Path) -> None:
    header.write_text(HEADER.replace("uint32_t width", "WIDTH width"), "utf-8")
    assert find_differences(header, [compiled_c(tmp_path, C)], ["-DWIDTH=uint32_t"]) == []
    assert len(find_differences(header, [tmp_path / "libpicture.so"], ["-DWIDTH=int"])) == 1


def test_what_is_beside_the_header_belongs_to_it(header: Path, tmp_path: Path) -> None:
    """What the system's headers declare does not."""
    more = tmp_path / "more.h"
    more.write_text("int picture_more(void);\n", "utf-8")
    header.write_text(HEADER.replace("#include <stdio.h>", '#include "more.h"'), "utf-8")
    assert find_differences(header, [compiled_c(tmp_path, C)]) == [
        "libpicture.so: picture_more is not exported; more.h:1 declares it"
    ]


def test_without_debug_information_there_is_no_answer(header: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught:
        find_differences(header, [compiled_c(tmp_path, C, "-s")])
    assert caught.value.code == "TW362"
    assert "libpicture.so has no debug information" in caught.value.message


def test_symbols_without_debug_information_are_no_differences(header: Path, tmp_path: Path) -> None:
    """They are told apart: nobody knows whether they differ."""
    library = compiled_c(tmp_path, C, "-g", "-gsplit-dwarf")
    with pytest.raises(BuildError) as caught:
        find_differences(header, [library])
    assert caught.value.code == "TW362"
    assert caught.value.message == (
        "5 symbols of libpicture.so have no debug information, so their types cannot be compared: "
        "picture_blur, picture_limit, picture_name, picture_ready, picture_show"
    )
    assert "-gsplit-dwarf" in caught.value.help
    assert "-flto" in caught.value.help
    more = tmp_path / "more.c"
    more.write_text(
        '__asm__(".globl picture_more\\n.type picture_more,@function\\npicture_more: ret");\n'
    )
    header.write_text(HEADER + "void picture_more(void);\n", "utf-8")
    library = compiled_c(tmp_path, C, "-g", str(more))
    with pytest.raises(BuildError) as caught:
        find_differences(header, [library])
    assert caught.value.message.startswith("1 symbol of libpicture.so has no debug information")


def test_what_is_no_library(header: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught:
        find_differences(header, [header])
    assert caught.value.code == "TW362"
    with pytest.raises(BuildError) as caught:
        find_differences(header, [tmp_path / "libmissing.so"])
    assert caught.value.code == "TW362"


def test_the_command(header: Path, tmp_path: Path) -> None:
    library = compiled_c(tmp_path, C)
    command = [sys.executable, "-m", "twinwheel.build.abi", str(header), str(library)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "libpicture.so: the symbols and types of picture.h\n"
    header.write_text(HEADER.replace("bool picture_ready", "int picture_ready"), "utf-8")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error[TW361]: 1 difference from picture.h:")
    assert "its result is" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("missing", ["elftools", "pycparser"])
def test_the_command_without_what_it_needs(missing: str) -> None:
    code = (
        f"import runpy, sys; sys.modules[{missing!r}] = None; "
        "runpy.run_module('twinwheel.build.abi', run_name='__main__')"
    )
    command = [sys.executable, "-c", code, "picture.h", "libpicture.so"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error[TW362]: the comparison needs {missing}")
    assert "pip install 'twinwheel[abi]'" in done.stderr
    assert "Traceback" not in done.stderr
