"""What is asked of a database: its columns as texts, from a table or query, from where the cursor stands."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from borough.errors import FeedError
from borough.ingest.cursors import going_on
from borough.ingest.databases.dialects.port import Dialect, SourceColumn
from borough.ingest.databases.session import Session
from borough.ingest.names import unique_names
from borough.project.connect import CursorSpec
from borough.project.resolve import ResolvedFeed


@dataclass(frozen=True)
class Target:
    """What to read. ``statement`` gives texts as ``c1`` … in the order of ``names``; ``count`` only counts."""

    statement: str
    count: str
    names: tuple[str, ...]
    notices: tuple[str, ...]
    header: bool
    cursor: CursorSpec | None  # with the column as the database spells it
    cursor_at: int = 0  # which of the columns it is, from 1

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(f"c{i}" for i in range(1, len(self.names) + 1))


def target(session: Session, dialect: Dialect, feed: ResolvedFeed, bookmark: str | None) -> Target:
    """Find the table or query, and how to ask for it. Raises FeedError where it isn't there or the cursor does not fit, SourceError."""
    query = feed.feed.query
    if query is not None:
        query = query.strip().rstrip(";").rstrip()
        before, source = dialect.within(query)
        found, alias = dialect.describe(session.ask, query), "q."
    else:
        (schema, table), found = _table(session, dialect, feed.feed.table or "")
        before, source, alias = "", f"{dialect.quoted(schema)}.{dialect.quoted(table)}", ""
    names, notices = unique_names([column.name for column in found])
    cursor, at = _cursor(feed, found)
    where = None
    if cursor is not None and (start := going_on(cursor, bookmark)) is not None:
        where = _where(dialect, alias, found[at - 1], start)
    try:
        items = [dialect.text(alias + dialect.quoted(column.name), column.type) for column in found]
    except ValueError as error:
        raise FeedError(f"{feed.origin}: {error}", advice="declare a query without that column") from error
    condition = f" WHERE {where}" if where else ""
    return Target(
        before + dialect.statement(items, source, where), f"{before}SELECT count(*) AS n FROM {source}{condition}",
        names, notices, dialect.header, cursor, at,
    )  # fmt: skip


def _where(dialect: Dialect, alias: str, column: SourceColumn, start: str) -> str:
    """Equal values come again: rows may have been added to them since. Rows without a value come each time, or they would never."""
    name = alias + dialect.quoted(column.name)
    try:
        return f"({dialect.bound(name, column.type, start)} OR {name} IS NULL)"
    except ValueError as error:
        raise FeedError(f"cursor {column.name}: {error}", advice="declare another cursor, or none: every extract is then complete") from error


def _table(session: Session, dialect: Dialect, said: str) -> tuple[tuple[str, str], list[SourceColumn]]:
    """The table of a name, as it is spelled or else whatever its case, and its columns."""
    schema, _, name = said.rpartition(".")
    answer = session.ask(dialect.columns(schema or None, name))
    tables: dict[tuple[str, str], list[SourceColumn]] = {}
    for owner, table, column, kind in answer.rows:
        tables.setdefault((owner, table), []).append(SourceColumn(column, kind))
    exact = [key for key in tables if key[1] == name and schema in ("", key[0])]
    chosen = exact or list(tables)
    if not chosen:
        raise FeedError(f"no table {said!r} in the database{_near(session, dialect, said)}", advice="mend table in the feed, or ask for permission to see it")
    if len(chosen) > 1 and not exact:
        listed = " and ".join(".".join(key) for key in chosen)
        raise FeedError(f"the table {said!r} could be {listed}", advice="write it as the database does")
    return chosen[0], tables[chosen[0]]


def _near(session: Session, dialect: Dialect, said: str) -> str:
    """The table's nearest right name, for a message."""
    known = near_tables(session, dialect, said)
    return f"; did you mean {known[0]!r}?" if known else ""


def near_tables(session: Session, dialect: Dialect, said: str) -> list[str]:
    """Names in the catalogue like this one, nearest first, with the schema."""
    spelled: dict[str, str] = {}
    for schema, table in session.ask(dialect.tables()).rows:
        full = table if dialect.name == "sqlite" else f"{schema}.{table}"
        spelled.setdefault(full.casefold(), full)
        spelled.setdefault(table.casefold(), full)
    words = [said.casefold(), said.rpartition(".")[2].casefold()]
    return [spelled[match] for word in words for match in get_close_matches(word, spelled, n=1, cutoff=0.6)]


def _cursor(feed: ResolvedFeed, found: list[SourceColumn]) -> tuple[CursorSpec | None, int]:
    declared = feed.feed.cursor
    if declared is None:
        return None, 0
    for at, column in enumerate(found, 1):
        if column.name.casefold() == declared.column.casefold():
            return declared.model_copy(update={"column": column.name}), at
    names = [column.name for column in found]
    near = get_close_matches(declared.column, names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise FeedError(f"{feed.origin}: no cursor {declared.column!r} among its columns, which are {', '.join(names[:12])}{hint}", advice="mend cursor.column in the feed")
