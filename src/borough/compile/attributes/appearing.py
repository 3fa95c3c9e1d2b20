"""Where people and organisations appear, through time: the rows of all datasets that are not special, as one source.

Persons, households and landlords are those of today's links, applied to the records that were known on the day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from borough.catalogue.contracts import feeds_of
from borough.catalogue.entities import HOUSEHOLD_MEMBERS, LANDLORD_LINKS, entity_table
from borough.catalogue.identity import LANDLORDS, LINK_COLUMNS, LINKS, STATEMENT_COLUMNS, STATEMENTS
from borough.catalogue.rows import read_rows
from borough.compile.appearances import is_special, record_sql, said_sql
from borough.compile.attributes.rows import EVIDENCE, NEVER, Rows, own_known, versions_sql
from borough.compile.entities import peopled
from borough.compile.relations import Relations
from borough.engine.quoting import literal, quoted
from borough.project.load import Project
from borough.project.roles import addresses_of, people_of
from borough.project.specs import DatasetSpec

DAY_HOLDS = 365
"""Days for which somebody who was seen on a day counts as being there."""


def appearing_datasets(project: Project) -> tuple[str, ...]:
    """The datasets that say where people are, those of special category apart."""
    return tuple(d for d in peopled(project) if not is_special(project.datasets[d]))


def stands(project: Project, dataset: str) -> bool:
    """Does a row without dates hold as long as it is there? So where every extract is complete."""
    sources = project.sources
    return all(sources[source].feeds[feed].delivers == "full" for source, feed in (name.split(".") for name in feeds_of(project, dataset)))


@dataclass(frozen=True)
class Appearing:
    """Reads appearances by one of their columns. ``among``: a relation (entity) of those that are asked for; ``evidence``: with where a row is found."""

    relations: Relations
    among: str | None = None
    evidence: bool = False
    stored: str | None = None
    """A table of all that ``everything`` gives, where it is at hand."""

    def rows(self, by: str, needed: Sequence[str]) -> Rows:
        """The appearances that tell of an entity by a column (``BY_APPEARANCE``)."""
        columns = tuple(dict.fromkeys(needed))
        ranked = any(len(feeds_of(self.relations.project, d)) > 1 for d in appearing_datasets(self.relations.project))
        only = f" AND {quoted(by)} IN (SELECT entity FROM {self.among})" if self.among is not None and not ranked else ""
        masked = tuple(c for c in columns if c in ("to_day", "holds_until"))
        cells = ", ".join(["_record", "_rank", "_seen", "_gone", *(EVIDENCE if self.evidence else ()), *(quoted(c) for c in columns), *(f"_k_to_day AS {quoted('_k_' + c)}" for c in masked)])
        joined = self.stored or self.everything({by, *columns})
        return Rows(f"(SELECT {quoted(by)} AS _entity, {cells} FROM {joined} WHERE {quoted(by)} IS NOT NULL{only})", columns, masked, ranked, among=self.among)

    def everything(self, wanted: Collection[str], where: Mapping[str, str] | None = None, beside: str | None = None) -> str:
        """SQL of all appearances, with who and what they are linked to so far as it is among the columns that are ``wanted``.

        ``where``: by dataset, the condition over its log that a row must meet; no others are read. ``beside``: SQL of more that is said (``standing``).
        """
        said = f"{self.said(where)} UNION ALL SELECT * FROM ({beside})" if beside else self.said(where)
        return self._joined(f"({said})", wanted)

    def said(self, where: Mapping[str, str] | None = None) -> str:
        """SELECT of what records say of where people are, in all their versions."""
        datasets = [d for d in appearing_datasets(self.relations.project) if where is None or d in where]
        selects = [self._of(d, where[d] if where is not None else "true") for d in datasets]
        return " UNION ALL ".join(s for s in selects if s) or _nothing(self.evidence)

    def _of(self, dataset: str, where: str) -> str:
        """SELECT of the appearances that a dataset's own rows make; empty where they make none."""
        relations, project = self.relations, self.relations.project
        contract = project.datasets[dataset]
        versions = versions_sql(relations, dataset, tuple(contract.columns), where)
        rows = relations.linked(dataset, f"(SELECT *, true AS _now FROM {versions})", people=False)
        seen, ends = _known_cells(contract, contract.true.to if contract.true is not None else None)
        beside = ["_seen", "_gone", "_k_to_day", "_rank", *(EVIDENCE if self.evidence else ())]
        said = said_sql(project, dataset, f"(SELECT *, {seen} AS _seen, {ends} AS _k_to_day, {_rank(relations, dataset)} AS _rank FROM {rows})", beside)
        cells = {"dataset": literal(dataset), "role": "_role", "_record": f"concat({literal(dataset + '.')}, _role, ':', _record)", "_stands": "true" if stands(project, dataset) else "false", "_property": "property"}
        made = ", ".join([*(f"{sql} AS {name}" for name, sql in cells.items()), *beside, "_signature, _resident, _landlord_of, _from_day, _to_day, _lasting, _known, date_of_birth"])
        return " UNION ALL ".join(f"SELECT {made} FROM ({one})" for one in said)

    def _joined(self, rows: str, wanted: Collection[str]) -> str:
        """Appearances with who and what they are linked to, so far as it is wanted."""
        relations = self.relations
        links = read_rows(relations.engine, LINKS, relations.tables(LINKS), LINK_COLUMNS)
        since = "coalesce(_from_day, CAST(_known AS DATE))"
        cells = {
            "dataset": "dataset", "role": "role", "kind": "l.kind", "resident": "_resident", "person": "l.person", "property": "_property", "let": "_landlord_of", "from_day": "_from_day",
            "to_day": "_to_day", "since": since, "holds_until": f"CASE WHEN _to_day IS NOT NULL THEN _to_day WHEN NOT _lasting AND NOT _stands THEN {since} + {DAY_HOLDS} END",
            "born": "date_of_birth", "adult_from": f"greatest({since}, CAST(date_of_birth + INTERVAL 18 YEAR AS DATE))",
        }  # fmt: skip
        made = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in cells.items())
        kept = ", ".join(["_record", "_rank", "_seen", "_gone", "_k_to_day", *(EVIDENCE if self.evidence else ())])
        joined = f"(SELECT {kept}, {made}, l.node AS _node FROM {rows} a JOIN (SELECT signature, node, kind, person FROM {links} WHERE kind <> 'nobody') l ON l.signature = a._signature)"
        if "household" in wanted:
            joined = self._with_households(joined)
        if "landlord" in wanted:
            parties = relations.engine.scan(stored.files if (stored := relations.tables(LANDLORDS)) else [], LANDLORD_LINKS)
            joined = f"(SELECT a.*, CASE WHEN a.let IS NOT NULL THEN p.landlord END AS landlord FROM {joined} a LEFT JOIN {parties} p ON p.node = a._node)"
        return joined

    def _with_households(self, rows: str) -> str:
        """The household of an appearance: that of the person's stay there which began last before it; else their first."""
        table = entity_table("household_member")
        members = read_rows(self.relations.engine, table, self.relations.tables(table), HOUSEHOLD_MEMBERS)
        stays = f"(SELECT person, property, coalesce(from_day, DATE '0001-01-01') AS day, min(household) AS household FROM {members} GROUP BY ALL)"
        first = f"(SELECT person, property, arg_min(household, (day, household)) AS household FROM {stays} GROUP BY ALL)"
        return (
            f"(SELECT a.*, coalesce(m.household, f.household) AS household FROM {rows} a ASOF LEFT JOIN {stays} m ON m.person = a.person AND m.property = a.property AND a.since >= m.day "
            f"LEFT JOIN {first} f ON f.person = a.person AND f.property = a.property)"
        )


