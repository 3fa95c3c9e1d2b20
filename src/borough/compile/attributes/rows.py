"""Rows with the time through which they were known: read once, then seen as of any day.

A row of a log is known from its ``_known`` on, until a later assertion about the same (feed, key) is known. So every version has an
interval, and "as known on D" is a filter: nothing is read again for another day. Columns with a ``known:`` of their own have theirs
beside them (``_k_NAME``), and read null before it. Entities are those that identity links today; a row that refers to another for its
property has it from the day on which that other is known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from borough.catalogue.contracts import contract_types, feeds_of, log_table, logical_columns
from borough.catalogue.identity import ADDRESS_COLUMNS, ADDRESSES
from borough.catalogue.rows import read_rows
from borough.compile.appearances import record_sql
from borough.compile.attributes.model import Source
from borough.compile.links import address_key
from borough.compile.links import asked as asked_parts
from borough.compile.mapping import known_sql
from borough.compile.relations import Relations
from borough.engine.quoting import literal, quoted
from borough.lake.logs import LOG_COLUMNS, Log, end_of_day, instant
from borough.project.identity_specs import AddressSpec
from borough.project.roles import addresses_of, people_of, person_column, property_column
from borough.project.specs import DatasetSpec

EVIDENCE = ("_feed", "_file", "_row")
"""Columns of the log by which a row is found again."""


@dataclass(frozen=True)
class Rows:
    """SQL of the versions of a source's rows, and how they are seen on a day.

    Columns: ``_entity``, ``_record``, ``_seen``, ``_gone``, the ``columns``, and ``_k_NAME`` for each of ``masked``. A column in ``through`` (it may be
    ``_entity``) is a column of other rows, which ``_r_NAME`` refers to by their ``_key``. ``ranked``: several feeds fill the dataset; ``_rank`` says
    which row of a record wins.
    """

    sql: str
    columns: tuple[str, ...]
    masked: tuple[str, ...] = ()
    ranked: bool = False
    through: Mapping[str, tuple[Rows, str]] = field(default_factory=dict)
    among: str | None = None
    unique: bool = True
    """Rows that others refer to: is there one for each ``_key``?"""

    def stored(self, tables: Mapping[str, str]) -> Rows:
        """The same over tables that hold the SQL's rows, by their SQL."""
        return replace(self, sql=tables.get(self.sql, self.sql), through={name: (rows.stored(tables), column) for name, (rows, column) in self.through.items()})

    def parts(self) -> Iterator[str]:
        """The SQL that there is to store."""
        for rows, _ in self.through.values():
            yield from rows.parts()
        yield self.sql


def visible(rows: Rows, day: dt.date, extra: Sequence[str] = ()) -> str:
    """SQL (_entity, _record, columns, and ``extra`` of the log's own) of the rows as known at the end of a day."""
    end = instant(end_of_day(day))
    seen = f"v._seen < {end} AND (v._gone IS NULL OR v._gone >= {end})"
    best = " QUALIFY row_number() OVER (PARTITION BY v._record ORDER BY v._rank) = 1" if rows.ranked else ""
    own = f"(SELECT v.* FROM {rows.sql} v WHERE {seen}{best})"
    joins = "".join(
        f" {'' if name == '_entity' else 'LEFT '}JOIN (SELECT _key, min({quoted(column)}) AS found FROM ({visible(target, day)}) GROUP BY _key) t{i} ON t{i}._key = v.{quoted('_r_' + name)}"
        for i, (name, (target, column)) in enumerate(rows.through.items())
    )
    places = {name: f"t{i}.found" for i, name in enumerate(rows.through)}
    cells = [f"{places[c]} AS {quoted(c)}" if c in places else f"CASE WHEN v.{quoted('_k_' + c)} < {end} THEN v.{quoted(c)} END AS {quoted(c)}" if c in rows.masked else f"v.{quoted(c)}" for c in rows.columns]
    found = f"SELECT {places.get('_entity', 'v._entity')} AS _entity, {', '.join([*(f'v.{c}' for c in ('_record', *extra)), *cells])} FROM {own} v{joins}"
    if rows.ranked or "_entity" in places:
        some = f"IN (SELECT entity FROM {rows.among})" if rows.among is not None else "IS NOT NULL"
        return f"SELECT * FROM ({found}) WHERE _entity {some}"
    return found


