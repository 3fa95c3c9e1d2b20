"""``borough init``: a small project that runs, as a start for a council's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from borough.errors import UsageError
from borough.project.schema import write_schemas

SCHEMAS = ".borough/schema"
_HIDDEN = "dot-"  # .gitignore and .vscode are kept under plain names, so that they don't act where they are kept


def init(directory: Path, name: str | None = None) -> list[Path]:
    """Make a project in a new or empty folder; the files written, sorted.

    ``name`` is the council's name (default: the folder's). Raises UsageError where the folder holds something or can't be written.
    """
    directory = Path(directory)
    _refuse(directory)
    council = (name or "").strip() or _named_after(directory)
    try:
        written = [_write(directory / path, _filled(text, council)) for path, text in _template()]
        return sorted([*written, *write_schemas(directory / SCHEMAS)])
    except OSError as error:
        raise UsageError(f"{directory} can't be written: {error.strerror}", advice="Choose a folder in which you may write.") from error


def _refuse(directory: Path) -> None:
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is a file", advice="Name a folder that does not exist yet: borough init DIR.")
    if directory.is_dir():
        held = sorted(path.name for path in directory.iterdir())
        if held:
            more = f" and {len(held) - 1} more" if len(held) > 1 else ""
            raise UsageError(f"{directory} is not empty: it holds {held[0]}{more}", advice="Name a new or empty folder: borough init DIR.")


def _named_after(directory: Path) -> str:
    return directory.resolve().name.replace("-", " ").replace("_", " ").strip().title() or "Our Borough"


def _template() -> Iterator[tuple[str, str]]:
    yield from sorted(_walk(files("borough.project") / "template", PurePosixPath()))


def _walk(folder: Traversable, at: PurePosixPath) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        plain = entry.name
        path = at / (f".{plain.removeprefix(_HIDDEN)}" if plain.startswith(_HIDDEN) else plain)
        if entry.is_dir():
            yield from _walk(entry, path)
        else:
            yield str(path), entry.read_text(encoding="utf-8")


def _filled(text: str, council: str) -> str:
    quoted = json.dumps(council.replace("$", "$$"), ensure_ascii=False)  # a JSON text is a YAML text
    return text.replace("{{ borough }}", quoted).replace("{{ name }}", council)


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
