"""The documentation's code blocks are right: they parse, name what exists, and the guide builds."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from twinwheel._vendor import tomli
from twinwheel.build.builders import builder_names
from twinwheel.build.settings import current_situation, read_settings

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[\w-]*)?\)")
EXTRA = re.compile(r"\.\[([\w,]+)\]")
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*=")
NO_TOML = "candidate = rust\n"
"""What is wrong in the example of TW602."""
SESSION = re.compile(r"^@nox\.session\b.*\ndef (\w+)\(", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block of code."""

    page: str
    line: int
    language: str
    text: str


def blocks(*languages: str) -> list[Any]:
    """Return every block in these languages, named by its place."""
    found = []
    for path in PAGES:
        page = path.read_text("utf-8")
        for match in BLOCK.finditer(page):
            if match[1] in languages:
                line = page.count("\n", 0, match.start()) + 1
                name = path.relative_to(ROOT).as_posix()
                block = Block(name, line, match[1], match[2])
                found.append(pytest.param(block, id=f"{name}:{line}"))
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_relative_links_lead_somewhere(path: Path) -> None:
    targets = LINK.findall(path.read_text("utf-8"))
    broken = [
        target for target in targets if "://" not in target and not (path.parent / target).exists()
    ]
    assert broken == []


def test_every_block_says_its_language() -> None:
    known = {"console", "python", "toml", "cmake", "cpp", "rust"}
    for path in PAGES:
        fences = [line for line in path.read_text("utf-8").splitlines() if line.startswith("```")]
        assert {fence[3:] for fence in fences[::2]} <= known, path
        assert set(fences[1::2]) <= {"```"}, path


@pytest.mark.parametrize("block", blocks("python"))
def test_python_blocks_compile(block: Block) -> None:
    compile(block.text, f"{block.page}:{block.line}", "exec")


def test_the_example_of_the_image_toolkit_runs() -> None:
    """It blurs a ramp, which stays a ramp inside, with the border repeated outside."""
    page = (ROOT / "docs/reference/image.md").read_text("utf-8")
    (example,) = (match[2] for match in BLOCK.finditer(page) if match[1] == "python")
    scope: dict[str, Any] = {}
    exec(compile(example, "docs/reference/image.md", "exec"), scope)
    assert scope["blurred"].shape == (3, 4)
    assert scope["blurred"][1, 1] == pytest.approx(5.0)
    assert scope["blurred"][0, 0] == pytest.approx(5 / 3)
    assert scope["soft"][1, 1] > scope["soft"][0, 1]
    assert (scope["edges"][1] == 32).all()
    assert scope["clean"][1].tolist() == [4, 5, 6, 7]