@dataclass(frozen=True)
class Reader:
    """Reads the rows of sources. ``among``: a relation (entity) of those that are asked for; None: all. ``where``: of a log's rows, those that count."""

    relations: Relations
    among: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    """Dataset → condition over its log's columns; of versions that it does not hold for nothing is read."""
    evidence: bool = False
    addresses: str | None = None
    """A table with what is remembered of the addresses (``ADDRESS_COLUMNS``) of all that are asked for, where it is at hand."""

    def rows(self, source: Source, needed: Sequence[str]) -> Rows:
        """The rows of a dataset that are about entities, with the columns that are needed: its own, and those that its addresses and people add."""
        project, dataset = self.relations.project, source.dataset
        contract, feeds = project.datasets[dataset], feeds_of(project, dataset)
        columns = tuple(dict.fromkeys(needed))
        wanted = {c: c for c in columns if c not in contract.columns}
        if source.via != "column":
            wanted["_entity"] = property_column(source.by) if source.via == "address" else person_column(source.by)
        parts = _Parts(self.relations, dataset, self.among if len(feeds) < 2 else None, self.addresses)
        for name, column in wanted.items():
            parts.add(name, column)
        if source.via == "column":
            parts.entity, parts.asks = f"d.{quoted(source.by)}", [source.by]
        own = [c for c in columns if c in contract.columns]
        masked = tuple(c for c in own if contract.columns[c].known is not None)
        used = [*own, *parts.asks, *(c for n in (*own, *parts.asks) for c in _known_reads(contract, n))]
        versions = versions_sql(self.relations, dataset, tuple(contract.columns) if parts.people else used, f"{self.where.get(dataset, 'true')}{parts.only}")
        late = [f"coalesce({own_known(contract, c)}, TIMESTAMP {literal(NEVER)})" for c in dict.fromkeys(parts.found_by) if contract.columns[c].known is not None]
        made = {"_record": record_sql(contract), "_seen": f"greatest(_known, {', '.join(late)})" if late else "_known", **parts.made, **{f"_k_{c}": own_known(contract, c) for c in masked}}
        rank = "CASE d._feed " + " ".join(f"WHEN {literal(f)} THEN {i}" for i, f in enumerate(feeds)) + " END" if len(feeds) > 1 else "0"
        listed = ["_record", "_seen", "_gone", *(EVIDENCE if self.evidence else ()), *map(quoted, own), *(quoted(f"_k_{c}") for c in masked)]
        inner = f"(SELECT *, {', '.join(f'{sql} AS {quoted(name)}' for name, sql in made.items())} FROM {self.relations.linked(dataset, versions) if parts.people else versions})"
        only = "true" if len(feeds) > 1 or parts.entity == "NULL" else f"{parts.entity} IN (SELECT entity FROM {self.among})" if self.among is not None else f"{parts.entity} IS NOT NULL"
        sql = f"SELECT {parts.entity} AS _entity, {rank} AS _rank, {', '.join('d.' + c for c in listed)}{parts.cells} FROM {inner} d{parts.joins} WHERE {only}"
        return Rows(f"({sql})", columns, masked, len(feeds) > 1, parts.through, self.among)


