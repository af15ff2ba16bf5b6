"""The manifest: what a wheel says of its artifacts and components.

The one contract between build time, where ``render`` writes it, and run time, where ``load`` reads
it. It is a generated Python module that holds one literal, because importing a module costs a tenth
of what parsing a data file does. Reading it must stay cheap: this module imports nothing dear.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twinwheel.errors import SelectionError
    from twinwheel.manifest_types import Manifest

__all__ = ["MODULE_NAME", "SCHEMA", "check", "load", "no_manifest", "render"]

SCHEMA = 1
"""Version of the manifest's layout; ``load`` refuses any other."""

MODULE_NAME = "_twinwheel_manifest"
"""Name of the generated module inside the package."""


def load(package: str) -> Manifest:
    """Import the manifest of an installed package.

    Args:
        package: Full name of the twin package, such as ``imagetools``.

    Returns:
        The manifest, as the generated module holds it; do not change it.

    Raises:
        SelectionError: TW401 when there is none, TW402 when its layout is of another version.
    """
    name = f"{package}.{MODULE_NAME}"
    try:
        __import__(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise no_manifest(package) from None
    return check(package, sys.modules[name].MANIFEST)


def no_manifest(package: str) -> SelectionError:
    """TW401: the package has no manifest."""
    from twinwheel.errors import SelectionError

    for name, module in list(sys.modules.items()):
        if name.startswith("_twinwheel_editable_") and package in module.INSTALL["packages"]:
            return SelectionError(
                f"{package} has no manifest: what its editable install was built into is gone",
                code="TW401",
                where=module.INSTALL["tree"],
                help="install it again: pip install --no-build-isolation -e .",
            )
    return SelectionError(
        f"{package} has no manifest, so it was not built by twinwheel",
        code="TW401",
        where=f"{package}.{MODULE_NAME}",
        help="install the package (pip install . or pip install -e .); do not import its sources",
    )


def check(package: str, manifest: Manifest) -> Manifest:
    """Give a manifest back if its layout is the one that this module knows.

    Raises:
        SelectionError: TW402 when its layout is of another version.
    """
    if manifest["schema"] != SCHEMA:
        from twinwheel.errors import SelectionError

        raise SelectionError(
            f"the manifest of {package} has layout {manifest['schema']}",
            code="TW402",
            where=f"{package}.{MODULE_NAME}",
            accepted=f"layout {SCHEMA}",
            help="install the twinwheel that the package was built with, or rebuild the package",
        )
    return manifest


def render(manifest: Manifest) -> str:
    """Write a manifest as the source of its module; equal manifests give equal text.

    Args:
        manifest: What to write; plain data only.

    Returns:
        Python source, to be saved as ``_twinwheel_manifest.py`` inside the package.
    """
    from pprint import pformat

    literal = pformat(manifest, indent=1, width=100, sort_dicts=False)
    return f'"""Written by twinwheel at build time. Do not edit."""\n\nMANIFEST = {literal}\n'
