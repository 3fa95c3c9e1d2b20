"""What to tell of a database that did not give what was asked: what it said, and what to do."""

from __future__ import annotations

import re
from difflib import get_close_matches

from borough.errors import FeedError
from borough.ingest.databases.dialects import dialect_of
from borough.ingest.databases.dialects.port import Dialect
from borough.ingest.databases.session import Session, SourceError
from borough.ingest.databases.target import near_tables
from borough.ingest.databases.url import Address
from borough.project.resolve import ResolvedFeed

_QUOTED = re.compile(r"""["'`\[]([^"'`\]]+)["'`\]]""")
_NAMED = re.compile(r"no such (?:column|table): ([^\s]+)")
_ADVICE = (
    (r"no such file|not a database", "check the path in connect.database"),
    (r"password|authenti|login failed|using password", "check the user and the password in connect.database; a password with signs in it is best given by ${NAME}"),
    (r"unknown database|database .* does not exist|to database", "check the name of the database in connect.database, and that the user may use it"),
    (r"not UTF-8", "declare a query that reads that column as hex(…), and ask whose program writes it"),
    (r"permission|denied|privilege|ORA-01031", "ask for permission to SELECT from it"),
    (r"certificate|ssl|tls", "check what the address says of encryption, such as sslmode and sslrootcert"),
    (r"timeout|time exceeded", "ask for less with a cursor or a query, or have the limit raised"),
    (r"read.only", "declare a query that only reads"),
)  # fmt: skip


def explained(error: SourceError, feed: ResolvedFeed, place: Address, session: Session, attempts: int) -> FeedError:
    """The error for a person: where, what the database said, the nearest right name, what to do."""
    said = str(error)
    if error.passing:
        tried = f" (tried {attempts} times)" if attempts > 1 else ""
        return FeedError(f"{feed.origin}: the database at {place.shown} is away: {said}{tried}", advice="check the address and the network, and run again; nothing was taken in")
    hint = "" if re.search(_ADVICE[0][0] + "|" + _ADVICE[1][0], said, re.IGNORECASE) else _hint(said, feed, dialect_of(place.dialect), session)
    advice = next((advice for words, advice in _ADVICE if re.search(words, said, re.IGNORECASE)), f"mend {'query' if feed.feed.query else 'table'} in the feed")
    return FeedError(f"{feed.origin}: the database at {place.shown} refused: {said}{hint}", advice=advice)


def _hint(said: str, feed: ResolvedFeed, dialect: Dialect, session: Session) -> str:
    """The nearest right name to one that a query has and the database has not."""
    query = feed.feed.query
    if query is None or not re.search(r"exist|unknown|no such|invalid (object|column)|ORA-00(904|942)", said, re.IGNORECASE):
        return ""
    named = _NAMED.search(said) or _QUOTED.search(said)
    wrong = named[1] if named else ""
    try:
        if "column" in said.lower() or "ORA-00904" in said:
            near = get_close_matches(wrong.rpartition(".")[2], _columns(query, dialect, session), n=1)
        else:
            near = near_tables(session, dialect, wrong)
    except SourceError:
        return ""  # the catalogue can't be asked either: what was said first is told
    return f"; did you mean {near[0]!r}?" if near else ""


def _columns(query: str, dialect: Dialect, session: Session) -> list[str]:
    """The columns of all tables that a query names."""
    import sqlglot
    from sqlglot import exp

    tables = sqlglot.parse_one(query, dialect=dialect.name).find_all(exp.Table)
    return [str(row[2]) for table in tables for row in session.ask(dialect.columns(table.db or None, table.name)).rows]
