"""The implementations of a twin package side by side in one process, called and compared."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from twinwheel.errors import VerifyError
from twinwheel.rollout.comparing import comparator
from twinwheel.rollout.copies import CannotCopyError, Copier
from twinwheel.rollout.faults import is_control_flow
from twinwheel.verify.plugin.marks import check_names, wanted
from twinwheel.verify.plugin.options import manifest_of
from twinwheel.verify.suite import problems

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Compare", "Implementation", "compare_for", "implementation_for", "implementations_for"]

_ALLOWANCE = 1 << 30
"""Bytes of arguments that are copied for each implementation."""
_SHORT = 200


class Implementation:
    """The components of one implementation, each an attribute."""

    def __init__(self, package: str, name: str, components: Mapping[str, Any]) -> None:
        self.__dict__.update(components)
        self._package, self._name = package, name

    def __repr__(self) -> str:
        return f"<{self._name} of {self._package}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(f"{self._name} of {self._package} has no component {name}")


@dataclass(frozen=True)
class _Ended:
    """How a call ended, and what it left of its arguments."""

    answer: Any
    error: BaseException | None
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def kind(self) -> str:
        return "an answer" if self.error is None else f"a {type(self.error).__name__}"


def implementations_for(request: pytest.FixtureRequest) -> dict[str, Implementation]:
    """Return what the fixture ``twinwheel_implementations`` gives to a test."""
    try:
        package, manifest = _package_for(request)
        said = wanted(request.node.iter_markers("twinwheel"))
        check_names(said, manifest["implementations"])
        names = [name for name in _built(manifest) if name in said.among([name])]
        return {name: _load(package, manifest, name) for name in names}
    except (VerifyError, pytest.UsageError) as error:
        pytest.fail(str(error), pytrace=False)


def implementation_for(request: pytest.FixtureRequest) -> Implementation:
    """Return what the fixture ``twinwheel_implementation`` gives to a test."""
    try:
        package, manifest = _package_for(request)
        return _load(package, manifest, request.param)
    except (VerifyError, pytest.UsageError) as error:
        pytest.fail(str(error), pytrace=False)


def compare_for(request: pytest.FixtureRequest, control: str) -> Compare:
    """Return what the fixture ``twinwheel_compare`` gives to a test."""
    implementations = implementations_for(request)
    try:
        package, manifest = _package_for(request)
        chosen = control or _usual_control(manifest, list(implementations))
        if chosen not in implementations:
            raise problems.no_implementation(package, chosen, list(implementations))
    except VerifyError as error:
        pytest.fail(str(error), pytrace=False)
    return Compare(manifest, implementations, chosen)


def _package_for(request: pytest.FixtureRequest) -> tuple[str, Mapping[str, Any]]:
    said = wanted(request.node.iter_markers("twinwheel"))
    package = said.package or request.getfixturevalue("twinwheel_package")
    return package, manifest_of(package)


def _built(manifest: Mapping[str, Any]) -> list[str]:
    known = manifest["implementations"]
    names = dict.fromkeys([*manifest["prefer"], *known])
    return [name for name in names if known[name]["built"]]


def _usual_control(manifest: Mapping[str, Any], names: list[str]) -> str:
    """The one to be replaced: of several compiled ones the last in order, else the last of all."""
    known = manifest["implementations"]
    compiled = [name for name in names if known[name]["builder"] != "none"]
    return compiled[-1] if len(compiled) > 1 else (names or [""])[-1]


def _load(package: str, manifest: Mapping[str, Any], name: str) -> Implementation:
    module = manifest["implementations"][name]["module"]
    try:
        __import__(module)
    except BaseException as error:
        if is_control_flow(error):
            raise
        raise problems.cannot_be_imported(
            name, module, f"{type(error).__name__}: {error}"
        ) from None
    import sys

    had = vars(sys.modules[module])
    found = {part: had[part] for part in manifest["components"] if had.get(part) is not None}
    return Implementation(package, name, found)


class Compare:
    """Calls a component of every implementation with equal arguments, and compares what they do."""

    def __init__(
        self, manifest: Mapping[str, Any], implementations: dict[str, Implementation], control: str
    ) -> None:
        self.control = control
        """Name of the implementation whose answers are right."""
        self.candidates = tuple(name for name in implementations if name != control)
        self._manifest = manifest
        self._implementations = implementations

    def __call__(self, component: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call a component.

        Args:
            component: Its name.
            *args: Its arguments, of which each implementation gets a copy.
            **kwargs: The same.

        Returns:
            What the control returned. What it raised is raised.

        Raises:
            AssertionError: Another implementation returned or raised something else, or left
                something else in an argument.
            VerifyError: TW737 for arguments of which there is no copy.
        """
        __tracebackhide__ = True
        if component not in self._manifest["components"]:
            known = ", ".join(self._manifest["components"])
            raise AttributeError(f"there is no component {component}; there are {known}")
        targets = {name: getattr(each, component) for name, each in self._implementations.items()}
        declared = self._manifest["components"][component]
        control = _call(targets[self.control], component, args, kwargs)
        found = []
        for name in self.candidates:
            ended = _call(targets[name], component, args, kwargs)
            arguments = _by_name(targets.values(), args, kwargs)
            said = _differ(declared, arguments, control, ended)
            if said:
                found.append(f"{component}: {name} differs from {self.control}: {said}")
        if found:
            shown = [_short(each) for each in args]
            shown += [f"{name}={_short(each)}" for name, each in kwargs.items()]
            # Nothing of the control's own error is meant to be seen here.
            raise AssertionError("\n".join([*found, f"called: {component}({', '.join(shown)})"]))
        if control.error is not None:
            raise control.error
        return control.answer


