"""Import candidates in order, and bind each component to the first that has it."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from twinwheel.manifest_types import Manifest

__all__ = ["Choice", "Record", "Selection", "bind", "checked", "is_failure"]


class Choice:
    """The candidates that the variables leave, and how much they insist."""

    __slots__ = ("demanded", "left_out", "order", "validates")

    def __init__(
        self,
        order: list[str],
        demanded: set[str],
        left_out: dict[str, tuple[str, str]],
        validates: bool = True,
    ) -> None:
        self.order = order
        """Names of implementations, best first."""
        self.demanded = demanded
        """Those that must be had; to pass over one is an error."""
        self.left_out = left_out
        """Status and reason of those that a variable keeps out of the order."""
        self.validates = validates
        """Whether components are bound with the checks that they declare."""


class Selection:
    """The components of a package, each an attribute that holds the implementation's own object."""

    __slots__ = ("__dict__", "__package")

    def __init__(self, package: str, components: dict[str, object]) -> None:
        self.__package = package
        self.__dict__.update(components)

    def __repr__(self) -> str:
        return f"<twinwheel selection of {self.__package}: {', '.join(self.__dict__)}>"

    if not TYPE_CHECKING:  # a type checker takes it as: any attribute is there

        def __getattr__(self, name):
            if name.startswith("_"):  # asked by copy and pickle before there is a package
                raise AttributeError(name)
            raise AttributeError(
                f"{self.__package} has no component {name!r}; it has {', '.join(self.__dict__)}"
            )

    else:

        def __getattr__(self, name: str) -> Any: ...


class Record:
    """A selection and how it came about."""

    __slots__ = ("choice", "manifest", "package", "providers", "selection", "states", "variables")

    def __init__(
        self,
        package: str,
        manifest: Manifest,
        variables: dict[str, str],
        choice: Choice,
        selection: Selection,
        providers: dict[str, str],
        states: dict[str, tuple[str, str]],
    ) -> None:
        self.package = package
        self.manifest = manifest
        self.variables = variables
        self.choice = choice
        self.selection = selection
        self.providers = providers
        """Component to implementation."""
        self.states = states
        """Implementation to status and reason."""


def bind(package: str, manifest: Manifest, variables: dict[str, str], choice: Choice) -> Record:
    """Bind every component, importing no more implementations than that takes.

    Args:
        package: Full name of the twin package.
        manifest: Its manifest.
        variables: The package's variables that are set, for the record.
        choice: The candidates.

    Returns:
        The selection, with the status of every implementation.

    Raises:
        SelectionError: TW407 to TW411, when something demanded cannot be had, or a component is in
            no candidate.
    """
    components: dict[str, object] = {}
    providers: dict[str, str] = {}
    states: dict[str, tuple[str, str]] = {}
    missing = list(manifest["components"])
    for name in choice.order:
        implementation = manifest["implementations"][name]
        demanded = name in choice.demanded
        if not implementation["built"]:
            from twinwheel.selection import problems

            if demanded:
                raise problems.not_built(package, name, implementation, variables)
            states[name] = ("not built", implementation["reason"])
            if missing:
                problems.log_not_built(package, name, implementation["reason"])
            continue
        if not missing and not demanded:
            states[name] = ("not needed", f"{_first(providers)} came first")
            continue
        try:
            __import__(implementation["module"])
        except BaseException as error:
            if not is_failure(error):
                raise
            from twinwheel.selection import problems

            if demanded:
                raise problems.failed(package, name, implementation, variables, error) from error
            states[name] = ("failed", problems.describe(error))
            problems.log_failed(package, name, error)
            continue
        module = sys.modules[implementation["module"]]
        had = [part for part in manifest["components"] if getattr(module, part, None) is not None]
        if demanded and not had and manifest["components"]:
            from twinwheel.selection import problems

            raise problems.has_none(package, name, manifest, variables)
        taken = [part for part in had if part in missing]
        for part in taken:
            components[part] = checked(package, manifest, choice, part, getattr(module, part))
            providers[part] = name
            missing.remove(part)
        if taken:
            states[name] = ("bound", ", ".join(taken))
        elif had:
            states[name] = ("not needed", f"{_first(providers)} came first")
        else:
            states[name] = ("failed", "its module has none of the components")
    for name in manifest["implementations"]:
        if name not in states:
            nobody_asked = ("not listed", "the package does not prefer it")
            states[name] = choice.left_out.get(name, nobody_asked)
    if missing:
        from twinwheel.selection import problems

        raise problems.unbound(package, missing, states)
    in_order = {part: components[part] for part in manifest["components"]}
    made = Selection(package, in_order)
    return Record(package, manifest, variables, choice, made, providers, states)


def is_failure(error: BaseException) -> bool:
    """Tell whether an implementation that raises this as it is imported cannot be had."""
    # A Rust panic is no Exception, and each extension has its own class of it.
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def checked(package: str, manifest: Manifest, choice: Choice, part: str, target: Any) -> Any:
    """Give an implementation's object for a component, with the checks that are declared for it."""
    validate = manifest["components"][part].get("validate")
    if not validate or not choice.validates or isinstance(target, type):
        return target
    from twinwheel.selection.validation import with_checks

    return with_checks(package, part, validate, target)


def _first(providers: dict[str, str]) -> str:
    return " and ".join(dict.fromkeys(providers.values())) or "nothing to bind, so nothing"
