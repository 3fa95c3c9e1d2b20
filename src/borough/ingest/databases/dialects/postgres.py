"""PostgreSQL, and what speaks its protocol."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from borough.ingest.databases.dialects.port import Ask, SourceColumn, not_rising
from borough.ingest.databases.dialects.statements import derived, headed, literal, moment, number

_TIMES = {"timestamp without time zone", "timestamp with time zone", "date"}
_NUMBERS = {"smallint", "integer", "bigint", "numeric", "oid"}
# Indexes, sequences and the rest of pg_class hold no rows to read.
_RELATIONS = "c.relkind IN ('r', 'p', 'v', 'm', 'f')"


class Postgres:
    """See ``Dialect``."""

    name = "postgres"
    header = True
    before: tuple[str, ...] = (
        "SET default_transaction_read_only = on",
        "SET TimeZone = 'UTC'",
        "SET DateStyle = 'ISO, YMD'",
        "SET IntervalStyle = 'iso_8601'",
        "SET extra_float_digits = 3",
        # Rows in the order of the table, not from where another session is reading it just now.
        "SET synchronize_seqscans = off",
        "SET max_parallel_workers_per_gather = 0",
    )

    def quoted(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def tables(self) -> str:
        return (
            "SELECT CAST(n.nspname AS text) AS s, CAST(c.relname AS text) AS t FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            f"WHERE {_RELATIONS} AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%' ORDER BY 1, 2"
        )

    def columns(self, schema: str | None, table: str) -> str:
        inside = f"lower(n.nspname) = lower({literal(schema)})" if schema else "n.nspname = ANY(current_schemas(false))"
        kind = "format_type(CASE WHEN y.typtype = 'd' THEN y.typbasetype ELSE a.atttypid END, NULL)"
        return (
            f"SELECT CAST(n.nspname AS text) AS s, CAST(c.relname AS text) AS t, CAST(a.attname AS text) AS c, {kind} AS k "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type y ON y.oid = a.atttypid "
            f"WHERE {_RELATIONS} AND {inside} AND lower(c.relname) = lower({literal(table)}) AND a.attnum > 0 AND NOT a.attisdropped "
            "ORDER BY array_position(current_schemas(false), n.nspname), 1, 2, a.attnum"
        )

    def describe(self, ask: Ask, query: str) -> list[SourceColumn]:
        # One row whatever the query gives: its columns are null in it, but have their names and types.
        one = f"FROM (SELECT 1 AS _) o LEFT JOIN (SELECT * FROM (\n{query}\n) y LIMIT 0) z"
        answer = ask(f"SELECT CAST(to_json(q) AS text) AS j FROM (SELECT z.*, 1 AS _one {one} ON true) q")
        names = [name for name, _ in json.loads(answer.rows[0][0], object_pairs_hook=list)][:-1]
        kinds = ", ".join(f"CAST(pg_typeof(z.c{i}) AS text) AS c{i}" for i in range(1, len(names) + 1))
        aliases = ", ".join(f"c{i}" for i in range(1, len(names) + 1))
        types = ask(f"SELECT {kinds} {one} ({aliases}) ON true").rows[0]
        return [SourceColumn(name, re.sub(r"\(.*?\)", "", kind)) for name, kind in zip(names, types, strict=True)]

    def text(self, column: str, kind: str) -> str:
        if kind == "bytea":
            return f"encode({column}, 'hex')"
        if kind == "timestamp with time zone":
            return f"replace(CAST({column} AS text), '+00', 'Z')"
        if kind == "money":  # its own text has signs and commas
            return f"CAST(CAST({column} AS numeric) AS text)"
        if kind.endswith("[]"):
            return f"CAST(to_json({column}) AS text)"
        return f"CAST({column} AS text)"

    def bound(self, column: str, kind: str, value: str) -> str:
        if kind in _TIMES:
            return f"{column} >= CAST({literal(moment(value))} AS {kind})"
        if kind in _NUMBERS:
            return f"{column} >= {number(value)}"
        raise not_rising(kind)

    def within(self, query: str) -> tuple[str, str]:
        return "", derived(query)

    def statement(self, items: Sequence[str], source: str, where: str | None) -> str:
        return headed(items, source, where, "text")
