"""Little councils for the tests of the commands: written as text, run through the one door that people use."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
NOW = "2026-11-01T09:00:00Z"


@dataclass(frozen=True)
class Done:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@contextlib.contextmanager
def environment(**values: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def borough(*words: str | Path, **values: str) -> Done:
    """Run ``borough`` with these words in this process, as its entry point does, and catch what it prints."""
    from borough.cli import main

    out, err = io.StringIO(), io.StringIO()
    argv, sys.argv = sys.argv, ["borough", *map(str, words)]
    code: Any = 0
    try:
        with environment(NO_COLOR="1", COLUMNS="200", **values), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main()
            except SystemExit as end:
                code = end.code
    finally:
        sys.argv = argv
    return Done(int(code or 0), out.getvalue(), err.getvalue())


def process(*words: str | Path, stdin: str | None = None, **values: str) -> Done:
    """Run ``borough`` in a process of its own."""
    env = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", "LC_ALL": "C.UTF-8", **values}
    done = subprocess.run([str(BIN / "borough"), *map(str, words)], input=stdin, env=env, capture_output=True, text=True, timeout=280)
    return Done(done.returncode, done.stdout, done.stderr)


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write a project's files."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8", newline="")
    return root


def rows(project: Path, sql: str, *more: str) -> list[dict[str, Any]]:
    """The answer to a query, as JSON has it."""
    done = borough("query", sql, "--project", project, "--format", "json", *more)
    assert done.code == 0, done.err
    answer: list[dict[str, Any]] = done.json
    return answer