@dataclass
class _Parts:
    """What reading the columns that addresses and people add takes: joins, and the columns that they are found by."""

    relations: Relations
    dataset: str
    among: str | None
    addresses: str | None = None
    entity: str = "NULL"
    only: str = ""
    """A condition that spares rows the rest: none that it does not hold for is about anybody who is asked for."""
    joins: str = ""
    cells: str = ""
    people: bool = False
    asks: list[str] = field(default_factory=list)
    found_by: list[str] = field(default_factory=list)
    """Columns without which it is not known yet whose row it is."""
    made: dict[str, str] = field(default_factory=dict)
    through: dict[str, tuple[Rows, str]] = field(default_factory=dict)

    def add(self, name: str, column: str) -> None:
        """Read a column that an address or a person adds, under a name; ``_entity`` is whose the row is."""
        contract = self.relations.project.datasets[self.dataset]
        if "." in column:
            ref, _, there = column.partition(".")
            self._refer(name, ref, _referred(self.relations, *_reference(contract, ref), there), there)
            return
        for address_name, address in addresses_of(contract).items():
            if property_column(address_name) == column:
                self._address(name, address)
                return
        person = next(p for n, p in people_of(contract).items() if person_column(n) == column)
        asks = [v for f in type(person).model_fields if f not in ("address", "landlord_of", "scope") and isinstance(v := getattr(person, f), str) and v in contract.columns]
        self.people = True
        self._named(name, f"d.{quoted(column)}", asks)

    def _address(self, name: str, address: AddressSpec) -> None:
        contract = self.relations.project.datasets[self.dataset]
        if address.through is not None:
            self._refer(name, address.through, _target(self.relations, *_reference(contract, address.through)), "_entity")
            return
        at = f"m{len(self.made)}"
        inner = name == "_entity" and len(feeds_of(self.relations.project, self.dataset)) < 2
        only = f"uprn IN (SELECT entity FROM {self.among})" if self.among is not None and inner else "uprn IS NOT NULL"
        if inner and self.addresses is not None:
            matches = f"(SELECT * FROM {self.addresses} WHERE {only})"
            self.only = f" AND {_may_ask(address, matches)}"
        else:
            matches = read_rows(self.relations.engine, ADDRESSES, self.relations.tables(ADDRESSES), ADDRESS_COLUMNS, only)
        self.made[f"_asked_{name}"] = address_key(address)
        self.joins += f" {'' if inner else 'LEFT '}JOIN (SELECT key, uprn FROM {matches}) {at} ON {at}.key = d.{quoted('_asked_' + name)}"
        self._named(name, f"{at}.uprn", [c for c in (*(address.text or ()), address.postcode, address.uprn) if c])

    def _refer(self, name: str, ref: str, target: Rows, column: str) -> None:
        self.through[name] = (target, column)
        self.cells += f", d.{quoted(ref)} AS {quoted('_r_' + name)}"
        self.asks.append(ref)

    def _named(self, name: str, sql: str, asks: list[str]) -> None:
        self.asks += asks
        if name == "_entity":
            self.entity = sql
            self.found_by += asks
        else:
            self.cells += f", {sql} AS {quoted(name)}"


def _may_ask(address: AddressSpec, asked: str) -> str:
    """SQL of whether a row may ask one of some addresses: by its postcode or another part, which is cheaper to compare than all of it."""
    parts = asked_parts(address)
    part = next((p for p in ("postcode", "given", "text") if getattr(address, {"given": "uprn"}.get(p, p))), "text")
    return f"({parts[part]} IS NULL OR {parts[part]} IN (SELECT {part} FROM {asked}))"


def _reference(contract: DatasetSpec, column: str) -> tuple[str, str]:
    """The dataset and column that a column refers to."""
    target, _, there = (contract.columns[column].references or "").partition(".")
    return target, there


def _target(relations: Relations, dataset: str, column: str) -> Rows:
    """The rows that others refer to by a column, with their property: of all of them, since the least counts where several share a value."""
    addresses = addresses_of(relations.project.datasets[dataset])
    name = "address" if "address" in addresses else next(iter(addresses))
    found = Reader(relations).rows(Source(dataset, name, "address"), (column,))
    return replace(found, sql=f"(SELECT *, {quoted(column)} AS _key FROM {found.sql})", columns=("_key",), masked=(), unique=_is_key(relations, dataset, column))


