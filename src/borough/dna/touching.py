"""Whom a run, or a day that passed, touched: the entities whose profile may differ from what is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from borough.catalogue.contracts import feeds_of, log_table
from borough.catalogue.entities import HOUSEHOLD_MEMBERS, LANDLORD_LINKS, entity_table
from borough.catalogue.identity import ADDRESS_COLUMNS, ADDRESSES, LANDLORDS, LINK_COLUMNS, LINKS, STATEMENT_COLUMNS, STATEMENTS
from borough.catalogue.rows import HIDDEN, read_rows
from borough.catalogue.tables import Columns
from borough.compile.appearances import record_sql
from borough.compile.attributes.appearing import DAY_HOLDS, Appearing, appearing_datasets, later_sql, stands
from borough.compile.attributes.due import Passed, entities, touched_row, turned
from borough.compile.attributes.measures import needed_columns
from borough.compile.attributes.model import APPEARANCE, Attribute, Profile, Source
from borough.compile.attributes.rows import Reader
from borough.compile.links import address_key
from borough.compile.relations import Relations
from borough.dna.appearances import records_where
from borough.engine.duckdb import DuckDBEngine, engine_type
from borough.engine.quoting import literal, quoted
from borough.lake.logs import end_of_day, instant
from borough.project.roles import addresses_of, people_of, property_column

RECORDS, LATE, _SAID = "dna_records", "dna_late", "dna_said"
"""Temp tables: (dataset, record) of records of people that were touched; what was known only after the last look; what they say and said (signature, property, landlord_of, was)."""


@dataclass(frozen=True)
class Touching:
    """Finds the entities of profiles that differ between two looks. ``before``: the tables as they were then; ``moved``: relation (key) of addresses with another property now."""

    engine: DuckDBEngine
    now: Relations
    before: Relations
    passed: Passed
    moved: str | None = None

    def prepare(self, profiles: Iterable[Profile]) -> None:
        """Find the records of people that make a difference to any of the profiles."""
        read = [(source, profile.of_source(source)) for profile in profiles for source in profile.sources if source.dataset == APPEARANCE]
        if read:
            self._records({source.by for source, _ in read}, [a for _, attributes in read for a in attributes])

    def touch(self, profile: Profile, into: str) -> None:
        """Make the temp table ``into`` (source, entity): whom each of the profile's sources, by its place, tells otherwise."""
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {into}_all (source INTEGER, entity {engine_type(profile.logical_key)})")
        for i, source in enumerate(profile.sources):
            if source.dataset == APPEARANCE:
                self._add(into, i, self._appearing(source.by))
            elif self.now.log(source.dataset) is not None:
                for found in (*self._rows(profile, source), *(self._moved() if source.via == "address" else ())):
                    self._add(into, i, found)
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT DISTINCT source, entity FROM {into}_all WHERE entity IS NOT NULL")
        self.engine.execute(f"DROP TABLE {into}_all")

    def _add(self, into: str, source: int, found: str) -> None:
        self.engine.execute(f"INSERT INTO {into}_all SELECT {source}, entity FROM ({found})")

    # ── Rows of datasets ────────────────────────────────────────────────────────────────────────

    def _rows(self, profile: Profile, source: Source) -> Iterator[str]:
        """SELECTs (entity) of whom touched rows of a dataset are, or were, about."""
        population = profile.population if profile.population is not None and profile.population.source == source else None
        needed = needed_columns(profile.of_source(source), population)
        wheres = {source.dataset: self._condition(profile, source, needed)}
        both = source.via == "person" or self._rewritten(source.dataset)
        for relations in (self.now, self.before) if both else (self.now,):
            yield entities(Reader(relations, None, wheres).rows(source, needed))
        for target in self._targets(source):
            # Whose they were and are who refer to a row that was touched.
            yield entities(Reader(self.now, None, {target.dataset: self._condition(profile, target, ())}).rows(target, ()))

    def _moved(self) -> Iterator[str]:
        """SELECTs (entity) of the properties that an address has now, or had, which has another: whoever gave it."""
        for relations in (self.now, self.before) if self.moved is not None else ():
            yield f"SELECT uprn AS entity FROM {self._kept(relations, ADDRESSES, ADDRESS_COLUMNS)} WHERE key IN (SELECT key FROM {self.moved})"

    def _rewritten(self, dataset: str) -> bool:
        """Was its log written anew, so that it has not all versions any more that it had?"""
        now, before = (r.tables(log_table(dataset)) for r in (self.now, self.before))
        return before is not None and now is not None and not set(before.files) <= set(now.files)

    def _targets(self, source: Source) -> list[Source]:
        """The sources through which rows have their property, one after another."""
        contract = self.now.project.datasets[source.dataset]
        address = addresses_of(contract).get(source.by) if source.via == "address" else None
        if address is None or address.through is None:
            return []
        target = (contract.columns[address.through].references or "").partition(".")[0]
        names = addresses_of(self.now.project.datasets[target])
        first = Source(target, "address" if "address" in names else next(iter(names)), "address")
        return [first, *self._targets(first)]

    def _condition(self, profile: Profile, source: Source, needed: tuple[str, ...]) -> str:
        """SQL over a log of whether a row was touched."""
        contract = self.now.project.datasets[source.dataset]
        log = self.now.log(source.dataset)
        if log is None:
            return "false"
        address = addresses_of(contract).get(source.by) if source.via == "address" else None
        found_by = [c for c in (*((address.text or ()) if address else ()), address and address.postcode, address and address.uprn) if c]
        own = [c for c in dict.fromkeys([*needed, *found_by]) if c in contract.columns]
        conditions = [touched_row(contract, profile.of_source(source), own, self.passed)]
        if self.moved is not None:
            conditions += [f"{address_key(a)} IN (SELECT key FROM {self.moved})" for n, a in addresses_of(contract).items() if a.through is None and property_column(n) in needed]
        for column in dict.fromkeys(c.partition(".")[0] for c in needed if "." in c):
            target, _, there = (contract.columns[column].references or "").partition(".")
            values = f"SELECT {quoted(there)} FROM {(other.sql if (other := self.now.log(target)) else '(SELECT NULL AS ' + quoted(there) + ')')}"
            told = self.now.project.datasets[target]
            conditions.append(f"{quoted(column)} IN ({values} WHERE {touched_row(told, (), [c.partition('.')[2] for c in needed if c.startswith(column + '.')], self.passed)})")
        if source.via == "person":
            conditions.append(self._linked_otherwise(source))
        touched = f"({' OR '.join(conditions)})"
        if len(feeds_of(self.now.project, source.dataset)) < 2:
            return touched
        # What one feed says of a record decides whether another's row of it counts.
        key = ", ".join(quoted(c) for c in contract.key)
        return f"({key}) IN (SELECT {f'({key})' if len(contract.key) > 1 else key} FROM {log.sql} WHERE {touched})"

    def _linked_otherwise(self, source: Source) -> str:
        """SQL over a log of whether a record's person is another now: its own, or that of the record that it refers to."""
        contract = self.now.project.datasets[source.dataset]
        person = people_of(contract)[source.by]
        statements, changed = self._kept(self.now, STATEMENTS, STATEMENT_COLUMNS), f"SELECT signature FROM {self._written(LINKS, LINK_COLUMNS)}"
        records = f"SELECT record FROM {statements} WHERE signature IN ({changed}) AND dataset = "
        if person.through is None:
            return f"{record_sql(contract)} IN ({records}{literal(source.dataset)})"
        target, _, there = (contract.columns[person.through].references or "").partition(".")
        log, other = self.now.log(target), self.now.project.datasets[target]
        if log is None:
            return "false"
        return f"{quoted(person.through)} IN (SELECT {quoted(there)} FROM {log.sql} WHERE _run = {self.passed.run} OR {record_sql(other)} IN ({records}{literal(target)}))"

    # ── Appearances ─────────────────────────────────────────────────────────────────────────────

    def _appearing(self, by: str) -> str:
        """SELECT (entity) of whom touched records are, or were, about."""
        return " UNION ALL ".join(self._told(relations, by, f"(SELECT * FROM {_SAID} WHERE {'was' if i else 'NOT was'})") for i, relations in enumerate((self.now, self.before)))

    def _told(self, relations: Relations, by: str, said: str) -> str:
        if by in ("property", "let"):
            return f"SELECT {'landlord_of' if by == 'let' else 'property'} AS entity FROM {said}"
        links = f"(SELECT * FROM {self._kept(relations, LINKS, LINK_COLUMNS)} WHERE signature IN (SELECT signature FROM {_SAID}))"
        linked = f"FROM {said} s JOIN {links} l ON l.signature = s.signature"
        if by == "person":
            return f"SELECT l.person AS entity {linked}"
        if by == "landlord":
            return f"SELECT p.landlord AS entity {linked} JOIN {_scan(relations, LANDLORDS, LANDLORD_LINKS)} p ON p.node = l.node WHERE s.landlord_of IS NOT NULL"
        members = self._kept(relations, entity_table("household_member"), HOUSEHOLD_MEMBERS)
        return f"SELECT m.household AS entity {linked} JOIN {members} m ON m.person = l.person AND m.property = s.property"

    def _records(self, ways: Collection[str], attributes: Sequence[Attribute]) -> None:
        """Make the temp tables: records that this run wrote or links otherwise, or for which a day counts that passed; and what they say and said."""
        signatures = [f"SELECT signature FROM {self._written(LINKS, LINK_COLUMNS)}"]
        parties = [_scan(r, LANDLORDS, LANDLORD_LINKS) for r in (self.now, self.before)]
        differing = " UNION ALL ".join(f"(SELECT node, landlord FROM {a} EXCEPT SELECT node, landlord FROM {b})" for a, b in (parties, parties[::-1]))
        if {"landlord", "let"} & set(ways):
            signatures += [f"SELECT signature FROM {self._kept(r, LINKS, LINK_COLUMNS)} WHERE node IN (SELECT node FROM ({differing}))" for r in (self.now, self.before)]
        conditions = [f"signature IN ({' UNION ALL '.join(signatures)})"]
        if "household" in ways:
            conditions.append(f"property IN (SELECT property FROM {self._written(entity_table('household_member'), HOUSEHOLD_MEMBERS)})")
        stand = ", ".join(literal(d) for d in appearing_datasets(self.now.project) if stands(self.now.project, d)) or "NULL"
        since = "coalesce(from_day, CAST(known AS DATE))"
        days = {
            "since": since, "born": "date_of_birth", "adult_from": f"greatest({since}, CAST(date_of_birth + INTERVAL 18 YEAR AS DATE))",
            "holds_until": f"CASE WHEN to_day IS NOT NULL THEN to_day WHEN NOT lasting AND NOT dataset IN ({stand}) THEN {since} + {DAY_HOLDS} END",
        }  # fmt: skip
        for condition in dict.fromkeys(turned(attributes, self.passed)):
            for name, sql in days.items():
                condition = condition.replace(quoted(name), f"({sql})")
            conditions.append(condition)
        # What was known later than the last look, though it had been written before it: any of its versions may come to count.
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {LATE} AS {later_sql(self.now, instant(end_of_day(self.passed.last)))}")
        late = f"SELECT dataset, record FROM {LATE}" if self.passed.today > self.passed.last else "SELECT '' AS dataset, '' AS record WHERE false"
        selects = [f"SELECT dataset, record FROM {self._written(STATEMENTS, STATEMENT_COLUMNS)}", f"SELECT dataset, record FROM {self._kept(self.now, STATEMENTS, STATEMENT_COLUMNS, ' OR '.join(conditions))}", late]
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {RECORDS} AS SELECT DISTINCT dataset, record FROM ({' UNION ALL '.join(selects)})")
        told = [f"SELECT signature, property, landlord_of, {was} AS was FROM {self._kept(r, STATEMENTS, STATEMENT_COLUMNS, f'(dataset, record) IN (SELECT (dataset, record) FROM {RECORDS})')}" for r, was in ((self.now, "false"), (self.before, "true"))]
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_SAID} AS {' UNION ALL '.join(told)}")
        self._tell_earlier_versions()

    def _tell_earlier_versions(self) -> None:
        """Of records of which something was known only after the last look, though they were in the lake then, an earlier version may have counted: whom it was about."""
        if self.passed.today <= self.passed.last:
            return
        where = records_where(self.now, f"(SELECT DISTINCT dataset, record FROM {LATE} WHERE run < {self.passed.run})")
        if where:
            for was, relations in (("false", self.now), ("true", self.before)):
                self.engine.execute(f"INSERT INTO {_SAID} SELECT _signature, _property, _landlord_of, {was} FROM ({Appearing(relations).said(where)})")

    def _kept(self, relations: Relations, table: str, columns: Columns, where: str = "true") -> str:
        return read_rows(self.engine, table, relations.tables(table), columns, f"({where})")

    def _written(self, table: str, columns: Columns) -> str:
        """SQL of the rows of a table with a key that this run wrote; of one that it wrote whole, of the rows that differ."""
        stored = self.now.tables(table)
        if stored is not None and stored.properties.get("through") == self.passed.run:
            now, before = (self._kept(r, table, columns) for r in (self.now, self.before))
            return f"((SELECT * FROM {now} EXCEPT SELECT * FROM {before}) UNION ALL (SELECT * FROM {before} EXCEPT SELECT * FROM {now}))"
        return f"(SELECT * FROM {self.engine.scan(stored.files if stored else [], (*columns, *HIDDEN))} WHERE _run = {self.passed.run})"


