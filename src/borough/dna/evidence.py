"""The rows behind an entity's attributes: which records count for each, with their dates, and where they were read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from borough.catalogue.entities import HOUSEHOLD_MEMBERS, LANDLORD_LINKS, entity_table
from borough.catalogue.identity import LANDLORDS, LINK_COLUMNS, LINKS, STATEMENT_COLUMNS, STATEMENTS
from borough.catalogue.rows import read_rows
from borough.catalogue.tables import Columns
from borough.compile.appearances import record_sql
from borough.compile.attributes.appearing import Appearing, appearing_datasets
from borough.compile.attributes.lookup import appearance_types
from borough.compile.attributes.measures import condition, date_sql, value_sql
from borough.compile.attributes.model import APPEARANCE, Attribute, Profile, Source
from borough.compile.attributes.rows import EVIDENCE, visible
from borough.compile.relations import Relations
from borough.dna.building import read_source
from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal, quoted

EVIDENCE_COLUMNS: Columns = (
    ("attribute", "string"),
    ("dataset", "string"),
    ("record", "string"),  # its key, joined by |
    ("day", "date"),
    ("value", "string"),  # what it says, for kinds that take a value
    ("feed", "string"),
    ("file", "string"),
    ("row", "long"),
)
Hidden = Callable[[str, Sequence[str]], bool]
"""Is one of these columns of a dataset hidden from whoever asks? Without columns: is its key?"""


@dataclass(frozen=True)
class Evidence:
    """Gathers the rows behind the attributes of the one entity in ``among``, a temp table (entity)."""

    engine: DuckDBEngine
    relations: Relations
    profile: Profile
    among: str
    hidden: Hidden

    def gather(self, day: dt.date, into: str) -> None:
        """Make the temp table ``into`` (``EVIDENCE_COLUMNS``). What is hidden is null in it."""
        empty = ", ".join(f"CAST(NULL AS {'BIGINT' if kind == 'long' else 'DATE' if kind == 'date' else 'VARCHAR'}) AS {quoted(name)}" for name, kind in EVIDENCE_COLUMNS)
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT {empty} WHERE false")
        for source in self.profile.sources:
            attributes = self.profile.of_source(source)
            if not attributes or (source.dataset != APPEARANCE and self.relations.log(source.dataset) is None):
                continue
            seen = self._seen(source, day)
            for attribute in attributes:
                self.engine.execute(f"INSERT INTO {into} {self._of(attribute, source, seen, day)}")
            self.engine.execute(f"DROP TABLE {seen}")

    def _seen(self, source: Source, day: dt.date) -> str:
        """A temp table of the rows about the entity, as known at the end of the day."""
        appearances = None
        if source.dataset == APPEARANCE:
            appearances = "dna_ev_appearances"
            gather_versions(self.engine, self.relations, source.by, self.among, appearances, evidence=True)
        rows = read_source(self.relations, self.profile, source, among=self.among, evidence=True, appearances=appearances)
        named = ", dataset AS _dataset" if source.dataset == APPEARANCE and "dataset" in rows.columns else ""
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE dna_ev_seen AS SELECT *{named} FROM ({visible(rows, day, EVIDENCE)})")
        return "dna_ev_seen"

    def _of(self, attribute: Attribute, source: Source, seen: str, day: dt.date) -> str:
        of_people = source.dataset == APPEARANCE
        counts = condition(attribute, day)
        if attribute.value is not None:
            counts += f" AND {value_sql(attribute)} IS NOT NULL"
        dataset = "split_part(_record, '.', 1)" if of_people else literal(source.dataset)
        record = "substr(_record, strpos(_record, ':') + 1)" if of_people else "_record"
        value = f"CAST({value_sql(attribute)} AS VARCHAR)" if attribute.value is not None and not self._is_hidden(attribute, source) else "NULL"
        if of_people:
            closed = ", ".join(literal(d) for d in appearing_datasets(self.relations.project) if self.hidden(d, ())) or "NULL"
            record = f"CASE WHEN {dataset} NOT IN ({closed}) THEN {record} END" if closed != "NULL" else record
        elif self.hidden(source.dataset, ()):
            record = "NULL"
        return (
            f"SELECT {literal(attribute.name)}, {dataset}, {record}, nullif({date_sql(attribute)}, DATE '0001-01-01'), {value}, _feed, _file, _row FROM {seen} WHERE {counts} "
            f"ORDER BY {date_sql(attribute)} DESC NULLS LAST, _record DESC{' LIMIT 1' if attribute.kind in ('fact', 'recency') else ''}"
        )

    def _is_hidden(self, attribute: Attribute, source: Source) -> bool:
        if attribute.value is None or source.dataset == APPEARANCE:
            return False
        return any(self.hidden(*self._column(source.dataset, c)) for c in attribute.value.columns)

    def _column(self, dataset: str, column: str) -> tuple[str, list[str]]:
        ref, _, there = column.partition(".")
        if not there:
            return dataset, [column]
        return (self.relations.project.datasets[dataset].columns[ref].references or "").partition(".")[0], [there]


def gather_versions(engine: DuckDBEngine, relations: Relations, by: str, among: str, into: str, *, evidence: bool = False) -> None:
    """Make the temp table ``into``: the appearances, in all their versions, of records that are or were about the entities in ``among``; it may hold others."""
    statements = read_rows(engine, STATEMENTS, relations.tables(STATEMENTS), STATEMENT_COLUMNS)
    links = read_rows(engine, LINKS, relations.tables(LINKS), LINK_COLUMNS)
    members = read_rows(engine, entity_table("household_member"), relations.tables(entity_table("household_member")), HOUSEHOLD_MEMBERS)
    some = f"(SELECT entity FROM {among})"
    stored = relations.tables(LANDLORDS)
    parties = engine.scan(stored.files if stored else [], LANDLORD_LINKS)
    who = {
        "property": f"property IN {some}",
        "let": f"landlord_of IN {some}",
        "person": f"signature IN (SELECT signature FROM {links} WHERE person IN {some})",
        "household": f"property IN (SELECT property FROM {members} WHERE household IN {some})",
        "landlord": f"signature IN (SELECT signature FROM {links} WHERE node IN (SELECT node FROM {parties} WHERE landlord IN {some}))",
    }[by]
    engine.execute(f"CREATE OR REPLACE TEMP TABLE dna_ev_records AS SELECT DISTINCT dataset, record FROM {statements} WHERE {who}")
    where = {}
    for dataset in appearing_datasets(relations.project):
        log, contract = relations.log(dataset), relations.project.datasets[dataset]
        if log is None:
            continue
        condition = f"{record_sql(contract)} IN (SELECT record FROM dna_ev_records WHERE dataset = {literal(dataset)})"
        # A record that says otherwise now may have been about them before.
        key = ", ".join(quoted(c) for c in contract.key)
        often = f"SELECT {f'({key})' if len(contract.key) > 1 else key} FROM {log.sql} GROUP BY {key} HAVING count(*) > 1"
        where[dataset] = condition if log.settled and log.base == log.sql else f"({condition} OR ({key}) IN ({often}))"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT * FROM {Appearing(relations, evidence=evidence).everything(appearance_types(), where)}")