def _is_key(relations: Relations, dataset: str, column: str) -> bool:
    return tuple(relations.project.datasets[dataset].key) == (column,)


def _referred(relations: Relations, dataset: str, column: str, value: str) -> Rows:
    """The rows that others refer to by a column, with another of their columns."""
    found = Reader(relations).rows(Source(dataset, column, "column"), (value,))
    sql = f"(SELECT *, _entity AS _key FROM {found.sql})"
    return replace(found, sql=sql, columns=("_key", *found.columns), unique=_is_key(relations, dataset, column))


NEVER = "9999-12-31 00:00:00"
"""When what is not known yet will be."""


def own_known(contract: DatasetSpec, column: str) -> str:
    """SQL of the instant from which a column with a ``known:`` of its own is known. Names are unqualified."""
    known = contract.columns[column].known
    if known is None:
        raise ValueError(f"{column} is known when its row is")
    return known_sql(known, contract_types(contract), "d")


def _known_reads(contract: DatasetSpec, column: str) -> tuple[str, ...]:
    """The columns that say when a column was known."""
    from borough.compile.expressions import bind

    known = contract.columns[column].known if column in contract.columns else None
    if known is None:
        return ()
    return bind(known if isinstance(known, str) else known.date, contract_types(contract)).columns


def versions_sql(relations: Relations, dataset: str, columns: Sequence[str], where: str = "true") -> str:
    """SQL of every version of a dataset's rows with its log's columns, and ``_gone``: when a later word about the same key was known, null while there is none.

    ``where``: a condition over the log's columns: only records are read of which a row, be it a deletion, meets it.
    """
    log, contract = relations.log(dataset), relations.project.datasets[dataset]
    system = [c for c, _ in LOG_COLUMNS]
    cells = ", ".join(f"l.{quoted(c)}" for c in dict.fromkeys([*contract.key, *columns, *system]))
    if log is None:
        return f"(SELECT *, CAST(NULL AS TIMESTAMP) AS _gone FROM {relations.engine.scan([], (*logical_columns(contract), *LOG_COLUMNS))})"
    feeds = ", ".join(literal(f) for f in feeds_of(relations.project, dataset)) or "NULL"
    own = f"l._op <> 'delete' AND l._feed IN ({feeds})"
    alone = f"SELECT {cells}, CAST(NULL AS TIMESTAMP) AS _gone FROM {log.sql} l"
    if log.settled and log.base == log.sql:
        return f"({alone} WHERE {own} AND {where})"
    by = ", ".join(quoted(c) for c in log.identity)
    many = _said_often(relations, dataset, log, by)
    rows = f"(SELECT l.* FROM {log.sql} l SEMI JOIN {many} k USING ({by}))"
    if where != "true":
        rows = f"(SELECT l.* FROM {rows} l SEMI JOIN (SELECT DISTINCT {by} FROM {rows} WHERE {where}) k USING ({by}))"
    later = f"min(l._known) OVER (PARTITION BY {', '.join('l.' + quoted(c) for c in log.identity)} ORDER BY l._position DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    last = f"(SELECT * FROM {rows} QUALIFY row_number() OVER (PARTITION BY {by}, _position ORDER BY _run DESC, _n DESC) = 1)"
    return f"({alone} ANTI JOIN {many} k USING ({by}) WHERE {own} AND {where} UNION ALL SELECT * FROM (SELECT {cells}, {later} AS _gone FROM {last} l) l WHERE {own})"


def _said_often(relations: Relations, dataset: str, log: Log, by: str) -> str:
    """SQL of the keys of which the log has more than one row; it may name others too."""
    stored = relations.tables(log_table(dataset))
    if stored is not None and stored.properties.get("base") == "log" and dataset not in relations.only:
        return f"(SELECT DISTINCT {by} FROM {log.sql} WHERE _run > {log.through})"  # a first load has each key once
    return f"(SELECT {by} FROM {log.sql} GROUP BY {by} HAVING count(*) > 1)"
