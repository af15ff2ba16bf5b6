#!/usr/bin/env -S uv run --script

# /// script
# dependencies = ["nox>=2025.5"]
# ///

"""Every task of the repository: ``nox -l`` lists them, ``nox -s lint`` runs one."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

import nox

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_existing_virtualenvs = True

PURE = {"TWINWHEEL_C": "off", "TWINWHEEL_RUST": "off"}
BOTH = {"TWINWHEEL_C": "require", "TWINWHEEL_RUST": "require"}
C_SUFFIXES = {".c", ".cpp", ".h", ".hpp"}
PHOTOGRAPH_SUFFIXES = (".jpg", ".jpeg", ".png")
MARKDOWN = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs")
NO_COMPILER = "import shutil; assert not any(map(shutil.which, ('cc', 'c++', 'cargo')))"
# How cargo-fuzz compiles: libFuzzer counts the edges, AddressSanitizer watches the memory.
FUZZING = (
    "-Zsanitizer=address --cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module"
    " -Cllvm-args=-sanitizer-coverage-level=4"
    " -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
    " -Cllvm-args=-sanitizer-coverage-pc-table"
)
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FUZZ_TARGETS = ("c", "rust", "twins")
ARM = "aarch64-unknown-linux-gnu"
LARGEST_WHEEL = 2_000_000
"""Bytes that a wheel may have besides the photograph of ``twinwheel demo``."""


def group(name: str) -> list[str]:
    """Read a dependency group, so that versions are written once, in pyproject.toml."""
    return list(nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), name))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types, import rules, spelling, workflows and the project table."""
    # The type checker reads what the tests import; the package itself it reads from src.
    session.install("--quiet", ".[test]", env=PURE)
    session.install("--quiet", *group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports", env={"PYTHONPATH": "src"})
    sources = [
        str(path)
        for folder in ("cpp", "tests/capi")
        for path in sorted(Path(folder).rglob("*"))
        if path.suffix in C_SUFFIXES
    ]
    session.run("clang-format", "--dry-run", "--Werror", *sources)
    session.run("codespell")
    session.run("mdformat", "--check", *MARKDOWN)
    session.run("zizmor", "--offline", "--no-progress", "--pedantic", ".")
    session.run("validate-pyproject", "pyproject.toml")
    session.run("repo-review", ".")


@nox.session
def tests(session: nox.Session) -> None:
    """Build and install both halves, then run the whole suite, as the README says."""
    session.install(".[test]", env=BOTH)
    session.run("pytest", *session.posargs)


@nox.session(default=False)
def bindings(session: nox.Session) -> None:
    """Build a package by each way to bind C and Rust, and call it."""
    session.install(".[test]", *group("bindings"), env=PURE)
    session.run("pytest", "-m", "", "tests/build/test_bindings.py", *session.posargs)


@nox.session(default=False)
def browser(session: nox.Session) -> None:
    """Open the page of ``twinwheel verify`` in a headless Chromium; ``-- --basetemp FOLDER``."""
    session.install(".[test]", *group("browser"), env=PURE)
    if not any(map(shutil.which, CHROMIUM)):
        session.run("playwright", "install", "--only-shell", "chromium")
    session.run("pytest", "-m", "browser", "tests/verify/test_reports_browser.py", *session.posargs)


@nox.session(default=False)
def gallery(session: nox.Session) -> None:
    """Find each bug of the gallery by ``twinwheel verify``'s defaults, and none where none is."""
    session.install(".[test]", env=PURE)
    arguments = session.posargs or ["-rP"]
    session.run("pytest", "-m", "gallery", "tests/verify", *arguments)


@nox.session(default=False)
def parity(session: nox.Session) -> None:
    """Compare C, Rust and Python on every small image, at every CPU level."""
    session.install(".[test]", env=BOTH)
    session.run("pytest", "-m", "parity", "tests/image/test_sweep.py", *session.posargs)


@nox.session
def twinimage(session: nox.Session) -> None:
    """Lint and test the program twinimage; as one static file, compare it with the package."""
    session.install(".[test]", env=BOTH)
    manifest = "--manifest-path=rust/cli/Cargo.toml"
    for kernels in ("rust-kernel", "c-kernel", "rust-kernel,c-kernel"):
        session.run(
            *("cargo", "clippy", "--locked", manifest, "--all-targets", "--no-default-features"),
            *(f"--features={kernels}", "--", "-D", "warnings"),
            external=True,
        )
    session.run("cargo", "test", "--locked", manifest, external=True)
    session.run("pytest", "-m", "twinimage", "tests/twinimage", *session.posargs)


@nox.session(default=False)
def conformance(session: nox.Session) -> None:
    """Build other backends' projects with them and with twinwheel, and compare; write the page."""
    session.install("--quiet", ".", *group("conformance"), env=PURE)
    folder = Path(session.create_tmp(), "conformance")
    page = Path("docs/reference/conformance.md").resolve()
    session.run(
        *("python", "-m", "conformance", "--folder", str(folder), "--page", str(page)),
        *session.posargs,
        env={"PYTHONPATH": str(Path("tests").resolve())},
    )


@nox.session(default=False)
def identifiers(session: nox.Session) -> None:
    """Compare the wheels that cibuildwheel would build with the documented set."""
    session.install("--quiet", ".[test]", env=PURE)
    session.run("pytest", "-n0", "tests/repository/test_identifiers.py", *session.posargs)


@nox.session(venv_backend="none")
def rust(session: nox.Session) -> None:
    """Check the format of the Rust sources, lint them, and run their own tests."""
    session.chdir("rust")
    # Without the program, which asks for the kernels in C too; it has a session of its own.
    workspace = ["--workspace", "--exclude", "twinimage"]
    for manifest, packages in (("Cargo.toml", workspace), ("fuzz/Cargo.toml", [])):
        where = ("--manifest-path", manifest)
        session.run("cargo", "fmt", *where, "--all", "--check", external=True)
        session.run(
            *("cargo", "clippy", *where, "--locked", *packages, "--all-targets"),
            *("--", "-D", "warnings"),
            external=True,
        )
    session.run("cargo", "test", "--locked", *workspace, external=True)


@nox.session(name="rust-features", venv_backend="none", default=False)
def rust_features(session: nox.Session) -> None:
    """Lint and test the Rust kernels' crate with the original C linked: alone, and beside them."""
    session.chdir("rust")
    alone = ("--no-default-features", "--features", "c-kernel")
    both = ("--features", "c-kernel")
    package = ("--locked", "--package", "twinwheel-kernels")
    for features in (alone, both):
        session.run(
            *("cargo", "clippy", *package, "--all-targets", *features, "--", "-D", "warnings"),
            external=True,
        )
        session.run("cargo", "test", *package, *features, external=True)
    session.run("cargo", "bench", *package, *both, "--bench", "side_by_side", external=True)
    # Neither is a mistake, and says so.
    neither = ("cargo", "check", *package, "--no-default-features")
    said = session.run(*neither, external=True, silent=True, success_codes=[101])
    if "needs the feature `rust-kernel`, `c-kernel`, or both" not in str(said):
        session.error(f"what Cargo said of no feature:\n{said}")


@nox.session(venv_backend="none", default=False)
def releases(session: nox.Session) -> None:
    """Walk through the three releases of a gradual migration, forward and back."""
    session.run(sys.executable, "examples/three-releases/walk.py", *session.posargs)


@nox.session(default=False)
def abi(session: nox.Session) -> None:
    """Hold the C library and the Rust one to their header, call both from C and by ctypes."""
    need_nightly(session, "rustc")  # for the address sanitizer
    session.install(".[test]", env=PURE)
    session.run("pytest", "-n0", "-m", "abi", "tests/capi", *session.posargs)


def build_c(session: nox.Session, name: str, *options: str) -> Path:
    """Build the C kernel by itself in a new folder, and return the folder."""
    missing = [tool for tool in ("cmake", "ninja") if shutil.which(tool) is None]
    if missing:
        session.install("--quiet", *missing)
    build = Path(session.create_tmp(), name).resolve()
    shutil.rmtree(build, ignore_errors=True)
    session.run(
        *("cmake", "-S", ".", "-B", str(build), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"),
        *("-DKERNEL_BUILD_PYTHON=OFF", *options),
        external=True,
    )
    session.run("cmake", "--build", str(build), external=True)
    return build


def test_c(session: nox.Session, build: Path) -> None:
    """Run the tests in that folder."""
    session.run(
        *("ctest", "--test-dir", str(build), "--output-on-failure", "--no-tests=error"),
        external=True,
    )


STRICT_TESTS = ("-DKERNEL_BUILD_TESTS=ON", "-DKERNEL_WERROR=ON")
# Line numbers only: compilers take minutes to follow variables through such blocks.
LINES = "-DCMAKE_C_FLAGS=-g1"


@nox.session
def c(session: nox.Session) -> None:
    """Run the C kernel's own tests, warnings being errors, plain and under the sanitizers."""
    test_c(session, build_c(session, "plain", *STRICT_TESTS))
    sanitized = (LINES, "-DKERNEL_SANITIZE=address,undefined")
    test_c(session, build_c(session, "sanitized", *STRICT_TESTS, *sanitized))


@nox.session(default=False)
def tsan(session: nox.Session) -> None:
    """Run the C kernel's own tests under ThreadSanitizer."""
    sanitized = (LINES, "-DKERNEL_SANITIZE=thread")
    test_c(session, build_c(session, "sanitized", *STRICT_TESTS, *sanitized))


def need_programs(session: nox.Session, hint: str, *names: str) -> None:
    """Stop when a program is not on PATH."""
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        session.error(f"not on PATH: {', '.join(missing)}; {hint}")


def need_nightly(session: nox.Session, *components: str) -> None:
    """Install a nightly compiler with components, unless it is there."""
    need_programs(session, "see https://rustup.rs", "rustup")
    installed = session.run(
        *("rustup", "component", "list", "--toolchain", "nightly", "--installed"),
        external=True,
        silent=True,
        success_codes=[0, 1],
    )
    lines = str(installed).splitlines()
    if all(any(line.startswith(name) for line in lines) for name in components):
        return
    try:
        session.run(
            *("rustup", "toolchain", "install", "nightly", "--profile", "minimal"),
            *("--component", ",".join(components)),
            external=True,
        )
    except nox.command.CommandFailed:
        session.error("this needs a nightly Rust compiler, and rustup could not install one")


@nox.session(venv_backend="none", default=False)
def miri(session: nox.Session) -> None:
    """Run the Rust kernels' tests under Miri, which sees no instruction set but the baseline."""
    need_nightly(session, "miri", "rust-src")
    session.chdir("rust")
    session.run(
        *("cargo", "+nightly", "miri", "test", "--locked", "--package", "twinwheel-kernels"),
        *session.posargs,
        external=True,
    )


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Call the kernels at random; ``-- --seconds N`` for each of ``--target c rust twins``.

    ``--target NAME --replay FILE`` makes one call again.
    """
    parser = argparse.ArgumentParser(prog="nox -s fuzz --")
    parser.add_argument("--seconds", type=int, default=600, help="for each target")
    parser.add_argument("--target", nargs="+", choices=FUZZ_TARGETS, default=FUZZ_TARGETS)
    parser.add_argument("--replay", type=Path, help="a file that a target left behind")
    arguments = parser.parse_args(session.posargs)
    if arguments.replay and len(arguments.target) != 1:
        session.error("--replay needs --target, one of: " + ", ".join(FUZZ_TARGETS))
    programs = {
        target: build_c_target(session) if target == "c" else build_rust_target(session, target)
        for target in arguments.target
    }
    environment = {"ASAN_OPTIONS": "allocator_may_return_null=1"}
    if arguments.replay:
        (program,) = programs.values()
        session.run(str(program), str(arguments.replay), external=True, env=environment)
        return
    for target, program in programs.items():
        findings = Path(tempfile.mkdtemp(prefix=f"twinwheel-fuzz-{target}-"))
        corpus = Path(session.create_tmp(), "corpus", target)
        corpus.mkdir(parents=True, exist_ok=True)
        try:
            session.run(
                *(str(program), f"-max_total_time={arguments.seconds}", "-max_len=128"),
                *("-len_control=0", "-print_final_stats=1", f"-artifact_prefix={findings}/"),
                str(corpus),
                external=True,
                env=environment,
            )
        except nox.command.CommandFailed:
            for finding in findings.iterdir():
                session.warn(f"again: nox -s fuzz -- --target {target} --replay {finding}")
            session.error(f"{target}: what was found is in {findings}")
        findings.rmdir()


def build_c_target(session: nox.Session) -> Path:
    """Build the target of the C kernel with libFuzzer, which clang has."""
    need_programs(session, "libFuzzer comes with clang", "clang")
    build = build_c(
        session,
        "c",
        *("-DCMAKE_C_COMPILER=clang", "-DKERNEL_BUILD_FUZZ=ON"),
        # Not the operands of comparisons: the calls are told by bytes, and it is slow.
        f"{LINES} -fno-sanitize-coverage=trace-cmp",
        "-DKERNEL_SANITIZE=address,undefined,fuzzer-no-link",
    )
    return build / "cpp/kernel_fuzz"


def host_of(session: nox.Session) -> str:
    """Return the name of this machine as Rust's compilers have it."""
    printed = str(session.run("rustc", "-vV", external=True, silent=True))
    (host,) = (line.split()[1] for line in printed.splitlines() if line.startswith("host:"))
    return host


def build_rust_target(session: nox.Session, target: str) -> Path:
    """Build a target of the Rust kernels; the twins have the C kernel in them too."""
    need_nightly(session, "cargo", "rustc")
    flags = FUZZING
    if target == "twins":
        flags += f" -Lnative={build_c(session, 'twin') / 'cpp'}"
    folder = Path(session.create_tmp(), target).resolve()
    host = host_of(session)  # named, so that build scripts are compiled without the flags
    session.run(
        *("cargo", "+nightly", "build", "--locked", "--release", "--features", "fuzzing"),
        *("--manifest-path", "rust/fuzz/Cargo.toml", "--bin", target),
        *("--target", host, "--target-dir", str(folder)),
        external=True,
        env={"RUSTFLAGS": flags},
    )
    return folder / host / "release" / target


@nox.session(default=False)
def neon(session: nox.Session) -> None:
    """Run the kernels' tests for 64-bit ARM by emulation, and compare bits with this machine."""
    emulator = "qemu-aarch64-static"
    compiler = "aarch64-linux-gnu-gcc"
    need_programs(
        session,
        "on Debian: apt install qemu-user-static gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
        *(emulator, compiler),
    )
    session.run("rustup", "target", "add", ARM, external=True)
    arm = build_c(
        session,
        "arm",
        *STRICT_TESTS,
        *("-DKERNEL_BUILD_FUZZ=ON", f"-DCMAKE_C_COMPILER={compiler}"),
        *("-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=aarch64"),
        *("-DCMAKE_EXE_LINKER_FLAGS=-static", f"-DCMAKE_CROSSCOMPILING_EMULATOR={emulator}"),
    )
    test_c(session, arm)
    here = build_c(session, "here", "-DKERNEL_BUILD_FUZZ=ON")
    target = Path(session.create_tmp(), "rust").resolve()
    environment = {
        "CARGO_TARGET_DIR": str(target),
        "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER": compiler,
        "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER": emulator,
        "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUSTFLAGS": "-Ctarget-feature=+crt-static",
    }
    session.chdir("rust")
    session.run(
        *("cargo", "test", "--locked", "--release", "--package", "twinwheel-kernels"),
        *("--target", ARM),
        external=True,
        env=environment,
    )
    session.chdir("fuzz")
    host = host_of(session)
    for machine in (ARM, host):
        session.run(
            *("cargo", "build", "--locked", "--release", "--bin", "hashes", "--target", machine),
            external=True,
            env=environment,
        )
    compare_bits(
        session,
        [
            (str(here / "cpp/kernel_hashes"),),
            (str(target / host / "release/hashes"),),
            (emulator, str(arm / "cpp/kernel_hashes")),
            (emulator, str(target / ARM / "release/hashes")),
        ],
    )


def compare_bits(session: nox.Session, programs: list[tuple[str, ...]]) -> None:
    """Compare what programs print of the same random calls, at each level that each one has."""
    calls = session.posargs[0] if session.posargs else "20000"
    lists: dict[str, str] = {}
    for program in programs:
        for level in ("baseline", "avx2", "avx512"):
            printed = session.run(
                *(*program, level, calls), external=True, silent=True, success_codes=[0, 2]
            )
            lines = str(printed).splitlines()
            if len(lines) > 1:  # otherwise it says that the machine does not have the level
                lists[f"{' '.join(program)} {level}"] = str(printed)
                session.log(f"{len(lines)} calls: {' '.join(program)} {level}")
            elif level == "baseline":  # which every machine has
                session.error(f"{' '.join(program)} {level} printed no calls:\n{printed}")
    first = next(iter(lists.values()))
    for name, printed in lists.items():
        for one, other in zip(first.splitlines(), printed.splitlines(), strict=True):
            if one != other:
                session.error(f"{name}: {other}, where the first prints {one}")
    session.log(f"{len(lists)} lists of {len(first.splitlines())} calls are equal")


@nox.session
def packaging(session: nox.Session) -> None:
    """Build the sdist and the wheel from it, inspect both, and run the wheel without compilers."""
    session.install("--quiet", *group("package"))
    dist = Path(session.create_tmp(), "dist")
    shutil.rmtree(dist, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(dist), env=BOTH)
    (wheel,) = dist.glob("*.whl")
    session.run("twine", "check", "--strict", *(str(path) for path in dist.iterdir()))
    session.run("check-wheel-contents", str(wheel))
    if sys.platform == "linux":
        session.run("auditwheel", "show", str(wheel))
    size = size_besides_photograph(wheel)
    session.log(f"{wheel.name}: {size:,} bytes besides the photograph")
    if size > LARGEST_WHEEL:
        session.error(f"the wheel may have {LARGEST_WHEEL:,} bytes besides the photograph")
    session.install(f"{wheel}[test]")
    bare = {"PATH": str(Path(session.bin)), "TWINWHEEL_IMAGE_IMPLEMENTATION": ""}
    session.run("python", "-c", NO_COMPILER, env=bare)
    session.run("python", "-c", "import twinwheel.image._c, twinwheel.image._rust", env=bare)
    session.run("python", "-m", "pytest", "tests/image", env=bare)


def size_besides_photograph(wheel: Path) -> int:
    """Count the bytes of a wheel without those of the pictures in it."""
    with zipfile.ZipFile(wheel) as archive:
        pictures = sum(
            entry.compress_size
            for entry in archive.infolist()
            if entry.filename.lower().endswith(PHOTOGRAPH_SUFFIXES)
        )
    return wheel.stat().st_size - pictures


@nox.session(name="bench-kernels", default=False)
def bench_kernels(session: nox.Session) -> None:
    """Measure the image kernels beside OpenCV and scipy; ``-- --plot FILE`` draws it."""
    session.install("--quiet", ".", *group("bench"), env=BOTH)
    session.run("python", "benchmarks/bench_kernels.py", *session.posargs)


@nox.session(name="bench-dispatch", python=["3.11", "3.13"], default=False)
def bench_dispatch(session: nox.Session) -> None:
    """Measure an armed call beside other libraries; ``-- --markdown FILE`` writes the tables."""
    session.install("--quiet", ".", *group("dispatch"), env=BOTH)
    session.run("python", "benchmarks/bench_dispatch.py", *session.posargs)


@nox.session(name="bench-verify", python="3.11", default=False)
def bench_verify(session: nox.Session) -> None:
    """Measure how fast differences are searched for; ``-- --markdown FILE`` writes the table."""
    session.install("--quiet", ".[verify]", env=PURE)
    session.run("python", "benchmarks/bench_verify.py", *session.posargs)


@nox.session(default=False)
def soak(session: nox.Session) -> None:
    """Serve for ten minutes while the rollout's policy changes; ``-- --seconds N`` for less."""
    session.install("--quiet", ".[numpy]", env=BOTH)
    session.run("python", "benchmarks/soak_rollout.py", *session.posargs)


@nox.session(default=False)
def reference(session: nox.Session) -> None:
    """Write the references of the settings, the policy and the error codes from the code."""
    session.install("--quiet", ".", env=PURE)
    session.run("python", "docs/make_settings.py")
    session.run("python", "docs/make_policy.py")
    session.run("python", "docs/make_errors.py")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a broken link is an error."""
    session.install("--quiet", *group("docs"))
    target = Path(*session.posargs) if session.posargs else Path(session.create_tmp(), "site")
    session.run("mkdocs", "build", "--strict", "--site-dir", str(target.resolve()))


if __name__ == "__main__":
    nox.main()
