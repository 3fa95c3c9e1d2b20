"""The documents tell the truth: what they show runs, what they declare is valid, what they name exists."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from borough.project.specs import BoroughSpec, DatasetSpec, SourceSpec

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
BIN = Path(sys.executable).parent

STEP = re.compile(r"(?:Save as `(?P<file>[^`]+)`:\n\n)?```(?P<kind>[a-z]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
EDIT = re.compile(r"In `(?P<file>[^`]+)`, put\n\n```yaml\n(?P<new>.*?)^```\n\nin place of\n\n```yaml\n(?P<old>.*?)^```$", re.MULTILINE | re.DOTALL)
# A finished run whose extracts are broken on purpose ends with 3 (docs/tutorial.md says so).
PERMITTED = {"run": (0, 3)}


def _page(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with what is shown below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def _matches(shown: str, printed: str) -> bool:
    """Whether what was printed is what is shown; ``...`` stands for anything, as in doctest."""
    tidy = [re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE).strip() for text in (shown, printed)]
    pieces = [re.escape(piece) for piece in tidy[0].split("...")]
    return re.fullmatch(".*".join(pieces), tidy[1], re.DOTALL) is not None


class Shell:
    """Runs the commands of one page, one after another, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("BOROUGH_", "PYTEST_"))},
            "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
            "NO_COLOR": "1",
            "COLUMNS": "200",
            "LC_ALL": "C.UTF-8",
        }

    def save(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name} has {text.count(old)} times:\n{old}"
        self.save(name, text.replace(old, new))

    def run(self, command: str, shown: str) -> None:
        words = shlex.split(command)
        if words[0] == "cd":
            self.folder = self.folder / words[1]
            return
        done = subprocess.run(words, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=240)
        permitted = PERMITTED.get(words[1] if words[0] == "borough" else "", (0,))
        assert done.returncode in permitted, f"$ {command}\nexit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert _matches(shown, done.stdout), f"$ {command}\nshown:\n{shown}\nprinted:\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("name", ["README.md", pytest.param("docs/tutorial.md", marks=pytest.mark.slow)])
def test_what_a_page_shows_is_what_happens(name: str, tmp_path: Path) -> None:
    shell, ran = Shell(tmp_path), 0
    text = (ROOT / name).read_text(encoding="utf-8")
    edits = {edit.start("new"): edit for edit in EDIT.finditer(text)}
    for step in STEP.finditer(text):
        if edit := edits.get(step.start("text")):
            shell.edit(edit["file"], edit["old"], edit["new"])
        elif step["file"]:
            shell.save(step["file"], step["text"])
        elif step["kind"] == "console":
            for command, shown in _commands(step["text"]):
                shell.run(command, shown)
                ran += 1
    assert ran > 2


def test_wildcards_match_as_a_reader_would_think() -> None:
    assert _matches("a\n...\nz\n", "a\nb\nc\nz\n")
    assert _matches("...\n", "")
    assert not _matches("a\nb\n", "a\nc\n")


@pytest.mark.parametrize("path", PAGES, ids=_page)
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith(("http://", "https://", "mailto:", "#")):
            assert (path.parent / target.split("#")[0]).exists(), f"{_page(path)} → {target}"


def test_every_page_can_be_found_from_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {p.relative_to(ROOT / "docs").as_posix() for p in (ROOT / "docs").rglob("*.md")} - {"index.md"}
    assert pages - set(re.findall(r"\]\(([^)#]+)\)", index)) == set()


class _Text(yaml.SafeLoader):
    """As the project's loader reads: ``true:``, ``on:`` and dates are the text that was written."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  # PyYAML's own way to say it


@pytest.mark.parametrize("path", PAGES, ids=_page)
def test_declarations_in_the_documents_are_valid(path: Path) -> None:
    kinds = {"borough": BoroughSpec, "source": SourceSpec, "dataset": DatasetSpec}
    for step in STEP.finditer(path.read_text(encoding="utf-8")):
        if step["kind"] == "yaml":
            declared = yaml.load(step["text"], _Text)
            spec = kinds.get(next(iter(declared)))
            if spec is not None:
                spec.model_validate(declared)


def test_the_documents_name_commands_that_exist() -> None:
    named = set()
    for path in PAGES:
        named |= set(re.findall(r"(?:^|`|\$ |&& )borough ([a-z]+)\b", path.read_text(encoding="utf-8"), re.MULTILINE))
    assert {"run", "check", "query"} <= named
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200"}
    listed = subprocess.run([str(BIN / "borough"), "--help"], capture_output=True, text=True, check=True, env=environment).stdout
    assert {name for name in named if not re.search(rf"\b{name}\b", listed)} == set()
