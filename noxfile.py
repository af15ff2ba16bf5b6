#!/usr/bin/env -S uv run --script

# /// script
# dependencies = ["nox>=2025.5"]
# ///

"""Every task of the repository: ``nox -l`` lists them, ``nox -s lint`` runs one."""

from __future__ import annotations

import shutil
import sys
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
    """Check the format of the Rust workspace, lint it, and run its own tests."""
    session.chdir("rust")
    session.run("cargo", "fmt", "--all", "--check", external=True)
    # Without the program, which asks for the kernels in C too; it has a session of its own.
    packages = ("--locked", "--workspace", "--exclude", "twinimage")
    session.run(
        *("cargo", "clippy", *packages, "--all-targets", "--", "-D", "warnings"), external=True
    )
    session.run("cargo", "test", *packages, external=True)


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
    session.install(".[test]", env=PURE)
    session.run("pytest", "-n0", "-m", "abi", "tests/capi", *session.posargs)


@nox.session
def c(session: nox.Session) -> None:
    """Run the C kernel's own tests, warnings being errors, plain and under the sanitizers."""
    missing = [tool for tool in ("cmake", "ninja") if shutil.which(tool) is None]
    if missing:
        session.install("--quiet", *missing)
    for name, options in (
        ("plain", []),
        # Line numbers only: gcc takes minutes to follow variables through such blocks.
        ("sanitized", ["-DCMAKE_C_FLAGS=-g1", "-DKERNEL_SANITIZE=address,undefined"]),
    ):
        build = Path(session.create_tmp(), name)
        shutil.rmtree(build, ignore_errors=True)
        session.run(
            *("cmake", "-S", ".", "-B", str(build), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"),
            *("-DKERNEL_BUILD_PYTHON=OFF", "-DKERNEL_BUILD_TESTS=ON", "-DKERNEL_WERROR=ON"),
            *options,
            external=True,
        )
        session.run("cmake", "--build", str(build), external=True)
        session.run(
            *("ctest", "--test-dir", str(build), "--output-on-failure", "--no-tests=error"),
            external=True,
        )


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


@nox.session(default=False)
def reference(session: nox.Session) -> None:
    """Write the references of the settings and of the error codes from the code."""
    session.install("--quiet", ".", env=PURE)
    session.run("python", "docs/make_settings.py")
    session.run("python", "docs/make_errors.py")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a broken link is an error."""
    session.install("--quiet", *group("docs"))
    target = Path(*session.posargs) if session.posargs else Path(session.create_tmp(), "site")
    session.run("mkdocs", "build", "--strict", "--site-dir", str(target.resolve()))


if __name__ == "__main__":
    nox.main()
