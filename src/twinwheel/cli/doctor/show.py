"""An examination as tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinwheel.cli.output import Cell, Column

if TYPE_CHECKING:
    from twinwheel.cli.output import Output

__all__ = ["show"]

FEW_TAGS = 4
STATES = {"ok": "good", "changed": "bad", "missing": "bad"}
STATUSES = {"bound": "good", "failed": "bad", "not built": "dim", "not needed": "dim"}


def show(found: dict[str, Any], output: Output) -> None:
    """Write what ``examine`` found."""
    output.line(found["line"] or f"{found['package']} {found['version']}: cannot be imported")
    if found["error"] is not None:
        _error(found["error"], output)
    _components(found["components"], output)
    _implementations(found["implementations"], output)
    _artifacts(found["implementations"], output)
    _libraries(found["libraries"], output)
    _variables(found["variables"], output)
    _interpreter(found["interpreter"], found["built_with"], output)
    output.line()
    problems = found["problems"]
    if not problems:
        output.line("no problem found", "good")
        return
    output.line(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found", "bad")
    for problem in problems:
        output.line(f"  - {problem}")


def _error(error: dict[str, str], output: Output) -> None:
    code = f"[{error['code']}]" if error["code"] else ""
    output.line(f"error{code}: {error['message']}", "bad")
    for label in ("where", "accepted", "help"):
        if error[label]:
            output.line(f"  {label + ':':9} {error[label]}")


def _title(text: str, output: Output) -> None:
    output.line()
    output.line(text, "title")


def _components(components: dict[str, Any], output: Output) -> None:
    _title("Components", output)
    rows = []
    for name, told in components.items():
        others = [each for each in told["in"] if each != told["bound_to"]]
        bound = Cell(told["bound_to"], "good") if told["bound_to"] else Cell("nothing", "bad")
        rows.append((name, bound, ", ".join(others) or "nothing else"))
    output.table([Column("component"), Column("bound to"), Column("also in")], rows)


def _implementations(implementations: dict[str, Any], output: Output) -> None:
    _title("Implementations", output)
    rows = []
    for name, told in implementations.items():
        status = told["status"]
        if told["import_error"] and status != "failed":
            status = f"{status}, broken"
        style = "bad" if told["import_error"] else STATUSES.get(told["status"], "")
        rows.append((name, Cell(status, style), told["import_error"] or told["reason"]))
    output.table([Column(name) for name in ("implementation", "status", "what, or why")], rows)


def _artifacts(implementations: dict[str, Any], output: Output) -> None:
    _title("Artifacts", output)
    if not any(told["artifacts"] for told in implementations.values()):
        output.line("none: this wheel is pure Python")
    for name, told in implementations.items():
        _files(name, told, told["cpu_in_use"], output)


def _libraries(libraries: dict[str, Any], output: Output) -> None:
    if not libraries:
        return
    _title("Libraries for other languages", output)
    for name, told in libraries.items():
        if not told["built"]:
            output.line(f"{name}: not built ({told['not_built_because']})", "dim")
        _files(name, told, "", output)


def _files(name: str, told: dict[str, Any], cpu_in_use: str, output: Output) -> None:
    tools = ", ".join(f"{tool} {version}" for tool, version in told["tools"].items())
    for artifact in told["artifacts"]:
        level = artifact["cpu"]
        if cpu_in_use and cpu_in_use != level:
            level = f"{level} ({cpu_in_use} in use)"
        output.line(f"{name}: {artifact['file'].rpartition('/')[2]}")
        lines = {
            "wheel tag": artifact["tag"],
            "CPU level": level,
            "size": f"{artifact['size']:,} bytes",
            "SHA-256": artifact["sha256"],
            "built by": tools or told["builder"],
        }
        for label, text in lines.items():
            output.line(f"  {label + ':':10} {text}")
        output.line(f"  {'on disk:':10} {artifact['state']}", STATES[artifact["state"]])


def _variables(variables: dict[str, Any], output: Output) -> None:
    _title("Variables", output)
    rows = []
    for name, told in variables.items():
        unset = told["value"] is None
        value = Cell("not set", "dim") if unset else Cell(told["value"] or "(empty)")
        style = "bad" if told["meaning"].startswith(("wrong", "not read")) else ""
        rows.append((name, value, Cell(told["meaning"], "dim" if unset else style)))
    output.table([Column("variable"), Column("value"), Column("meaning")], rows)


def _interpreter(interpreter: dict[str, Any], built_with: dict[str, str], output: Output) -> None:
    _title("This interpreter", output)
    built = ", ".join(f"{tool} {version}" for tool, version in built_with.items())
    tags = interpreter["tags"]
    if tags is None:
        accepted = f"not known; {interpreter['tags_help']}"
    else:
        accepted = f"{', '.join(tags[:FEW_TAGS])}, ... ({len(tags)} in all; --json has each)"
    lines = {
        "Python": f"{interpreter['implementation']} {interpreter['python']}",
        "executable": interpreter["executable"],
        "platform": interpreter["platform"],
        "twinwheel": interpreter["twinwheel"],
        "wheel was built with": built or "not known",
        "accepts wheels tagged": accepted,
    }
    for label, text in lines.items():
        output.line(f"{label + ':':22} {text}")
