"""The same tables in the schemas of a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import polars as pl

from borough.demo.files.sqlite import quoted, replacing

MARK = "Made by borough demo"
"""The comment on a schema of ours: no other is touched."""


class Server:
    """All tables of a delivery in one transaction. ``anew``: our schemas of before are taken away as they are come to."""

    def __init__(self, url: str, *, anew: bool = False) -> None:
        """Raises ValueError for a URL that names no server, ConnectionError where it can't be reached."""
        import pg8000.dbapi  # type: ignore[import-untyped]  # it has no annotations

        where = login(url)
        try:
            self._connection: Any = pg8000.dbapi.connect(**where)
        except (pg8000.dbapi.Error, OSError) as error:
            said = error.args[0] if error.args else error
            raise ConnectionError(f"PostgreSQL refused: {said.get('M', said) if isinstance(said, dict) else said}") from error
        self._anew = anew
        self._schemas: set[str] = set()
        self._made: set[tuple[str, str]] = set()
        self.rows: dict[str, int] = {}

    def add(self, schema: str, table: str, frame: pl.DataFrame, key: Sequence[str]) -> None:
        """Insert rows, or replace those of the same key."""
        cursor = self._connection.cursor()
        whole = f"{quoted(schema)}.{quoted(table)}"
        if (schema, table) not in self._made:
            self._create(cursor, schema, whole, frame, key)
            self._made.add((schema, table))
        rows = frame.unique(subset=list(key), keep="last", maintain_order=True)
        into = BytesIO()
        rows.write_csv(into, include_header=False)
        into.seek(0)
        names = ", ".join(map(quoted, rows.columns))
        cursor.execute(f"CREATE TEMPORARY TABLE arriving ON COMMIT DROP AS SELECT {names} FROM {whole} WITH NO DATA")
        cursor.execute(f"COPY arriving ({names}) FROM STDIN WITH (FORMAT csv)", stream=into)
        cursor.execute(f"INSERT INTO {whole} ({names}) SELECT {names} FROM arriving{replacing(rows.columns, key)}")
        cursor.execute("DROP TABLE arriving")
        name = f"{schema}.{table}"
        self.rows[name] = self.rows.get(name, 0) + rows.height

    def _create(self, cursor: Any, schema: str, whole: str, frame: pl.DataFrame, key: Sequence[str]) -> None:
        columns = ", ".join(f"{quoted(name)} {_type(kind)}" for name, kind in frame.schema.items())
        if schema not in self._schemas:
            self._open(cursor, schema)
            self._schemas.add(schema)
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {whole} ({columns}, PRIMARY KEY ({', '.join(map(quoted, key))}))")

    def _open(self, cursor: Any, schema: str) -> None:
        cursor.execute("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", (schema,))
        found = cursor.fetchone()
        if found and found[0] != MARK:
            raise ValueError(f"the server has a schema {schema} that borough demo did not make; expected a database of the demo's own")
        if found and self._anew:
            cursor.execute(f"DROP SCHEMA {quoted(schema)} CASCADE")
        if not found or self._anew:
            cursor.execute(f"CREATE SCHEMA {quoted(schema)}")
            cursor.execute(f"COMMENT ON SCHEMA {quoted(schema)} IS '{MARK}'")

    def publish(self) -> None:
        """Make all of it visible at once."""
        self._connection.commit()
        self._connection.close()

    def drop(self) -> None:
        """Leave nothing of it."""
        self._connection.rollback()
        self._connection.close()


def login(url: str) -> dict[str, Any]:
    """What pg8000 needs to know, of a URL as libpq has it; a folder as its ``host=`` is where the server's socket is."""
    parts = urlsplit(url)
    host = parts.hostname or dict(parse_qsl(parts.query)).get("host")
    if not parts.scheme.startswith("postgres") or not host:
        raise ValueError(f"{parts.scheme}: expected postgresql://user:password@host:port/database")
    try:
        port = parts.port or 5432
    except ValueError:  # what it says may quote a part of the password
        raise ValueError("the server's port is no number; expected postgresql://user:password@host:port/database, with / and @ of a password as %2F and %40") from None
    where = {"unix_sock": f"{host}/.s.PGSQL.{port}"} if host.startswith("/") else {"host": host, "port": port}
    password = unquote(parts.password) if parts.password else None
    return {"user": unquote(parts.username or "postgres"), "password": password, "database": unquote(parts.path.lstrip("/")) or "postgres", **where}


def _type(kind: pl.DataType) -> str:
    if kind.is_integer():
        return "bigint"
    if kind.is_numeric():
        return "numeric"
    if kind == pl.Boolean:
        return "boolean"
    return "date" if kind == pl.Date else "timestamp" if kind == pl.Datetime else "text"
