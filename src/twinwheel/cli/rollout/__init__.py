"""``twinwheel rollout show|check|resume|schema``: the operator's view of armed packages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.errors import RolloutError

if TYPE_CHECKING:
    import argparse

    from twinwheel.cli.output import Output

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    show = actions.add_parser("show", help="tell what the processes of this machine counted")
    show.add_argument("package", metavar="PACKAGE", nargs="?", default="", help="only this one")
    show.add_argument("--json", action="store_true", help="write JSON instead of tables")
    check = actions.add_parser("check", help="tell whether a policy file would be taken")
    check.add_argument("package", metavar="PACKAGE", help="full name of the package it is for")
    check.add_argument("policy", metavar="FILE", type=Path, help="the policy file")
    resume = actions.add_parser("resume", help="close a breaker, or end a quarantine")
    resume.add_argument("package", metavar="PACKAGE", help="full name of the package")
    resume.add_argument("component", metavar="COMPONENT", help="one of its components")
    actions.add_parser("schema", help="print the JSON Schema of a policy file")


def run(arguments: argparse.Namespace, output: Output) -> int:
    """Do one of the actions."""
    if arguments.action == "schema":
        from twinwheel.rollout.schema import schema

        output.line(json.dumps(schema(), indent=2))
        return 0
    if arguments.action == "check":
        return _check(arguments.package, arguments.policy, output)
    if arguments.action == "resume":
        return _resume(arguments.package, arguments.component, output)
    return _show(arguments.package, output, as_json=arguments.json)


def _show(package: str, output: Output, *, as_json: bool) -> int:
    from twinwheel.cli.rollout.show import as_data, show
    from twinwheel.rollout.inspecting import find_pages
    from twinwheel.rollout.state import read_state

    pages, refused = find_pages(package)
    states = [read_state(page) for page in pages]
    if as_json:
        output.json(as_data(states, refused))
    else:
        for state in states:
            show(state, output)
        for error in refused:
            output.error(error)
    if package and not states and not refused:
        raise _no_page(package)
    if not as_json and not states and not refused:
        output.line("no package is armed on this machine by this user")
    return 1 if refused else 0


def _check(package: str, path: Path, output: Output) -> int:
    from twinwheel.cli.doctor.installed import find
    from twinwheel.cli.policies import check_policy

    check_policy(package, find(package).manifest, path)
    output.line(f"{path}: a policy for {package}", "good")
    return 0


def _resume(package: str, component: str, output: Output) -> int:
    from twinwheel.rollout.inspecting import find_pages
    from twinwheel.rollout.resuming import resume_by_name

    pages, refused = find_pages(package)
    if refused:
        raise refused[0]
    if not pages:
        raise _no_page(package)
    for was in resume_by_name(pages, package, component):
        output.line(f"{package}.{component}: the breaker was {was}, and is closed")
    return 0


def _no_page(package: str) -> RolloutError:
    return RolloutError(
        f"there is no page of {package}",
        code="TW616",
        where="the folder twinwheel in XDG_RUNTIME_DIR, or in the temporary folder",
        accepted="a package that this user's processes armed on this machine",
        help="start one of them with the package's variable naming a policy",
    )
