"""A conversation with a database, held by a process of its own."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
from types import TracebackType
from typing import Any

from borough.errors import FeedError
from borough.ingest.databases.dialects.port import Answer
from borough.ingest.databases.url import Address

LARGE = 200_000  # rows: a process that read so many gives its memory back
KNOCK = 10  # seconds for a machine to answer at all
_MESSAGE = re.compile(r'message: "((?:[^"\\]|\\.)*)"')
_NOT_TEXT = re.compile(r"FromSqlConversionFailure\((\d+), Text, Utf8Error")
_WRAPPED = (
    re.compile(r"MySqlError \{ (.*?) \}+\)*$", re.DOTALL),
    re.compile(r"(?:db error: )?(?:ERROR|FATAL): (.*)", re.DOTALL),
    re.compile(r"timed out waiting for connection: (.*)", re.DOTALL),
    re.compile(r"SqliteFailure\(.*Some\(\"(.*?)\"\)", re.DOTALL),
)
# What no waiting mends. The rest of what goes wrong with a connection may pass.
_LASTING = re.compile(
    r"password|authenti|access denied|login failed|does(n't| not) exist|unknown (database|table|column)|no such|permission|denied|privilege|syntax|"
    r"not a database|invalid|ORA-0(0942|1017|0904|1031)|certificate|not implemented|statement timeout|max_statement_time|division|not UTF-8",
    re.IGNORECASE,
)
_PASSING = re.compile(
    r"connect|refused|\breset\b|timed? ?out|unreachable|failed to lookup|\bresolv|name or service|bytes remaining|broken pipe|end of file|\beof\b|\bclosed\b|gone away|"
    r"\bterminat|starting up|shutting down|shutdown|too many (clients|connections)|recovery|deadlock|\block(ed)?\b|\bbusy\b|"
    r"ORA-(03113|03114|03135|12541|12170|12514|01555)|the process that reads|\bos error",
    re.IGNORECASE,
)
_NAMES = re.compile(r"""(["'`]).*?\1""")  # of tables and columns, which may be any word


class SourceError(Exception):
    """What a database or the way to it answered instead of rows."""

    @property
    def passing(self) -> bool:
        """May it be different in a moment?"""
        text = _NAMES.sub("", str(self))
        return not _LASTING.search(text) and bool(_PASSING.search(text))


class Worker:
    """The process, and what the driver in it complains of."""

    def __init__(self) -> None:
        environment = {**os.environ, "RUST_LOG": "error", "RUST_BACKTRACE": "0"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "borough.ingest.databases.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, encoding="utf-8", errors="replace", env=environment,
        )  # fmt: skip
        self._complaint: str | None = None
        self.read = 0  # rows, since it began
        threading.Thread(target=self._hear, daemon=True).start()

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """What it answers. Raises SourceError where it ended."""
        process = self._process
        assert process.stdin is not None, "it is a pipe"
        assert process.stdout is not None, "it is a pipe"
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except (BrokenPipeError, ValueError):
            line = ""
        if not line:
            raise SourceError(self._complaint or "the process that reads the database ended; memory may be short")
        answer: dict[str, Any] = json.loads(line)
        self.read += answer["rows"] if isinstance(answer.get("rows"), int) else 0
        return answer

    def end(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _hear(self) -> None:
        """What the driver complains of while it connects. It would go on for half a minute with a wrong password."""
        assert self._process.stderr is not None, "it is a pipe"
        with self._process.stderr as lines:
            for line in lines:
                _, complains, said = line.partition("ERROR r2d2] ")
                if complains and self._complaint is None:
                    self._complaint = said.strip()
                    self._process.kill()


_idle: list[Worker] = []
"""Processes that wait for the next conversation: to start one takes half a second."""


@atexit.register
def _end_idle() -> None:
    while _idle:
        _idle.pop().end()


class Session:
    """Asks one database. To be used as a context. It is connected for each statement anew."""

    def __init__(self, address: Address, before: tuple[str, ...]) -> None:
        self._address, self._before = address, before
        self._worker: Worker | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        if error is None and worker.read < LARGE and not _idle:
            _idle.append(worker)
        else:
            worker.end()

    def ask(self, sql: str) -> Answer:
        """A small result. Raises SourceError."""
        said = self._send(sql, None)
        return Answer(tuple(said["names"]), tuple(said["types"]), tuple(tuple(row) for row in said["rows"]))

    def read(self, sql: str, to: str) -> int:
        """Write a result to a Parquet file, however large it is. Returns the rows that came, a header row included. Raises SourceError."""
        return int(self._send(sql, to)["rows"])

    def _send(self, sql: str, to: str | None) -> dict[str, Any]:
        if self._worker is None:
            _installed()
            self._knock()
            waiting = _idle.pop() if _idle else None
            self._worker = waiting if waiting is not None and waiting.lives else Worker()
        try:
            answer = self._worker.answer({"url": self._address.url, "sql": sql, "before": list(self._before), "to": to})
        except SourceError as error:
            self._worker.end()
            self._worker = None
            raise SourceError(self._plain(str(error))) from None
        if "error" in answer:
            raise SourceError(self._plain(answer["error"]))
        return answer

    def _knock(self) -> None:
        """Is there anything at the host and port? The driver would wait half a minute for it."""
        host, port, file = self._address.host, self._address.port, self._address.file
        if file is not None and not file.is_file():
            raise SourceError(f"no such file: {file}")
        if host is None or "," in host:
            return
        try:
            socket.create_connection((host, port), KNOCK).close()
        except OSError as error:
            raise SourceError(f"can't connect: {error.strerror or error}") from error

    def _plain(self, text: str) -> str:
        """A driver's complaint in one line, without what belongs to the driver, the password, and values of rows."""
        if broken := _NOT_TEXT.search(text):
            return f"column {int(broken[1]) + 1} has a text that is not UTF-8"
        found = _MESSAGE.search(text)
        text = found[1].replace('\\"', '"') if found else text
        for pattern in _WRAPPED:
            if match := pattern.search(text):
                text = match[1]
        text = re.sub(r" in SELECT .* at offset \d+", "", text, flags=re.DOTALL)
        text = re.sub(r'(invalid (?:input syntax|byte sequence)[^:]*|out of range[^:]*|could not convert[^:]*): .*', r"\1", text, flags=re.DOTALL)
        return self._address.scrubbed(" ".join(text.split()))[:400]


def _installed() -> None:
    import importlib.util

    if importlib.util.find_spec("connectorx") is None or importlib.util.find_spec("pyarrow") is None:
        raise FeedError("databases are read through connectorx and pyarrow, which are not installed", advice="pip install connectorx pyarrow")
