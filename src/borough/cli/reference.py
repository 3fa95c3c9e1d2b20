"""The command reference, as Markdown, from the commands themselves: ``python -m borough.cli.reference > docs/reference/commands.md``."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args

_INTRODUCTION = """\
# Command reference

<!-- Generated from the commands by borough.cli.reference; a test holds this page against them. -->

- `--project DIR` (`-p`) stands before or after the command; without it, the project is the folder you are in.
- `--json` too stands before or after. Then standard output is one JSON document; timestamps are UTC.
- Answers go to standard output, progress and errors to standard error. On a terminal progress is a bar with the time left, else plain lines.
- Wherever a name is due, the shell completes it: `borough --install-completion`.
- Each run adds events and counts, never values of rows, to `.borough/log.jsonl` in the project.

| exit code | meaning |
|---|---|
| 0 | Done. |
| 1 | The declarations have mistakes; nothing was read or written. |
| 2 | The command was used wrongly: an unknown option or name, a query with mistakes, no project. |
| 3 | The run finished and is published, but a feed failed or an extract is held. |
| 4 | The lake can't be used: another writer, a damaged table, a full disk. Nothing was published. |
| 5 | Not permitted: role, purpose or classification. |
| 70 | Something that Borough did not expect. `BOROUGH_DEBUG=1` shows where. |
| 130 | Interrupted. Nothing was published. |
"""


def command_reference() -> str:
    """The whole page."""
    from typer.main import get_command

    from borough.cli.app import app

    pages = (_page(name, command) for name, command in commands(get_command(app)) if not hasattr(command, "commands"))
    return "\n".join([_INTRODUCTION, *(line for page in pages for line in page)]).rstrip() + "\n"


def commands(command: Any, name: str = "borough") -> Iterator[tuple[str, Any]]:
    """A command and all below it, groups too, with their full names, in the order of the help."""
    yield name, command
    for inner in getattr(command, "commands", {}).values():
        yield from commands(inner, f"{name} {inner.name}")


def _page(name: str, command: Any) -> Iterator[str]:
    arguments = [p for p in command.params if not p.opts[0].startswith("-")]
    options = [p for p in command.params if p.opts[0].startswith("-") and not p.hidden]
    yield f"## `{name}`\n"
    yield "```sh\n" + " ".join([name, "[OPTIONS]", *map(_place, arguments)]) + "\n```\n"
    yield _unfolded(command.help or "") + "\n"
    if arguments:
        yield "| argument | meaning |\n|---|---|"
        yield from (f"| `{_cell(_place(p))}` | {_cell(p.help)} |" for p in arguments)
        yield ""
    if options:
        yield "| option | default | meaning |\n|---|---|---|"
        yield from (f"| {_written(p)} | {_default(p)} | {_cell(p.help)} |" for p in options)
        yield ""
    if command.epilog:
        yield _unfolded(command.epilog) + "\n"


def _unfolded(text: str) -> str:
    """Paragraphs on a line each."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _kind(option: Any) -> type:
    """The Python type of an option's value; of several values, that of one."""
    kinds = [k for k in get_args(option.type_descriptor.annotation) if k is not type(None)] or [option.type_descriptor.annotation]
    return next((k for k in (*get_args(kinds[0]), kinds[0]) if isinstance(k, type)), str)


def _place(argument: Any) -> str:
    """An argument as a usage line has it."""
    written = (argument.metavar or argument.name.upper()) + ("…" if argument.multiple or argument.nargs == -1 else "")
    return written if argument.required else f"[{written}]"


def _written(option: Any) -> str:
    kind = _kind(option)
    if kind is bool:
        value = ""
    elif issubclass(kind, Enum):
        value = " " + "|".join(str(member.value) for member in kind)
    else:
        value = " " + (option.metavar or {int: "N", Path: "PATH"}.get(kind, "TEXT"))
    names = sorted(option.opts, key=len)
    return ", ".join(f"`{_cell(name + value)}`" for name in names)


def _default(option: Any) -> str:
    if option.default is None or isinstance(option.default, bool):
        return ""
    return f"`{getattr(option.default, 'value', option.default)}`"


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    print(command_reference(), end="")
