"""The schema of the operational state, version by version. A version that was released is never edited: add another."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from borough.errors import StateError

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Instants are microseconds since 1970, UTC: the same, exact and in order, in every database. {bytes} is its type for bytes.
VERSIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE identity (id TEXT NOT NULL PRIMARY KEY)",
        "CREATE TABLE documents (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, expires BIGINT, PRIMARY KEY (kind, key))",
        "CREATE INDEX documents_expires ON documents (expires)",
        "CREATE TABLE attempts (kind TEXT NOT NULL, name TEXT NOT NULL, tries BIGINT NOT NULL, failures BIGINT NOT NULL, last_try BIGINT NOT NULL, "
        "last_success BIGINT, last_failure BIGINT, problem TEXT, next_try BIGINT, PRIMARY KEY (kind, name))",
    ),
    (
        "CREATE TABLE inbox (sequence BIGINT NOT NULL PRIMARY KEY, topic TEXT NOT NULL, id TEXT NOT NULL, body {bytes} NOT NULL, "
        "received BIGINT NOT NULL, UNIQUE (topic, id))",
        "CREATE INDEX inbox_order ON inbox (topic, sequence)",
        "CREATE TABLE sequences (name TEXT NOT NULL PRIMARY KEY, last BIGINT NOT NULL)",
        "INSERT INTO sequences (name, last) VALUES ('inbox', 0)",
        "CREATE TABLE cursors (topic TEXT NOT NULL PRIMARY KEY, through BIGINT NOT NULL)",
        "CREATE TABLE leases (name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, until BIGINT NOT NULL)",
    ),
)
_LOCK = 0x626F726F756768  # "borough": of PostgreSQL's advisory locks, ours


def migrate(connection: Connection, where: str, versions: tuple[tuple[str, ...], ...] = VERSIONS) -> None:
    """Bring the database to the newest version, in the connection's transaction: all or nothing, one process at a time.

    Raises StateError for a database that a later Borough has made.
    """
    from sqlalchemy import text

    postgres = connection.dialect.name == "postgresql"
    if postgres:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    connection.execute(text("CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT NOT NULL PRIMARY KEY)"))
    have = connection.execute(text("SELECT coalesce(max(version), 0) FROM schema_versions")).scalar_one()
    if have > len(versions):
        raise StateError(
            f"the operational state at {where} has version {have}; this Borough knows versions up to {len(versions)}",
            advice="use the newer Borough that made it, or give state: another database",
        )
    for number, statements in enumerate(versions, 1):
        if number <= have:
            continue
        for statement in statements:
            connection.execute(text(statement.replace("{bytes}", "BYTEA" if postgres else "BLOB")))
        connection.execute(text("INSERT INTO schema_versions (version) VALUES (:version)"), {"version": number})
        if number == 1:
            connection.execute(text("INSERT INTO identity (id) VALUES (:id)"), {"id": secrets.token_hex(8)})