def _scan(relations: Relations, table: str, columns: Columns) -> str:
    stored = relations.tables(table)
    return relations.engine.scan(stored.files if stored else [], columns)


def records_of(engine: DuckDBEngine, now: Relations, asked: Mapping[str, str]) -> str:
    """SELECT (dataset, record) of the records of people that may be about entities, as they stand. ``asked``: by column of appearances, a SELECT of entities."""
    links = read_rows(engine, LINKS, now.tables(LINKS), LINK_COLUMNS)
    members = read_rows(engine, entity_table("household_member"), now.tables(entity_table("household_member")), HOUSEHOLD_MEMBERS)
    ways = {
        "property": "property IN ({})",
        "let": "landlord_of IN ({})",
        "person": f"signature IN (SELECT signature FROM {links} WHERE person IN ({{}}))",
        "household": f"property IN (SELECT property FROM {members} WHERE household IN ({{}}))",
        "landlord": f"signature IN (SELECT signature FROM {links} WHERE node IN (SELECT node FROM {_scan(now, LANDLORDS, LANDLORD_LINKS)} WHERE landlord IN ({{}})))",
    }
    where = " OR ".join(ways[by].format(some) for by, some in asked.items())
    return f"SELECT DISTINCT dataset, record FROM {read_rows(engine, STATEMENTS, now.tables(STATEMENTS), STATEMENT_COLUMNS, f'({where})')}"
