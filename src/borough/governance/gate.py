"""The one read gate: every read of data by a person or a tool passes ``Gate.read``. What is not permitted is denied."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from borough.engine.port import Engine
from borough.errors import AccessDeniedError, BoroughError, EngineError, UsageError
from borough.governance.audit import Audit
from borough.governance.classification import ColumnAccess, Relation, visible
from borough.governance.selects import BoundSelect, bind_select
from borough.governance.statements import SelectError, redact_text
from borough.project.specs import PurposeSpec

ENGINEER = "engineer"
"""The role of the local user, who may read for every purpose. The purposes of other roles are granted one by one."""

T = TypeVar("T")

REMEMBERED = 2000
"""SELECTs that a gate remembers as permitted."""
_OPEN = re.compile(r"\$[a-z]\w*")

DEFAULT_PURPOSE = "data_engineering"
_DEFAULT = {DEFAULT_PURPOSE: PurposeSpec(title="Data engineering", lawful_basis=None, permits=("public", "internal", "personal"))}

_FORMATS = {
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".csv": "FORMAT csv, HEADER true",
    ".json": "FORMAT json, ARRAY true",
    ".jsonl": "FORMAT json",
}


def purposes_of(declared: Mapping[str, PurposeSpec]) -> dict[str, PurposeSpec]:
    """The purposes there are: the declared ones, else the one that needs no declaration."""
    return dict(declared) or _DEFAULT


@dataclass(frozen=True)
class Who:
    """Who asks, in which role."""

    name: str
    role: str


@dataclass(frozen=True)
class Answer:
    """A permitted read. The rows are read when they are asked for, and counted in the audit log first."""

    columns: tuple[tuple[str, str], ...]
    """Names and engine types, in order."""
    sql: str
    """The SELECT as the engine runs it: over relations that show only the permitted columns."""
    _engine: Engine = field(repr=False)
    _audit: Audit = field(repr=False)
    _look: str = field(repr=False)

    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The values that the SELECT leaves open."""

    def rows(self, limit: int | None = None) -> list[tuple[Any, ...]]:
        """The rows, at most ``limit`` of them."""
        found = self._rows(self.sql if limit is None else f"SELECT * FROM ({self.sql}) LIMIT {int(limit)}")
        self._audit.answered(self._look, len(found))
        return found

    def drawn(self, around: Callable[[str], str], parameters: Mapping[str, Any] | None = None) -> tuple[Any, int]:
        """Something that the engine makes of the rows, such as a map's tile: ``around`` puts the one row (what, of how many rows) about the SELECT."""
        ((made, count),) = self._rows(around(self.sql), parameters)
        self._audit.answered(self._look, int(count))
        return made, int(count)

    def again(self, count: int) -> None:
        """Note that rows which were read before for the same question are handed out again."""
        self._audit.answered(self._look, count)

    def _rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        values = {**self.parameters, **(parameters or {})}
        return _run(lambda: self._engine.rows(sql, values) if values else self._engine.rows(sql))

    def copy(self, path: str | Path, format: str | None = None) -> int:
        """Write the rows to a file: Parquet, CSV, a JSON array or JSON lines (``parquet``, ``csv``, ``json``, ``jsonl``),
        by its ending if the format isn't given. Returns the number of rows.
        """
        ending = f".{format}" if format else Path(path).suffix.lower()
        if ending not in _FORMATS:
            raise UsageError(
                f"can't write {path}: unknown format {ending.lstrip('.') or 'without an ending'!r}",
                advice="use .parquet, .csv, .json or .jsonl",
            )
        target = "'" + str(path).replace("'", "''") + "'"
        ((count,),) = _run(lambda: self._engine.rows(f"COPY ({self.sql}) TO {target} ({_FORMATS[ending]})"))
        self._audit.answered(self._look, int(count))
        return int(count)


