"""The databases that Borough reads, each by what differs: its catalogue, its types as text, its statements."""

from __future__ import annotations

from borough.ingest.databases.dialects.port import Dialect

DEFAULT_PORTS = {"postgres": 5432, "mysql": 3306, "tsql": 1433, "oracle": 1521}


def dialect_of(name: str) -> Dialect:
    """The dialect of a database by sqlglot's name for it: ``postgres``, ``mysql``, ``sqlite``, ``tsql`` or ``oracle``."""
    if name == "postgres":
        from borough.ingest.databases.dialects.postgres import Postgres

        return Postgres()
    if name == "mysql":
        from borough.ingest.databases.dialects.mysql import MySQL

        return MySQL()
    if name == "sqlite":
        from borough.ingest.databases.dialects.sqlite import SQLite

        return SQLite()
    if name == "tsql":
        from borough.ingest.databases.dialects.mssql import SQLServer

        return SQLServer()
    from borough.ingest.databases.dialects.oracle import Oracle

    return Oracle()
