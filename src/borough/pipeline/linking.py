"""Records to people: what records say, each distinct one once; pairs that are new, compared; clusters; ids that survive."""

from __future__ import annotations

from dataclasses import dataclass, field

from borough.catalogue.identity import (
    CROSSWALK,
    CROSSWALK_COLUMNS,
    EVENT_COLUMNS,
    EVENTS,
    JUDGEMENTS,
    LINK_COLUMNS,
    LINKS,
    NODES,
    PAIR_COLUMNS,
    PAIRS,
    SIGNATURE_COLUMNS,
    SIGNATURES,
)  # fmt: skip
from borough.compile.entities import peopled
from borough.compile.gazetteer import lines_sql
from borough.compile.links import extra_fields, records_sql
from borough.engine.quoting import quoted
from borough.identity.clusters.ledger import assign, crosswalk_rows, standing_people
from borough.identity.clusters.partition import cluster
from borough.identity.people.cleaning import clean
from borough.identity.people.columns import NODE_COLUMNS, RECORD_COLUMNS
from borough.identity.people.scoring import score
from borough.lake.logs import instant
from borough.lake.model import Column
from borough.pipeline.context import Run
from borough.pipeline.frozen import frozen_model
from borough.pipeline.judgements import judged_pairs

STANDING, RECORDS, CLEANED, ACTIVE, DIRTY = "link_standing", "link_records", "link_cleaned", "link_active", "link_dirty"
SCORED, JUDGED, CLUSTERED, ASSIGNED = "link_scored", "link_judged", "link_clusters", "link_assigned"


@dataclass
class Linked:
    """What linking did: records that were new, those compared, pairs of them, people."""

    records: int = 0
    compared: int = 0
    pairs: int = 0
    people: int = 0
    told: list[str] = field(default_factory=list)


def link_people(run: Run, *, anew: bool) -> Linked:
    """Link what records say of people to the people there are."""
    linked = Linked()
    if not (anew or run.changed & {*peopled(run.project), "property"} or JUDGEMENTS in run.changed):
        return linked
    run.progress.step("person", "reading records of people")
    _collect(run)
    linked.records = _take_in(run)
    signatures = run.engine.scan(run.files(SIGNATURES), SIGNATURE_COLUMNS)
    _activate(run, signatures)
    linked.compared, linked.pairs = _compare(run, linked)
    judged_pairs(run, signatures, JUDGED)
    linked.people = _settle(run, linked)
    _link(run, signatures)
    for table in (STANDING, RECORDS, CLEANED, ACTIVE, DIRTY, SCORED, JUDGED, CLUSTERED, ASSIGNED):
        run.engine.execute(f"DROP TABLE IF EXISTS {table}")
    return linked


def record_columns(run: Run) -> tuple[tuple[str, str], ...]:
    """What records say, extra fields included."""
    return (*RECORD_COLUMNS, *((extra, "string") for extra in extra_fields(run.project)))


def node_columns(run: Run) -> tuple[tuple[str, str], ...]:
    """The columns of distinct cleaned records, extra fields included."""
    return (("node", "long"), *NODE_COLUMNS, *((extra, "string") for extra in extra_fields(run.project)), ("run", "long"))


def _collect(run: Run) -> None:
    """Every signature that stands, and what the new ones among them say."""
    selects = []
    for dataset in peopled(run.project):
        rows = run.relations.linked(dataset, run.relations.versions(dataset), people=False)
        selects.extend(records_sql(run.project, dataset, rows))
    names = [name for name, _ in record_columns(run) if name != "signature"]
    every = " UNION ALL BY NAME ".join(selects)
    known = run.engine.scan(run.files(SIGNATURES), SIGNATURE_COLUMNS)
    first = not run.files(SIGNATURES)
    values = ", ".join(f"any_value({quoted(name)}) AS {quoted(name)}" for name in names)
    new = f"SELECT * FROM ({every}) WHERE signature IS NOT NULL" + ("" if first else f" AND signature NOT IN (SELECT signature FROM {known})")
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {RECORDS} AS SELECT signature, {values} FROM ({new}) GROUP BY signature")
    standing = RECORDS if first else f"({every})"
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {STANDING} AS SELECT DISTINCT signature FROM {standing} WHERE signature IS NOT NULL")
    _fill_postcodes(run)


def _fill_postcodes(run: Run) -> None:
    """A record with a property has its postcode too, though it may not say it."""
    lines = lines_sql(run.relations)
    if lines is not None:
        known = f"(SELECT uprn, min(postcode) AS postcode FROM {lines} WHERE coalesce(status, 'approved') = 'approved' GROUP BY uprn)"
        run.engine.execute(f"UPDATE {RECORDS} SET postcode = k.postcode FROM {known} k WHERE k.uprn = {RECORDS}.property AND k.postcode IS NOT NULL")


