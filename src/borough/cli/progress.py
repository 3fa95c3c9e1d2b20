"""A run's progress: bars with rates and time left on a terminal, plain lines otherwise, and a structured log."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import typer

from borough.cli.context import redacted


class JsonLines(logging.Formatter):
    """One JSON object a line, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, Any] = {"at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"), "level": record.levelname.lower(), "event": record.getMessage()}
        facts.update(getattr(record, "facts", {}))
        # Struck out before they are escaped: a secret with quotes in it looks different in JSON.
        struck = {name: redacted(value) if isinstance(value, str) else value for name, value in facts.items()}
        return redacted(json.dumps(struck, ensure_ascii=False, default=str))


def open_log(root: Path) -> logging.Logger:
    """The project's structured log, ``.borough/log.jsonl``: events and counts, never values of rows."""
    logger = logging.getLogger("borough")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    path = root / ".borough" / "log.jsonl"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.FileHandler(path, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()  # a full or read-only disk must not stop a read
    handler.setFormatter(JsonLines())
    logger.handlers = [handler]
    return logger


class RunProgress:
    """Tells of a run's steps on the terminal and in the log."""

    def __init__(self, logger: logging.Logger, *, quiet: bool) -> None:
        self.logger = logger
        self.quiet = quiet
        self.live = sys.stderr.isatty() and not quiet
        self._bar: Any = None
        self._task: Any = None
        self._started: dict[str, float] = {}
        self._rows = 0

    def __enter__(self) -> RunProgress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()
        if error is not None:
            self.logger.error("run failed", extra={"facts": {"error": str(error)}})
        for handler in tuple(self.logger.handlers):
            self.logger.removeHandler(handler)  # a closed file that stayed would be opened again by the next line
            with contextlib.suppress(OSError):  # its last lines don't fit on a full disk: no reason to hide what went wrong
                handler.close()

    def begin(self, steps: int) -> None:
        self.logger.info("run begins", extra={"facts": {"steps": steps}})
        if not self.live:
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), TextColumn("{task.fields[rate]}"))
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("run", total=steps, rate="")
        self._bar.start()

    def step(self, name: str, what: str) -> None:
        self._started.setdefault(name, time.perf_counter())
        self.logger.info("step begins", extra={"facts": {"step": name, "what": what}})
        if self._bar is not None:
            self._bar.update(self._task, description=f"{name}: {what}")
        elif not self.quiet:
            typer.echo(f"{name}: {what}", err=True)

    def done(self, name: str, rows: int) -> None:
        seconds = max(time.perf_counter() - self._started.pop(name, time.perf_counter()), 1e-6)
        self._rows += rows
        self.logger.info("step done", extra={"facts": {"step": name, "rows": rows, "seconds": round(seconds, 3)}})
        if self._bar is not None:
            self._bar.update(self._task, advance=1, rate=f"{rows / seconds:,.0f} rows/s" if rows else "")
        elif not self.quiet and rows:
            typer.echo(f"{name}: {rows:,} rows in {seconds:.1f} s ({rows / seconds:,.0f} rows/s)", err=True)
