"""Reading for one person: every question passes the read gate, with who asks and for which purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from borough.engine.quoting import quoted
from borough.governance.gate import Answer, Who
from borough.web.snapshot import Snapshot

Row = dict[str, Any]
Ask = Callable[["Reader"], Answer]
Trail = list[tuple[Ask, int]]


@dataclass(frozen=True)
class Reader:
    """Somebody who reads a snapshot for a purpose."""

    snapshot: Snapshot
    who: Who
    purpose: str
    trail: Trail | None = None
    """Where each question is noted that is asked, with the number of its rows, so that it can be put again in another's name."""

    def ask(self, sql: str, **values: Any) -> Answer:
        """A permitted question; ``values`` are those that the SELECT leaves open. Raises AccessDeniedError."""
        return self.snapshot.gate.read(sql, self.who, self.purpose, values or None)

    def rows(self, sql: str, **values: Any) -> list[Row]:
        """The rows of an answer, each by the names of its columns."""
        return self.told(lambda reader: reader.ask(sql, **values))

    def told(self, ask: Ask) -> list[Row]:
        """The rows of an answer, which is noted on the trail."""
        answer = ask(self)
        names = [name for name, _ in answer.columns]
        rows = [dict(zip(names, row, strict=True)) for row in answer.rows()]
        if self.trail is not None:
            self.trail.append((ask, len(rows)))
        return rows

    def row(self, sql: str, **values: Any) -> Row | None:
        """The first row, if there is one."""
        return next(iter(self.rows(sql, **values)), None)

    def has(self, relation: str) -> bool:
        """Is there such a table, with a column that this purpose may see?"""
        return relation in self.snapshot.relations and bool(self.snapshot.gate.visible(relation, self.purpose))

    def columns(self, relation: str, *wanted: str) -> str:
        """Those columns of a relation that the purpose may see, of all or of the wanted ones, for a SELECT."""
        seen = [c.name for c in self.snapshot.gate.visible(relation, self.purpose)]
        return ", ".join(quoted(c) for c in seen if not wanted or c in wanted)

    def of(self, relation: str, column: str, value: Any, order: str = "", limit: int | None = None) -> list[Row]:
        """The rows of a relation that have a value, with the columns that may be seen; none where the relation may not be read or isn't there."""
        if not self.has(relation) or column not in {c.name for c in self.snapshot.gate.visible(relation, self.purpose)}:
            return []
        rest = (f" ORDER BY {order}" if order else "") + (f" LIMIT {limit}" if limit else "")
        return self.rows(f"SELECT {self.columns(relation)} FROM {quoted(relation)} WHERE {quoted(column)} = $value{rest}", value=value)