def _call(
    target: Callable[..., Any], component: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> _Ended:
    copier = Copier(_ALLOWANCE)
    try:
        own = copier.copy(args), copier.copy(kwargs)
    except CannotCopyError as error:
        raise VerifyError(
            f"{component} cannot be called several times with these arguments: {error}",
            code="TW737",
            where=component,
            help="make them anew for each of twinwheel_implementations, and compare the answers",
        ) from None
    try:
        answer, raised = target(*own[0], **own[1]), None
    except BaseException as error:
        if is_control_flow(error):
            raise
        answer, raised = None, error
    return _Ended(answer, raised, *own)


def _differ(
    declared: Mapping[str, Any], arguments: Mapping[str, Any], control: _Ended, ended: _Ended
) -> str:
    """Say how two calls differ; nothing if they do not."""
    if control.kind() != ended.kind():
        raised = [each for each in (control.error, ended.error) if each is not None]
        said = "; ".join(f"{type(each).__name__}: {each}" for each in raised)
        return f"it gives {ended.kind()}, not {control.kind()} ({said})"
    compare = comparator(declared["compare"])
    effects = declared["effects"]
    inplace = effects["inplace"] if isinstance(effects, dict) else ()
    if control.error is None and not (control.answer is None and ended.answer is None):
        found = compare(arguments, control.answer, ended.answer)
        if found is not None:
            return found.text()
    mine, theirs = _named(control, arguments), _named(ended, arguments)
    for name in mine:
        found = comparator("exact")({}, mine[name], theirs[name])
        if found is not None and name in inplace:
            found = compare(arguments, mine[name], theirs[name])  # it is an answer too
        if found is not None:
            return f"it leaves argument {name} otherwise: {found.text()}"
    return ""


def _named(ended: _Ended, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a call left of its arguments, by the names that are known of them."""
    names = [name for name in arguments if name not in ended.kwargs]
    positional = {
        (names[place] if place < len(names) else f"{place + 1}"): each
        for place, each in enumerate(ended.args)
    }
    return {**positional, **ended.kwargs}


def _by_name(targets: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments by name, as the first implementation that tells its signature has it."""
    found = (_bind(target, args, kwargs) for target in targets)
    return next((each for each in found if each is not None), dict(kwargs))


def _bind(
    target: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any] | None:
    try:
        return dict(inspect.signature(target).bind_partial(*args, **kwargs).arguments)
    except (TypeError, ValueError):
        return None


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