def _take_in(run: Run) -> int:
    """Clean the new records; those that say the same are one node. Returns the new records."""
    ((count,),) = run.engine.rows(f"SELECT count(*) FROM {RECORDS}")
    if not count and run.files(SIGNATURES):
        return 0
    run.progress.step("person", f"cleaning {count:,} records")
    clean(run.engine, RECORDS, CLEANED, extras=extra_fields(run.project))
    columns = node_columns(run)
    nodes = run.engine.scan(run.files(NODES), columns)
    own = ", ".join(quoted(name) for name, _ in columns[1:-1])
    run.engine.execute(
        f"CREATE OR REPLACE TEMP TABLE link_new AS SELECT row_number() OVER (ORDER BY digest) + (SELECT coalesce(max(node), 0) FROM {nodes}) AS node, {own}, "
        f"CAST({run.writer.number} AS BIGINT) AS run FROM (SELECT * FROM {CLEANED} WHERE kind <> 'nobody' AND digest NOT IN (SELECT digest FROM {nodes}) "
        f"QUALIFY row_number() OVER (PARTITION BY digest ORDER BY signature) = 1)"
    )
    _append(run, NODES, "SELECT * FROM link_new ORDER BY node", columns)
    ledger = f"(SELECT digest, node FROM {nodes} UNION ALL SELECT digest, node FROM link_new)"
    _append(run, SIGNATURES, f"SELECT c.signature, l.node, c.kind, CAST({run.writer.number} AS BIGINT) AS run FROM {CLEANED} c LEFT JOIN {ledger} l ON l.digest = c.digest AND c.kind <> 'nobody' ORDER BY 1", SIGNATURE_COLUMNS)
    run.engine.execute("DROP TABLE link_new")
    return int(count)


def _append(run: Run, table: str, sql: str, columns: tuple[tuple[str, str], ...]) -> None:
    run.append(table, run.engine.copy(sql, run.writer.new_file(table)), columns, app=table)


def _activate(run: Run, signatures: str) -> None:
    """The nodes of people that a standing record has; dirty are those that were not active in the last run."""
    nodes = run.engine.scan(run.files(NODES), node_columns(run))
    standing = f"(SELECT DISTINCT s.node FROM {signatures} s SEMI JOIN {STANDING} t ON t.signature = s.signature WHERE s.kind = 'person')"
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {ACTIVE} AS SELECT n.* FROM {nodes} n SEMI JOIN {standing} s ON s.node = n.node ORDER BY n.node")
    crosswalk = run.engine.scan(run.files(CROSSWALK), CROSSWALK_COLUMNS)
    before = standing_people(crosswalk)
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {DIRTY} AS SELECT a.node FROM {ACTIVE} a ANTI JOIN (SELECT node FROM {before} WHERE active) b ON b.node = a.node")


def _compare(run: Run, linked: Linked) -> tuple[int, int]:
    """Score the pairs with a dirty end. Returns the dirty nodes and their pairs."""
    ((dirty, active),) = run.engine.rows(f"SELECT (SELECT count(*) FROM {DIRTY}), (SELECT count(*) FROM {ACTIVE})")
    if not dirty:
        return 0, 0
    frozen = frozen_model(run, ACTIVE)
    run.progress.step("person", f"comparing {dirty:,} of {active:,} distinct records")
    scored = score(run.engine, frozen.model, ACTIVE, None if dirty == active else DIRTY, SCORED, cap=frozen.cap)
    _append(run, PAIRS, f"SELECT l, r, weight, CAST(against AS BIGINT) AS against, CAST({run.writer.number} AS BIGINT) AS run FROM {SCORED} ORDER BY l, r", PAIR_COLUMNS)
    linked.told.extend(scored.told())
    return int(dirty), scored.pairs


def _settle(run: Run, linked: Linked) -> int:
    """Clusters of the active nodes, and the people that they are. Returns how many."""
    run.progress.step("person", "clustering")
    frozen = frozen_model(run, ACTIVE)
    pairs = run.engine.scan(run.files(PAIRS), PAIR_COLUMNS)
    alive = (
        f"(SELECT p.l, p.r, p.weight, p.against FROM (SELECT * FROM {pairs} QUALIFY row_number() OVER (PARTITION BY l, r ORDER BY run DESC) = 1) p "
        f"SEMI JOIN {ACTIVE} a ON a.node = p.l SEMI JOIN {ACTIVE} b ON b.node = p.r)"
    )
    clustered = cluster(run.engine, ACTIVE, alive, JUDGED, CLUSTERED, match_above=frozen.match_above, limit=frozen.largest)
    linked.told.extend(clustered.told())
    crosswalk = run.engine.scan(run.files(CROSSWALK), CROSSWALK_COLUMNS)
    assigned = assign(run.engine, CLUSTERED, crosswalk, ASSIGNED)
    stamp = f"CAST({run.writer.number} AS BIGINT) AS run, {instant(run.recorded)} AS recorded"
    _append(run, CROSSWALK, f"SELECT node, person, op, {stamp} FROM {crosswalk_rows(ASSIGNED, crosswalk)} ORDER BY node", CROSSWALK_COLUMNS)
    if run.files(LINKS):  # at the first everybody is made
        events = f"SELECT event, 'person' AS entity, person AS id, other, CAST(nodes AS BIGINT) AS count, CAST(NULL AS VARCHAR) AS note, {stamp} FROM {assigned.events} ORDER BY event, person, other"
        run.append(EVENTS, run.engine.copy(events, run.writer.new_file(EVENTS, "person")), EVENT_COLUMNS, app=f"{EVENTS}/person")
    return int(run.engine.rows(f"SELECT count(DISTINCT person) FROM {ASSIGNED}")[0][0])


def _link(run: Run, signatures: str) -> None:
    """Join every signature to its person; one whose records are gone keeps the person that it last had."""
    crosswalk = standing_people(run.engine.scan(run.files(CROSSWALK), CROSSWALK_COLUMNS))
    sql = f"SELECT s.signature, s.node, c.person FROM {signatures} s LEFT JOIN {crosswalk} c ON c.node = s.node WHERE s.node IS NOT NULL ORDER BY s.signature"
    files = run.engine.copy(sql, run.writer.new_file(LINKS))
    run.writer.replace(LINKS, files, [Column(name, kind) for name, kind in LINK_COLUMNS], app=LINKS)
    run.changed.update(peopled(run.project))
    run.changed.add("person")
