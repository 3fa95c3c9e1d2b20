"""What a database is asked for, in its own SQL: the port that each dialect fulfils."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

COUNTED = "counted"  # the column with the number of rows, as the database counts them


@dataclass(frozen=True)
class Answer:
    """A small result: the names of its columns, the driver's types of them, and its rows."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


Ask = Callable[[str], Answer]


@dataclass(frozen=True)
class SourceColumn:
    """A column of a table or query. ``type``: in the database's words, small letters, without lengths."""

    name: str
    type: str


class Dialect(Protocol):
    """What differs from one database to another. Every statement reads; none writes."""

    name: str
    """sqlglot's name for it."""

    before: tuple[str, ...]
    """Statements that begin a session: it only reads, and its clock is UTC."""

    header: bool
    """Does ``statement`` give the count in a row of its own, or beside every row?"""

    def quoted(self, name: str) -> str:
        """A name as a quoted identifier."""

    def tables(self) -> str:
        """A query of (schema, name) of the tables and views that can be seen."""

    def columns(self, schema: str | None, table: str) -> str:
        """A query of (schema, table, column, type) of the tables of this name, whatever its case, in order."""

    def describe(self, ask: Ask, query: str) -> list[SourceColumn]:
        """The columns of a query, which is not run for it."""

    def text(self, column: str, kind: str) -> str:
        """An expression that gives a column's values as text, and loses nothing."""

    def bound(self, column: str, kind: str, value: str) -> str:
        """The condition that a column is not less than a value. Raises ValueError where the type can't be a cursor, or the value is none of it."""

    def within(self, query: str) -> tuple[str, str]:
        """A query as it stands in a FROM, under the name ``q``; and what must then begin the statement."""

    def statement(self, items: Sequence[str], source: str, where: str | None) -> str:
        """The SELECT of expressions as ``c1`` …, with the rows ``counted`` by the database from what this same statement sees."""


def not_rising(kind: str) -> ValueError:
    """Why a column of this type can't be a cursor."""
    return ValueError(f"its type is {kind}; expected a date, a time, or a whole or decimal number, which only rises")