def _known_cells(contract: DatasetSpec, last: str | None) -> tuple[str, str]:
    """SQL of when an appearance was known, and when its end was. An end without a time of its own is known with its row."""
    first, *late = late_cells(contract, ends=False)
    seen = f"greatest({', '.join([first, *(f'coalesce({k}, TIMESTAMP {literal(NEVER)})' for k in late)])})" if late else first
    own = last is not None and contract.columns[last].known is not None
    end = f"coalesce({own_known(contract, last)}, TIMESTAMP {literal(NEVER)})" if last is not None and own else "TIMESTAMP '0001-01-01 00:00:00'"
    return seen, end


def late_cells(contract: DatasetSpec, *, ends: bool = True) -> list[str]:
    """SQL of the instants from which a row, and then the columns by which somebody appears in it, are known; that of the end too."""
    found_by = {c for address in addresses_of(contract).values() for c in (*(address.text or ()), address.postcode, address.uprn) if c}
    for person in people_of(contract).values():
        found_by |= {v for f in type(person).model_fields if f not in ("address", "landlord_of", "scope") and isinstance(v := getattr(person, f), str) and v in contract.columns}
    if contract.true is not None:
        found_by |= {contract.true.from_, *([contract.true.to] if contract.true.to and ends else [])}
    return ["_known", *(own_known(contract, c) for c in sorted(found_by) if contract.columns[c].known is not None)]


