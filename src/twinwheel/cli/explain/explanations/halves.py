"""TW32x and TW33x: how the halves fit together, and what a source distribution must hold."""

from __future__ import annotations

from twinwheel.cli.explain.explanations.entry import entry

__all__ = ["ENTRIES"]

_BACKEND = "how-to/keep-your-backend.md"
_BINDING = "how-to/choose-a-binding.md"
_GUIDE = "guide/first-twin-package.md"
_SETTINGS = "reference/settings.md"

ENTRIES = (
    entry(
        "TW321",
        "both halves made one file with different contents, or one changed a source file",
        "let each write files of its own",
        """
        The wheel is the Python sources and what each half adds. A path can have one content only,
        so two halves may not write the same file differently, and a half may not replace a source
        file. The same file with the same content is no error: both builders copy the Python sources
        into their wheels. Change the `install(…)` of CMake or the `include` of maturin so that the
        file comes from one half, or give the files different names.
        """,
        language="cmake",
        wrong="install(FILES version.txt DESTINATION imagetools)",
        right="install(FILES version.txt DESTINATION imagetools/_c_data)",
        pages=(_SETTINGS,),
    ),
    entry(
        "TW322",
        "a half calls itself by another name or version than the project",
        "let the half read them from `[project]`",
        """
        Each half is built as a wheel of its own first, and its version must be that of the project;
        so must its name, if it is built in the project's folder. Usually `pyproject.toml` was
        raised to a new version and the `pyproject.toml` in the `directory` of the implementation,
        or a `Cargo.toml` that it takes its version from, was not. State the version in `[project]`
        and leave it out elsewhere, or keep the two equal by a test.
        """,
        wrong="""
        [package]
        name = "imagetools-rust"
        version = "1.0.0"
        """,
        right="""
        [package]
        name = "imagetools-rust"
        version = "1.1.0"
        """,
        pages=(_SETTINGS,),
    ),
    entry(
        "TW323",
        "a half holds no module of the name in `module`",
        "make `module`, the CMake destination or maturin's `module-name` agree",
        """
        The half was built, and the module that its implementation names (or a file like its
        `files`) is not in it; `accepted` lists what it made instead. The name is said in two
        places, and they must agree: `module` in `[tool.twinwheel]`, and for Rust `module-name` in
        `[tool.maturin]`, for C the target's name and the `DESTINATION` of its `install` in CMake.
        The destination is a path in the wheel: `imagetools` for a module `imagetools._c`.
        """,
        language="cmake",
        wrong="""
        pybind11_add_module(_c module.cpp)
        install(TARGETS _c DESTINATION .)
        """,
        right="""
        pybind11_add_module(_c module.cpp)
        install(TARGETS _c DESTINATION imagetools)
        """,
        pages=(_GUIDE, _SETTINGS),
    ),
    entry(
        "TW324",
        "Cargo.toml, CMakeLists.txt or meson.build states another version than the project",
        "change it, or do not state it there",
        """
        A distribution has one version, and `[project]` has it. What the crate (or its workspace),
        `project(… VERSION …)` of the top `CMakeLists.txt` and `version:` of `meson.build` state is
        compared, whether the half is built here or not. Rust's `1.0.0-rc.1` is Python's `1.0rc1`;
        of CMake only the numbers count, and post- and development releases are nobody's but
        Python's. To state nothing, leave the version out; in `Cargo.toml`, `0.0.0` says nothing.
        """,
        language="cmake",
        wrong="""
        project(imagetools VERSION 1.0.0 LANGUAGES C)
        """,
        right="""
        project(imagetools VERSION ${SKBUILD_PROJECT_VERSION} LANGUAGES C)
        """,
        pages=(_BINDING,),
    ),
    entry(
        "TW325",
        "the wheel of hatchling or setuptools is not what twinwheel built",
        "let twinwheel's hook be the last, and keep compiled files out of the sources",
        """
        Where another backend writes the wheel, the result is compared with what was built, and
        removed when it differs. Its tag may be another's: a hook that runs after twinwheel's set
        one, which would let pip install the wheel where its modules cannot be imported. Or there is
        a compiled file in it that this build did not make: one that lies between the sources.
        """,
        language="toml",
        wrong="""
        [tool.hatch.build.hooks.twinwheel]
        [tool.hatch.build.hooks.custom]
        """,
        right="""
        [tool.hatch.build.hooks.custom]
        [tool.hatch.build.hooks.twinwheel]
        """,
        pages=(_BACKEND,),
    ),
    entry(
        "TW326",
        "this setuptools is too old for twinwheel's plugin",
        "ask for a later one in [build-system] requires",
        """
        Since 70.1 setuptools writes wheels by itself; before, another distribution did it. The
        plugin extends the command that writes them, so that the wheel has the right tag.
        """,
        language="toml",
        wrong="""
        requires = ["setuptools", "twinwheel"]  # and no isolation, with an old one installed
        """,
        right="""
        requires = ["setuptools>=77", "twinwheel"]
        """,
        pages=(_BACKEND,),
    ),
    entry(
        "TW331",
        "the source distribution would lack a file that the build needs",
        "include it",
        """
        A wheel must be possible from the source distribution alone, so each half's build files
        (the top `CMakeLists.txt`, the crate's `Cargo.toml`) must be in it, and the Python modules
        that the settings name. They are left out when
        `sdist.exclude` in `[tool.scikit-build]` matches them, or when git ignores them. Take the
        pattern away, or add the file to `sdist.include`. So must the crates that a crate depends on
        by path, and the workspace that it takes values from: one that lies outside of the project,
        such as `../core`, cannot be in it. Move it into the project, or depend on a published one.
        """,
        wrong="""
        [tool.scikit-build]
        sdist.exclude = ["/rust"]
        """,
        right="""
        [tool.scikit-build]
        sdist.exclude = ["/rust/target"]
        """,
        pages=("how-to/build-from-sdist.md",),
    ),
    entry(
        "TW332",
        "the source distribution would hold what was built on this machine",
        "leave `/build/` out of it",
        """
        Editable installs and wheels keep their native modules under `build/twinwheel`, compiled for
        this machine. They belong into no source distribution. Let `.gitignore` name `/build/`,
        which hatchling and scikit-build-core follow, or leave it out in the backend's settings.
        """,
        language="toml",
        right="""
        [tool.hatch.build.targets.sdist]
        exclude = ["/build"]
        """,
        pages=(_BACKEND,),
    ),
)