def test_the_examples_on_dask_run(tmp_path: Path) -> None:
    """As programs of their own: the second one starts processes."""
    np, image = pytest.importorskip("numpy"), pytest.importorskip("twinwheel.image")
    page = (ROOT / "docs/how-to/images-larger-than-memory.md").read_text("utf-8")
    programs = [match[2] for match in BLOCK.finditer(page) if match[1] == "python"]
    programs[0] += "assert corner.shape == (100, 100)\n"
    for program in programs:
        (tmp_path / "program.py").write_text(program, "utf-8")
        done = subprocess.run(
            [sys.executable, "program.py"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
    whole = np.load(tmp_path / "image.npy")
    expected = image.gaussian_blur(whole, 2.0, border="reflect")
    assert np.load(tmp_path / "soft.npy").tobytes() == expected.tobytes()
    assert 0 < expected[1000, 0] < 1


@pytest.mark.parametrize("block", blocks("toml"))
def test_toml_blocks_are_what_the_backend_accepts(block: Block) -> None:
    if block.text == NO_TOML:
        with pytest.raises(tomli.TOMLDecodeError):
            tomli.loads(block.text)
        return
    document = tomli.loads(block.text)
    table = document.get("tool", {}).get("twinwheel", {})
    if "package" in table or "packages" in table:
        situation = current_situation({}, "wheel", from_sdist=False)
        settings = read_settings(document, builder_names(), situation)
        assert settings.packages
        assert all(package.prefer[-1] == "python" for package in settings.packages)


@pytest.mark.parametrize("block", blocks("console"))
def test_commands_exist(block: Block, pyproject: dict[str, Any]) -> None:
    lines = block.text.splitlines()
    assert all(line.startswith("$ ") for line in lines), "output belongs in prose, not in console"
    for line in lines:
        for command in line.removeprefix("$ ").split(" && "):
            words = shlex.split(command)
            while words and VARIABLE.match(words[0]):
                words.pop(0)
            check_command(words, pyproject)


def check_command(words: list[str], pyproject: dict[str, Any]) -> None:
    """Fail when a command names something that the project does not have."""
    if words[:2] == ["python", "-m"] and words[2] in ("twinwheel", "build", "venv"):
        words = words[2:]
    program, *arguments = words
    if program == "pip":
        extras = pyproject["project"]["optional-dependencies"]
        for match in filter(None, map(EXTRA.search, arguments)):
            assert set(match[1].split(",")) <= set(extras)
        groups = [arguments[i + 1] for i, word in enumerate(arguments) if word == "--group"]
        assert set(groups) <= set(pyproject["dependency-groups"])
    elif program == "twinwheel":
        run = [sys.executable, "-m", "twinwheel", arguments[0], "--help"]
        subprocess.run(run, check=True, capture_output=True)
    elif program == "nox":
        noxfile = (ROOT / "noxfile.py").read_text("utf-8")
        assert arguments == ["-l"] or arguments[1] in SESSION.findall(noxfile)
    elif program == "cargo":
        manifest = Path(arguments[arguments.index("--manifest-path") + 1])
        assert (ROOT / manifest).is_file()
    elif program == "python" and arguments[0] == "-m":
        assert importlib.util.find_spec(arguments[1]) is not None
    elif program == "python" and arguments[0] == "-c":
        compile(arguments[1], "<documentation>", "exec")
    elif program == "python":  # some are the reader's own
        own = arguments[0] in ("service.py", "twinwheel_verify.py")
        found = arguments[0].startswith(".twinwheel/verify/")  # saved by `twinwheel verify`
        assert own or found or (ROOT / arguments[0]).is_file()
    else:
        assert program in {"pytest", "chmod", "pre-commit", "build", "venv", ".", "twinimage"}, (
            program
        )


def test_the_sessions_that_contributing_names_exist() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    noxfile = (ROOT / "noxfile.py").read_text("utf-8")
    named = set(re.findall(r"`nox -s ([\w-]+)`", page))
    assert named == {name.replace("_", "-") for name in SESSION.findall(noxfile)}


def guide_files() -> dict[str, str]:
    """Return the files that the guide tells to write."""
    page = (ROOT / "docs/guide/first-twin-package.md").read_text("utf-8")
    pattern = re.compile(r"^`(\S+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return dict(pattern.findall(page))


def test_the_guide_builds_and_runs(tmp_path: Path) -> None:
    """Write the guide's files, build its wheel with both halves, and do what it says."""
    files = guide_files()
    assert set(files) >= {"pyproject.toml", "CMakeLists.txt", "rust/src/lib.rs"}
    project = tmp_path / "project"
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, "utf-8")
    pip = [sys.executable, "-m", "pip"]
    build = [*pip, "wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(tmp_path)]
    build += [str(project)]
    both = environment(TWINWHEEL_C="require", TWINWHEEL_RUST="require")
    made = subprocess.run(build, env=both, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    subprocess.run(
        [*pip, "install", "--no-deps", "--target", str(site), str(wheel)],
        check=True,
        capture_output=True,
    )
    program = "import doubling; print(doubling.double(21), doubling.double.__module__)"
    for setting, answer in (
        ("auto", "42 doubling._rust"),
        ("c", "42 doubling._c"),
        ("python", "42 doubling._python"),
    ):
        run = subprocess.run(
            [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(site)!r}); {program}"],
            env=environment(DOUBLING_IMPLEMENTATION=setting),
            check=True,
            capture_output=True,
            text=True,
        )
        assert run.stdout.strip() == answer


def environment(**changes: str) -> dict[str, str]:
    """Return this process's environment, with the scripts beside its Python, and with changes."""
    scripts = str(Path(sys.executable).parent)
    path = os.pathsep.join([scripts, os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, **changes}


def test_the_module_for_ctypes_is_the_one_that_is_built(tmp_path: Path) -> None:
    """What the page shows is what the tests compile, and type-checks where nothing is built yet."""
    page = (ROOT / "docs/how-to/choose-a-binding.md").read_text("utf-8")
    (shown,) = (match[2] for match in BLOCK.finditer(page) if "ctypes.CDLL" in match[2])
    built = (ROOT / "tests/packages/bindings/c_ctypes/src/bound/_c.py").read_text("utf-8")
    without = [line for line in built.splitlines() if not line.startswith(("#", '"""'))]
    assert shown.strip() == "\n".join(without).strip().replace("bound", "imagetools")
    pytest.importorskip("mypy", reason="checks types")
    package = tmp_path / "imagetools"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "_c.py").write_text(shown, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "imagetools"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
