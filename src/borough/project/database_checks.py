"""Mistakes in how a database is reached, and in what is asked of it."""

from __future__ import annotations

from borough.project.explain import nearest, one_of
from borough.project.findings import Findings, Where
from borough.project.specs import FeedSpec, SourceSpec

SCHEMES = {
    "postgresql": "postgres", "postgres": "postgres", "mysql": "mysql", "mariadb": "mysql", "sqlite": "sqlite",
    "mssql": "tsql", "sqlserver": "tsql", "oracle": "oracle",
}  # fmt: skip
"""How an address begins, and sqlglot's name for what speaks there."""


def check_database(findings: Findings, at: Where, source: SourceSpec, feed: FeedSpec) -> None:
    """The address is of a database that Borough reads; a query is one SELECT, which changes nothing."""
    url = source.connect.database
    if url is None:
        return
    scheme, found, _rest = url.partition("://")
    dialect = SCHEMES.get(scheme.lower())
    if dialect is None or not found:
        said = f"an address that begins {scheme}:" if found else "no address"
        where = Where("source", source.source, ("connect", "database"))
        findings.error(where, said, f"{one_of(SCHEMES)}, then ://", nearest(scheme.lower(), SCHEMES) if found else None)
        return
    if feed.query is not None:
        wrong = not_one_select(feed.query, dialect)
        if wrong is not None:
            findings.error(at.below("query"), wrong, "one SELECT, which changes nothing")


def not_one_select(query: str, dialect: str) -> str | None:
    """What a query is that is not one reading SELECT, in words; None where it is."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        statements = [s for s in sqlglot.parse(query, dialect=dialect) if s is not None and not isinstance(s, exp.Semicolon)]
    except SqlglotError as error:
        first = (getattr(error, "errors", None) or [{}])[0]
        where = f" at line {first['line']}, column {first['col']}" if first.get("line") else ""
        return f"a query that can't be read{where}: {first.get('description') or str(error).splitlines()[0]}"
    if len(statements) != 1:
        return f"{len(statements) or 'no'} statements"
    (tree,) = statements
    if not isinstance(tree, exp.Query):
        return f"a statement that is no SELECT ({tree.key.upper()})"
    writing = tree.find(exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into, exp.Lock, exp.Command, exp.DDL)
    if isinstance(writing, exp.Lock):
        return "a SELECT that locks its rows"
    if writing is not None and not isinstance(writing, exp.Query):
        return f"a SELECT that writes ({writing.key.upper()})"
    return None
