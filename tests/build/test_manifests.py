"""Which Cargo manifests a crate cannot be built without."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from twinwheel.build.builders import BuildContext
from twinwheel.build.builders.manifests import depends_on, needed_manifests


def crate(root: Path, folder: str, text: str) -> None:
    (root / folder).mkdir(parents=True, exist_ok=True)
    (root / folder / "Cargo.toml").write_text(text, "utf-8")


def needed(root: Path, manifest: str) -> list[str]:
    return needed_manifests(BuildContext(root, {}, {}), PurePosixPath(manifest))


def test_dependencies_by_path_are_followed_wherever_they_stand(tmp_path: Path) -> None:
    root = tmp_path / "project"
    crate(
        root,
        "rust/python",
        """
        [dependencies]
        pyo3 = "0.30"
        kernels.path = "../kernels"
        [build-dependencies]
        tool = { path = "tool" }
        [dev-dependencies]
        tests = { path = "../tests" }
        [target.'cfg(unix)'.dependencies]
        unix = { path = "../unix" }
        """,
    )
    crate(root, "rust/kernels", '[dependencies]\ncommon = { path = "../../../common" }\n')
    crate(root, "rust/python/tool", "")
    crate(root, "rust/unix", '[dependencies]\nkernels = { path = "../kernels" }\n')
    assert needed(root, "rust/python/Cargo.toml")[0] == "rust/python/Cargo.toml"
    assert sorted(needed(root, "rust/python/Cargo.toml")) == [
        "../common/Cargo.toml",
        "rust/kernels/Cargo.toml",
        "rust/python/Cargo.toml",
        "rust/python/tool/Cargo.toml",
        "rust/tests/Cargo.toml",
        "rust/unix/Cargo.toml",
    ]


def test_a_workspace_counts_where_something_is_taken_from_it(tmp_path: Path) -> None:
    root = tmp_path / "project"
    crate(tmp_path, "", '[workspace]\nmembers = ["project"]\n[workspace.package]\nversion = "1"\n')
    crate(root, "", '[package]\nname = "alone"\n')
    assert needed(root, "Cargo.toml") == ["Cargo.toml"]
    crate(root, "", "[package]\nversion.workspace = true\n")
    assert needed(root, "Cargo.toml") == ["Cargo.toml", "../Cargo.toml"]
    crate(tmp_path, "", '[workspace.dependencies]\nshared = { path = "shared" }\n')
    assert needed(root, "Cargo.toml") == ["Cargo.toml", "../Cargo.toml", "../shared/Cargo.toml"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[dependencies]\npyo3 = "0.30"\n', True),
        ('[dependencies.py]\npackage = "pyo3"\nversion = "0.30"\n', True),
        ("[target.'cfg(unix)'.dependencies]\npyo3 = { workspace = true }\n", True),
        ('[dependencies]\npyo3-build-config = "0.30"\n', False),
        ("dependencies = 3\n", False),
    ],
)
def test_a_dependency_is_known_by_its_own_name(tmp_path: Path, text: str, found: bool) -> None:
    crate(tmp_path, "", text)
    assert depends_on(BuildContext(tmp_path, {}, {}), PurePosixPath("Cargo.toml"), "pyo3") is found