class Gate:
    """Reads relations of one published run for people and tools, by role, purpose and classification.

    Without declared purposes there is one, ``data_engineering``, that permits public, internal and personal columns.
    """

    def __init__(
        self, engine: Engine, relations: Mapping[str, Relation], purposes: Mapping[str, PurposeSpec], audit: Audit, *, published: int | None,
        roles: Mapping[str, Collection[str]] | None = None,
    ) -> None:  # fmt: skip
        """``roles``: role → the purposes for which it may read."""
        self._engine = engine
        self._relations = dict(relations)
        self._purposes = purposes_of(purposes)
        self._audit = audit
        self._published = published
        self._roles = {role: frozenset(granted) for role, granted in (roles or {}).items()}
        self._tables = {name: {c.name: c.type for c in relation.columns} for name, relation in self._relations.items()}
        self._hidden: dict[str, dict[str, set[str]]] = {}
        self._known: dict[tuple[str, str], _Known] = {}

    def read(self, sql: str, who: Who, purpose: str, parameters: Mapping[str, Any] | None = None) -> Answer:
        """One SELECT over relations by their bare names. ``parameters``: values that it leaves open (``$ward``), which are in no record.

        Raises AccessDeniedError where role, purpose or classification don't permit it, UsageError where the SELECT has
        mistakes, LakeError where the look can't be recorded. Every look is recorded, denied ones too.
        """
        look = _Look(self._audit, who, purpose, self._published, sql, self._names)
        self._admit(look, who, purpose)
        known = self._known.get((sql, purpose))
        if known is None:
            bound, written = self._bind(look, sql, purpose, open_values=bool(parameters))
            look.bound = bound
            self._permit(look, bound, purpose)
            known = _Known(bound, written)
        look.bound = known.bound
        identity = look.record(None)
        if known.columns is None:
            # A value that is left open has no type yet: as a null it has any.
            text = _OPEN.sub("NULL", known.written) if parameters else known.written
            known = _Known(known.bound, known.written, tuple(_run(lambda: self._engine.describe(text))))
            self._remember(sql, purpose, known)
        return Answer(known.columns or (), known.written, self._engine, self._audit, identity, dict(parameters or {}))

    def columns(self, relation: str) -> tuple[ColumnAccess, ...]:
        """All columns of a relation, seen or not (for listings; reads no data)."""
        return self._relations[relation].columns

    def visible(self, relation: str, purpose: str) -> tuple[ColumnAccess, ...]:
        """The columns of a relation that a purpose may see (for listings; reads no data)."""
        spec = self._purposes.get(purpose)
        return tuple(c for c in self._relations[relation].columns if spec is not None and visible(c, purpose, spec.permits))

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(self._relations) | {c.name for r in self._relations.values() for c in r.columns}

    def _admit(self, look: _Look, who: Who, purpose: str) -> None:
        if who.role != ENGINEER and not self._roles.get(who.role):
            look.refuse(AccessDeniedError(f"role {who.role!r} may not read data", advice=f"roles that may: {', '.join(sorted({ENGINEER, *(r for r, granted in self._roles.items() if granted)}))}"))
        if purpose not in self._purposes:
            near = difflib.get_close_matches(purpose, self._purposes, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            look.refuse(
                AccessDeniedError(
                    f"purpose {purpose!r} is not declared{hint}", advice=f"declared in borough.yaml: {', '.join(sorted(self._purposes))}"
                )
            )
        if who.role != ENGINEER and purpose not in self._roles[who.role]:
            look.refuse(AccessDeniedError(f"role {who.role!r} may not read for the purpose {purpose!r}", advice=f"its purposes: {', '.join(sorted(self._roles[who.role]))}"))

    def _remember(self, sql: str, purpose: str, known: _Known) -> None:
        """What was permitted once for a purpose is permitted again: neither the relations of a gate nor its purposes ever change."""
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[sql, purpose] = known

    def _hidden_for(self, purpose: str) -> dict[str, set[str]]:
        if purpose not in self._hidden:
            self._hidden[purpose] = {name: set(columns) - {c.name for c in self.visible(name, purpose)} for name, columns in self._tables.items()}
        return self._hidden[purpose]

    def _bind(self, look: _Look, sql: str, purpose: str, *, open_values: bool) -> tuple[BoundSelect, str]:
        try:
            bound = bind_select(sql, self._tables, hidden=self._hidden_for(purpose), parameters=open_values)
            return bound, bound.over({name: self._relations[name].reading((c for t, c in bound.uses if t == name), purpose) for name in bound.tables})
        except SelectError as error:
            look.refuse(
                UsageError(f"the query can't be read\n{error}", advice="query datasets and reports by their bare names: borough tables")
            )

    def _permit(self, look: _Look, bound: BoundSelect, purpose: str) -> None:
        refused = sorted((table, column) for table, column in bound.uses if column not in bound.shown[table])
        blind = [name for name in bound.tables if not bound.shown[name]]
        if refused:
            reasons = [self._reason(table, column, purpose) for table, column in refused]
            look.refuse(AccessDeniedError("\n".join(reasons), advice="leave the column out, or read for a purpose that permits it"))
        if blind:
            names = ", ".join(blind)
            look.refuse(AccessDeniedError(f"purpose {purpose!r} may see no column of {names}", advice="read for a purpose that permits it"))

    def _reason(self, table: str, name: str, purpose: str) -> str:
        column = next(c for c in self._relations[table].columns if c.name == name)
        allowed = sorted(other for other, spec in self._purposes.items() if visible(column, other, spec.permits))
        who_may = f"permitted for {', '.join(allowed)}" if allowed else "no declared purpose permits it"
        return f"{table}.{name} is {column.classification}: purpose {purpose!r} may not see it ({who_may})"


@dataclass(frozen=True)
class _Known:
    """A SELECT that was permitted: bound, as the engine runs it, and its columns once they were asked for."""

    bound: BoundSelect
    written: str
    columns: tuple[tuple[str, str], ...] | None = None


@dataclass
class _Look:
    """One look while it is judged: what the record will say."""

    audit: Audit
    who: Who
    purpose: str
    published: int | None
    sql: str
    names: frozenset[str]
    bound: BoundSelect | None = None

    def record(self, reason: str | None) -> str:
        return self.audit.look(
            who=self.who.name,
            role=self.who.role,
            purpose=self.purpose,
            run=self.published,
            sql=self.bound.redacted if self.bound else redact_text(self.sql, self.names),
            tables=list(self.bound.tables) if self.bound else [],
            columns=sorted(f"{table}.{column}" for table, column in self.bound.uses) if self.bound else [],
            permitted=reason is None,
            reason=reason,
        )

    def refuse(self, error: BoroughError) -> NoReturn:
        """Record the refusal, then raise it. A mistaken query may quote what was asked for, so only its kind is recorded."""
        self.record(error.message if isinstance(error, AccessDeniedError) else "the query has mistakes")
        raise error


def _run(work: Callable[[], T]) -> T:
    """The engine's refusal of a person's query is the person's to mend."""
    try:
        return work()
    except EngineError as error:
        # The engine quotes the statement it ran, with the files of the lake: not what was asked.
        reason = error.message.split("\n\nLINE ")[0]
        raise UsageError(f"the query failed: {reason}", advice="the text after the colon is the engine's own") from error
