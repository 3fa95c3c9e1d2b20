"""SQLite, where each value has a type of its own, whatever the column says."""

from __future__ import annotations

from collections.abc import Sequence

from borough.ingest.databases.dialects.port import Ask, SourceColumn
from borough.ingest.databases.dialects.statements import derived, headed, literal, moment, number


class SQLite:
    """See ``Dialect``."""

    name = "sqlite"
    header = True
    before: tuple[str, ...] = ()  # the file is opened by a driver that takes none; what is run is one SELECT

    def quoted(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def tables(self) -> str:
        return "SELECT 'main' AS s, name AS t FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 2"

    def columns(self, schema: str | None, table: str) -> str:
        return (
            "SELECT 'main' AS s, m.name AS t, p.name AS c, lower(p.type) AS k FROM sqlite_master m, pragma_table_xinfo(m.name) p "
            f"WHERE m.type IN ('table', 'view') AND lower(m.name) = lower({literal(table)}) AND p.hidden <> 1 AND lower('main') = lower({literal(schema or 'main')}) ORDER BY m.name, p.cid"
        )

    def describe(self, ask: Ask, query: str) -> list[SourceColumn]:
        answer = ask(f"SELECT * FROM (\n{query}\n) q LIMIT 0")
        return [SourceColumn(name, "") for name in answer.names]

    def text(self, column: str, kind: str) -> str:
        plain = f"CAST({column} AS TEXT)"  # a real with 15 digits: enough for most, else all that the number has
        real = f"CASE WHEN CAST({plain} AS REAL) = {column} THEN {plain} ELSE printf('%!.17g', {column}) END"
        return f"CASE typeof({column}) WHEN 'blob' THEN lower(hex({column})) WHEN 'real' THEN {real} ELSE {plain} END"

    def bound(self, column: str, kind: str, value: str) -> str:
        try:
            # The column may hold numbers as texts, which compare as texts.
            return f"CAST({column} AS NUMERIC) >= {number(value)}"
        except ValueError:
            # Times may be written with a T or a blank, with or without fractions. A little earlier, as reckoned in days.
            return f"julianday({column}) >= julianday({literal(moment(value))}) - 0.00000002"

    def within(self, query: str) -> tuple[str, str]:
        return "", derived(query)

    def statement(self, items: Sequence[str], source: str, where: str | None) -> str:
        return headed(items, source, where, "TEXT")