def standing(relations: Relations, records: str | None, later: str) -> str:
    """SELECT of what records say as they stand, as ``everything`` takes it beside: quicker than reading the logs, and right for a day from which on nothing more is known.

    ``records``: a table (dataset, record) of those that are asked for; ``later``: one of those of which something was known later than that day.
    """
    project = relations.project
    statements = read_rows(relations.engine, STATEMENTS, relations.tables(STATEMENTS), STATEMENT_COLUMNS)
    named = ", ".join(literal(d) for d in appearing_datasets(project)) or "NULL"
    stand = ", ".join(literal(d) for d in appearing_datasets(project) if stands(project, d)) or "NULL"
    some = f" SEMI JOIN {records} r ON r.dataset = s.dataset AND r.record = s.record" if records is not None else ""
    return (
        f"SELECT dataset, role, concat(dataset, '.', role, ':', record) AS _record, dataset IN ({stand}) AS _stands, property AS _property, known AS _seen, CAST(NULL AS TIMESTAMP) AS _gone, TIMESTAMP '0001-01-01 00:00:00' AS _k_to_day, 0 AS _rank, "
        f"signature AS _signature, resident AS _resident, landlord_of AS _landlord_of, from_day AS _from_day, to_day AS _to_day, lasting AS _lasting, known AS _known, date_of_birth "
        f"FROM {statements} s{some} ANTI JOIN {later} l ON l.dataset = s.dataset AND l.record = s.record WHERE s.now AND s.dataset IN ({named})"
    )


def later_sql(relations: Relations, end: str) -> str:
    """SELECT (dataset, record, latest, run) of rows of which something was known at an instant (SQL) or later: when the last of it was, and the run that wrote the row."""
    selects = ["SELECT '' AS dataset, '' AS record, CAST(NULL AS TIMESTAMP) AS latest, 0 AS run WHERE false"]
    for dataset in appearing_datasets(relations.project):
        log, contract = relations.log(dataset), relations.project.datasets[dataset]
        if log is not None:
            cells = late_cells(contract)
            latest = f"greatest({', '.join(cells)})" if len(cells) > 1 else cells[0]
            selects.append(f"SELECT {literal(dataset)}, {record_sql(contract)}, {latest}, _run FROM {log.sql} WHERE {' OR '.join(f'{cell} >= {end}' for cell in cells)}")
    return " UNION ALL ".join(selects)


def _rank(relations: Relations, dataset: str) -> str:
    feeds = feeds_of(relations.project, dataset)
    return "CASE _feed " + " ".join(f"WHEN {literal(f)} THEN {i}" for i, f in enumerate(feeds)) + " END" if len(feeds) > 1 else "0"


def _nothing(evidence: bool) -> str:
    extra = "".join(f", '' AS {c}" for c in EVIDENCE) if evidence else ""
    return (
        f"SELECT '' AS dataset, '' AS role, '' AS _record, false AS _stands, CAST(NULL AS BIGINT) AS _property, CAST(NULL AS TIMESTAMP) AS _seen, CAST(NULL AS TIMESTAMP) AS _gone, CAST(NULL AS TIMESTAMP) AS _k_to_day, 0 AS _rank{extra}, CAST(NULL AS BIGINT) AS _signature, "
        "false AS _resident, CAST(NULL AS BIGINT) AS _landlord_of, CAST(NULL AS DATE) AS _from_day, CAST(NULL AS DATE) AS _to_day, false AS _lasting, CAST(NULL AS TIMESTAMP) AS _known, CAST(NULL AS DATE) AS date_of_birth WHERE false"
    )


