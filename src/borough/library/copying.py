"""Copying sources of the library into a project."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from borough.errors import UsageError
from borough.library import shelf

State = Literal["new", "same", "differs"]


@dataclass(frozen=True)
class Copied:
    """A file of the copy: where it goes (relative to the project), its text, and what is there already."""

    path: Path
    text: str
    state: State
    differs: str = ""


@dataclass(frozen=True)
class Copy:
    """What a copy consists of. ``lacking``: sources that fill datasets which come along, and which the project has not; ``borough``: the new text of borough.yaml, where purposes are missing."""

    sources: tuple[str, ...]
    files: tuple[Copied, ...]
    purposes: tuple[str, ...]
    lacking: tuple[str, ...]
    borough: str | None


def prepare(root: Path, names: Iterable[str]) -> Copy:
    """What copying these sources into the project at ``root`` would do. Raises UsageError where it is no project."""
    names, text = tuple(names), _borough_of(root)
    datasets = tuple(dict.fromkeys(d for name in names for d in shelf.datasets_for(name)))
    files = [*(_copied(root, "sources", n) for n in names), *(_copied(root, "datasets", d) for d in datasets)]
    missing = _missing(text, shelf.purposes_of(names, datasets))
    there = {path.stem for path in (root / "sources").glob("*.yaml")} | set(names)
    filled = {d for name in there & set(shelf.sources()) for d in shelf.sources()[name].fills}
    lacking = tuple(n for n, ready in shelf.sources().items() if n not in there and set(ready.fills) & (set(datasets) - filled))
    return Copy(names, tuple(files), missing, lacking, _with_purposes(text, missing) if missing else None)


def _borough_of(root: Path) -> str:
    """The text of a project's borough.yaml. Raises UsageError where it is no project."""
    home = root / "borough.yaml"
    if not home.is_file():
        raise UsageError(f"{root} is no project: it has no borough.yaml", advice="borough init my-council makes one; then add --project my-council")
    return home.read_text(encoding="utf-8")


def prepare_models(root: Path, names: Iterable[str]) -> Copy:
    """What copying these models, and attributes that they read, into the project at ``root`` would do. Raises UsageError where it is no project."""
    names, text = tuple(names), _borough_of(root)
    groups = [g for g in shelf.dna_of_models(names) if not (root / "dna" / f"{g}.yaml").exists()]  # those that are there are the council's
    missing = _missing(text, tuple(dict.fromkeys((*shelf.purposes_of_models(names), *shelf.purposes_of_dna(groups)))))
    return Copy(names, (*(_copied(root, "models", n) for n in names), *(_copied(root, "dna", g) for g in groups)), missing, (), _with_purposes(text, missing) if missing else None)


def prepare_dna(root: Path, names: Iterable[str]) -> Copy:
    """What copying these groups of attributes, and those that they read, into the project at ``root`` would do. Raises UsageError where it is no project."""
    names = shelf.dna_with(names)
    text = _borough_of(root)
    missing = _missing(text, shelf.purposes_of_dna(names))
    return Copy(names, tuple(_copied(root, "dna", n) for n in names), missing, (), _with_purposes(text, missing) if missing else None)


def write(root: Path, copy: Copy, *, force: bool) -> list[Path]:
    """Write the copy; the paths written. Raises UsageError where a file of the project differs and ``force`` is not given: nothing is written then."""
    differing = [file for file in copy.files if file.state == "differs"]
    own = [file for file in differing if file.path.parts[0] in ("sources", "dna", "models")]
    fills = {d for name in copy.sources if name in shelf.sources() for d in shelf.sources()[name].fills}
    if own and not force:
        file = own[0]
        more = f" (and {len(own) - 1} more)" if len(own) > 1 else ""
        raise UsageError(f"{file.path} is there and differs{more}:\n{file.differs}", advice="keep yours, or replace it with --force; --print shows the library's")
    written = []
    for file in copy.files:
        # A dataset that a council has made its own is not replaced because another source needs it.
        ours = file.path.parts[0] in ("sources", "dna", "models") or file.path.stem in fills
        if file.state == "new" or (file.state == "differs" and force and ours):
            (root / file.path).parent.mkdir(parents=True, exist_ok=True)
            (root / file.path).write_text(file.text, encoding="utf-8", newline="\n")
            written.append(file.path)
    if copy.borough is not None:
        (root / "borough.yaml").write_text(copy.borough, encoding="utf-8", newline="\n")
        written.append(Path("borough.yaml"))
    return written


def _copied(root: Path, kind: shelf.Kind, name: str) -> Copied:
    path = Path(kind) / f"{name}.yaml"
    theirs = shelf.text(kind, name)
    if not (root / path).exists():
        return Copied(path, theirs, "new")
    ours = (root / path).read_text(encoding="utf-8")
    if ours == theirs:
        return Copied(path, theirs, "same")
    lines = list(difflib.unified_diff(ours.splitlines(), theirs.splitlines(), "yours", "the library's", lineterm="", n=0))
    shown = lines[:12] + ([f"… {len(lines) - 12} more lines"] if len(lines) > 12 else [])
    return Copied(path, theirs, "differs", "\n".join(f"  {line}" for line in shown))


def _missing(borough: str, wanted: Iterable[str]) -> tuple[str, ...]:
    try:
        document = yaml.load(borough, Loader=yaml.CSafeLoader) or {}
    except yaml.YAMLError as error:
        raise UsageError("borough.yaml can't be read", advice="borough check says where") from error
    if not isinstance(document, dict) or not isinstance(document.get("purposes") or {}, dict):
        raise UsageError("borough.yaml is no mapping of names, or its `purposes` are none", advice="borough check says where")
    return tuple(p for p in wanted if p not in (document.get("purposes") or {}))


def _with_purposes(borough: str, missing: Sequence[str]) -> str:
    """The text of borough.yaml with more purposes, below those that are there. Comments and order stay."""
    blocks = "".join(_indented(shelf.purposes()[name]) for name in missing)
    node = yaml.compose(borough, Loader=yaml.CSafeLoader)
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    lines = borough.splitlines(keepends=True)
    for key, value in pairs:
        if key.value != "purposes":
            continue
        if not isinstance(value, yaml.MappingNode) or value.flow_style or not value.value:
            raise UsageError("`purposes:` in borough.yaml is not a block of names, one a line", advice="write each purpose on lines of its own; then run this again")
        last = value.value[-1][1].end_mark
        at = last.line if last.column == 0 else last.line + 1
        while at > 0 and (not lines[at - 1].strip() or lines[at - 1].lstrip().startswith("#")) and at > value.start_mark.line:
            at -= 1  # blank lines and comments belong to what follows
        return "".join([*lines[:at], *([] if lines[at - 1].endswith("\n") else ["\n"]), blocks, *lines[at:]])
    # A project without purposes goes by one that is now to be declared as well.
    named = next((value.value for key, value in pairs if key.value == "purpose"), None)
    goes_by = named or "data_engineering"
    own = "" if goes_by in missing else f"  {goes_by}:\n    title: Keeping the lake in order\n    permits: [public, internal, personal]\n"
    end = "" if borough.endswith("\n") or not borough else "\n"
    return f"{borough}{end}\n" + ("" if named else "purpose: data_engineering\n") + f"purposes:\n{own}{blocks}"


def _indented(block: str) -> str:
    return "".join(f"  {line}\n" for line in block.splitlines())
