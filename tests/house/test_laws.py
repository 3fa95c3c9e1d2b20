"""The laws of the house that no linter knows. import-linter has the others (pyproject.toml)."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "borough"
MODULES = sorted(SOURCE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PORTS = ("Engine", "Connector", "Delivery", "State")

# The clock is asked where a run begins; all else is told the time. The exceptions measure the real world, not the run:
CLOCKS = {
    "lake/lease.py": "until when the lease holds",
    "lake/maintenance.py": "how old a file is, to spare readers at work now",
    "governance/audit.py": "when somebody really looked",
    "ingest/places/settling.py": "how young a file is, so that one that somebody is writing now is not taken",
}
ASKS_THE_TIME = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime"}
CLOCK_MODULES = {"datetime", "date", "time", "dt"}


def _name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_file_is_one_thing(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 400, f"{_name(path)} has {lines} lines: is it still one thing?"


def test_no_room_is_a_cupboard() -> None:
    cupboards = {"utils", "util", "common", "core", "helpers", "helper", "misc", "shared"}
    found = [_name(p) for p in MODULES if cupboards & {part.removesuffix(".py") for part in p.relative_to(SOURCE).parts}]
    assert found == [], "name a module for what it does"


def _ports() -> Iterator[tuple[Path, ast.ClassDef]]:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base).split(".")[-1] == "Protocol" for base in node.bases):
                yield path, node


def test_a_port_can_be_read_at_a_glance() -> None:
    ports = list(_ports())
    assert "Engine" in {node.name for _, node in ports}
    for path, node in ports:
        assert (node.end_lineno or 0) - node.lineno < 60, f"{_name(path)}: {node.name} is longer than 60 lines"
        for method in (m for m in node.body if node.name in PORTS and isinstance(m, ast.FunctionDef)):
            assert ast.get_docstring(method), f"{_name(path)}: {node.name}.{method.name} lacks its sentence"


def _calls_of_the_clock(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS_THE_TIME:
            owner = ast.unparse(node.func.value).split(".")[-1]
            if owner in CLOCK_MODULES:
                yield node


@pytest.mark.parametrize("path", [p for p in MODULES if _name(p) not in CLOCKS and not re.match(r"cli(/|\.py$)", _name(p))], ids=_name)
def test_no_other_code_asks_the_time(path: Path) -> None:
    found = [f"{_name(path)}:{call.lineno}" for call in _calls_of_the_clock(ast.parse(path.read_text(encoding="utf-8")))]
    assert found == [], "one clock per run: take the time as an argument"


def test_the_demo_shares_no_code_with_the_rest() -> None:
    for path in (p for p in MODULES if _name(p).startswith("demo/")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names] if isinstance(node, ast.Import) else []
            strangers = [n for n in names if n.split(".")[0] == "borough" and not n.startswith("borough.demo")]
            assert strangers == [], f"{_name(path)}:{getattr(node, 'lineno', 0)}"


# Code, reason: "noqa: S608  # names are quoted above" or "noqa: S608 - names are quoted above".
SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:\s*no cover)(?P<rest>.*)")
REASONED = re.compile(r"^(:\s*[A-Z0-9, ]+|\[[a-z0-9, -]+\])?\s*(#|-|–|—)\s*\S+")


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_what_is_silenced_has_its_reason(path: Path) -> None:
    with path.open("rb") as file:
        comments = [t for t in tokenize.tokenize(file.readline) if t.type == tokenize.COMMENT]
    for comment in comments:
        found = SILENCED.search(comment.string)
        if found:
            assert REASONED.match(found["rest"]), f"{path.name}:{comment.start[0]}: {comment.string} – say why"


TEXTS = [p for p in ROOT.glob("*") if p.is_file()] + [
    p for folder in ("src", "tests", "docs", "requirements", "examples", "bench", ".ci") for p in (ROOT / folder).rglob("*") if p.is_file()
]


def test_no_package_host_is_named() -> None:
    """Locks name packages and hashes; where they come from is each machine's own business."""
    hosts = re.compile("py" + r"pi\.org|python" + "hosted|registry" + r"\.npm|" + "index-" + "url = ")
    suffixes = {".toml", ".txt", ".lock", ".json", ".yaml", ".yml", ".cfg", ".ini", ".md", ".sh", ""}
    named = [
        str(p.relative_to(ROOT))
        for p in TEXTS
        if p.suffix in suffixes and p.stat().st_size < 3_000_000 and hosts.search(p.read_text(encoding="utf-8", errors="replace"))
    ]
    assert named == []


def test_every_locked_package_has_its_hashes() -> None:
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    assert {lock.name for lock in locks} >= {"build.txt", "runtime.txt", "test.txt"}
    for lock in locks:
        for entry in re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip()):
            assert "==" in entry.splitlines()[0], f"{lock.name}: {entry.splitlines()[0]} is not one version"
            assert "--hash=sha256:" in entry, f"{lock.name}: {entry.splitlines()[0]} has no hash"


def test_the_locks_hold_what_the_project_asks_for() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {"runtime": project["project"]["dependencies"], "build": project["dependency-groups"]["build"]}
    asked["test"] = [*asked["runtime"], *project["dependency-groups"]["dev"], *project["project"]["optional-dependencies"]["spark"]]
    for name, requirements in asked.items():
        lock = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        held = {match.lower().replace("_", "-") for match in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}
        wanted = {re.split(r"[\[<>=!~ ;]", r)[0].lower().replace("_", "-") for r in requirements}
        assert wanted <= held, f"make lock: requirements/{name}.txt lacks {sorted(wanted - held)}"
