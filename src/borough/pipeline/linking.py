"""Records to people: what records say, each distinct one once; pairs that are new, compared; clusters; ids that survive."""

from __future__ import annotations

from dataclasses import dataclass, field

from borough.catalogue.identity import (
    CROSSWALK,
    CROSSWALK_COLUMNS,
    EVENT_COLUMNS,
    EVENTS,
    LINK_COLUMNS,
    LINKS,
    NODES,
    PAIR_COLUMNS,
    PAIRS,
    SIGNATURE_COLUMNS,
    SIGNATURES,
)  # fmt: skip
from borough.catalogue.rows import read_rows
from borough.compile.entities import peopled
from borough.compile.links import extra_fields
from borough.identity.clusters.components import Clustered, cluster
from borough.identity.clusters.crosswalk import as_of, changes
from borough.identity.clusters.ledger import Assigned, assign
from borough.identity.clusters.reaching import reach
from borough.identity.people.columns import NODE_COLUMNS
from borough.identity.people.scoring import score, score_inside
from borough.lake.logs import instant
from borough.lake.model import Column
from borough.pipeline.context import Run
from borough.pipeline.frozen import FREQUENT, Frozen, frozen_model, linkage_of, remembered
from borough.pipeline.judgements import judged_pairs
from borough.pipeline.keeping import keep_touched, keep_whole
from borough.pipeline.records import RECORDS, RESAID, STANDING, collect, take_in
from borough.pipeline.touching import TOUCHED

BEFORE, ACTIVE, DIRTY, GONE = "link_before", "link_active", "link_dirty", "link_gone"
SCORED, ALIVE, JUDGED, CLUSTERED, ASSIGNED = "link_scored", "link_alive", "link_judged", "link_clusters", "link_assigned"
TOUCHED_PEOPLE = "touched_people"
"""People (person) of whom records, or links, came, changed or went in this run: a temp table, where not all are to be made again."""
_STANDS = "link_stands"
_TABLES = (STANDING, RECORDS, RESAID, TOUCHED, BEFORE, _STANDS, DIRTY, GONE, SCORED, f"{SCORED}_dirty", ALIVE, "link_near", JUDGED, CLUSTERED, ASSIGNED, f"{ASSIGNED}_events", FREQUENT)


@dataclass
class Linked:
    """What linking did: records that were new, those compared, pairs of them, people."""

    records: int = 0
    compared: int = 0
    pairs: int = 0
    told: list[str] = field(default_factory=list)


def link_people(run: Run, *, anew: bool) -> Linked:
    """Link what records say of people to the people there are."""
    linked = Linked()
    if not (anew or run.changed & {*peopled(run.project), "property"}):
        return linked
    run.progress.step("person", "reading records of people")
    whole = collect(run, anew=anew)
    linked.records = take_in(run, node_columns(run))
    signatures = run.engine.scan(run.files(SIGNATURES), SIGNATURE_COLUMNS)
    kind = _activate(run, signatures)
    frozen = frozen_model(run, ACTIVE)
    _compare(run, frozen, linked)
    _mark_neighbours(run, frozen)
    _judge(run, signatures)
    if frozen.fresh or run.engine.rows(f"SELECT count(*) FROM (SELECT node FROM {DIRTY} UNION ALL SELECT node FROM {GONE})") != [(0,)]:
        _settle(run, frozen, linked)
    _link(run, signatures, whole=whole)
    if not whole:
        _touch_people(run)
    for table in _TABLES:
        run.engine.execute(f"DROP TABLE IF EXISTS {table}")
    run.engine.execute(f"DROP {kind} IF EXISTS {ACTIVE}")
    return linked


def node_columns(run: Run) -> tuple[tuple[str, str], ...]:
    """The columns of distinct cleaned records, extra fields included."""
    return (("node", "long"), *NODE_COLUMNS, *((extra, "string") for extra in extra_fields(run.project)), ("run", "long"))


def _activate(run: Run, signatures: str) -> str:
    """The nodes of people that a standing record has, as a TABLE or a VIEW; dirty are those that were not active in the last run, gone those that were and are not."""
    nodes = run.engine.scan(run.files(NODES), node_columns(run))
    crosswalk = run.engine.scan(run.files(CROSSWALK), CROSSWALK_COLUMNS)
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {BEFORE} AS {as_of(crosswalk, run.writer.number)}")
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_STANDS} AS SELECT DISTINCT s.node FROM {signatures} s SEMI JOIN {STANDING} t ON t.signature = s.signature WHERE s.kind = 'person'")
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {DIRTY} AS SELECT a.node FROM {_STANDS} a ANTI JOIN (SELECT node FROM {BEFORE} WHERE active) b ON b.node = a.node")
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {GONE} AS SELECT n.* FROM {nodes} n SEMI JOIN (SELECT node FROM {BEFORE} b WHERE active AND node NOT IN (SELECT node FROM {_STANDS})) g ON g.node = n.node")
    ((dirty, active),) = run.engine.rows(f"SELECT (SELECT count(*) FROM {DIRTY}), (SELECT count(*) FROM {_STANDS})")
    # A day needs few of the columns, and of most of them few rows; everybody is read again and again.
    kind = "TABLE" if 5 * dirty > active or not remembered(run).get("frozen") else "VIEW"
    order = " ORDER BY n.node" if kind == "TABLE" else ""
    run.engine.execute(f"CREATE OR REPLACE TEMP {kind} {ACTIVE} AS SELECT n.* FROM {nodes} n SEMI JOIN {_STANDS} s ON s.node = n.node{order}")
    return kind


def _compare(run: Run, frozen: Frozen, linked: Linked) -> None:
    """Score the pairs with a dirty end, and put them in the place of those that such nodes had."""
    ((dirty, active, gone),) = run.engine.rows(f"SELECT (SELECT count(*) FROM {DIRTY}), (SELECT count(*) FROM {_STANDS}), (SELECT count(*) FROM {GONE})")
    if frozen.fresh:
        run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {DIRTY} AS SELECT node FROM {_STANDS}")
        dirty = active
    if dirty or gone:
        run.progress.step("person", f"comparing {dirty:,} of {active:,} distinct records")
        scored = score(run.engine, frozen.model, ACTIVE, None if dirty == active else DIRTY, SCORED, frequent=FREQUENT, gone=GONE)
        run.engine.execute(f"INSERT INTO {DIRTY} SELECT node FROM {SCORED}_dirty WHERE node NOT IN (SELECT node FROM {DIRTY})")
        _keep_pairs(run, frozen)
        linked.compared, linked.pairs = int(dirty), scored.pairs
        linked.told.extend(scored.told())
        _tell(run, "capped", [(0, c.largest, f"{c.blocks} block(s) of {c.rule}") for c in scored.capped])


def _keep_pairs(run: Run, frozen: Frozen) -> None:
    pairs = run.engine.scan(run.files(PAIRS), PAIR_COLUMNS)
    new = f"SELECT l, r, weight, CAST({run.writer.number} AS BIGINT) AS run FROM {SCORED}"
    stale = f"SELECT 1 FROM {pairs} WHERE l IN (SELECT node FROM {DIRTY}) OR r IN (SELECT node FROM {DIRTY}) LIMIT 1"
    if frozen.fresh or (run.files(PAIRS) and run.engine.rows(stale)):
        kept = f"SELECT l, r, weight, run FROM {pairs} WHERE l NOT IN (SELECT node FROM {DIRTY}) AND r NOT IN (SELECT node FROM {DIRTY}) UNION ALL " if not frozen.fresh else ""
        # Those kept are in order already; to sort them all again would take longer than the rest.
        files = run.engine.copy(f"{kept}SELECT * FROM ({new} ORDER BY l, r)", run.writer.new_file(PAIRS))
        run.writer.replace(PAIRS, files, [Column(name, kind) for name, kind in PAIR_COLUMNS], app=PAIRS)
    else:
        run.append(PAIRS, run.engine.copy(f"{new} ORDER BY l, r", run.writer.new_file(PAIRS)), PAIR_COLUMNS, app=PAIRS)


def _reach(run: Run, frozen: Frozen) -> str:
    """The links among nodes that stand (temp table ``ALIVE``), and the nodes: all of them, or those that hang together with a dirty one."""
    engine, near = run.engine, "link_near"
    pairs = f"(SELECT l, r, weight FROM {engine.scan(run.files(PAIRS), PAIR_COLUMNS)} WHERE weight >= {frozen.model.match_above!r})"
    ((dirty, active),) = engine.rows(f"SELECT (SELECT count(*) FROM {DIRTY}), (SELECT count(*) FROM {_STANDS})")
    if 20 * dirty > active:
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {ALIVE} AS SELECT p.* FROM {pairs} p SEMI JOIN {_STANDS} a ON a.node = p.l SEMI JOIN {_STANDS} b ON b.node = p.r")
        return _STANDS
    reach(engine, f"(SELECT l, r FROM {pairs} UNION ALL SELECT l, r FROM {JUDGED} WHERE decision = 'same')", _STANDS, DIRTY, near)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {ALIVE} AS SELECT p.* FROM {pairs} p SEMI JOIN {near} a ON a.node = p.l SEMI JOIN {near} b ON b.node = p.r")
    return near


def _mark_neighbours(run: Run, frozen: Frozen) -> None:
    """What hung together by a node that is gone is looked at again: each part of it holds a neighbour of that node."""
    pairs = run.engine.scan(run.files(PAIRS), PAIR_COLUMNS)
    near = f"SELECT unnest([l, r]) AS node FROM {pairs} WHERE weight >= {frozen.model.match_above!r} AND (l IN (SELECT node FROM {GONE}) OR r IN (SELECT node FROM {GONE}))"
    mates = f"SELECT node FROM {BEFORE} WHERE person IN (SELECT person FROM {BEFORE} WHERE node IN (SELECT node FROM {GONE}))"
    run.engine.execute(f"INSERT INTO {DIRTY} SELECT DISTINCT node FROM ({near} UNION {mates}) WHERE node IN (SELECT node FROM {_STANDS}) AND node NOT IN (SELECT node FROM {DIRTY})")


def _judge(run: Run, signatures: str) -> None:
    """What people decided, of the nodes as they are now; the ends of what is decided otherwise than in the last run are dirty."""
    judged_pairs(run, signatures, JUDGED)
    now = [list(row) for row in run.engine.rows(f"SELECT l, r, decision FROM {JUDGED} ORDER BY ALL")]
    before = remembered(run).get("judged", [])
    ends = sorted({end for pair in (*now, *before) if (pair in now) != (pair in before) for end in pair[:2]})
    if ends:
        listed = ", ".join(f"({end})" for end in ends)
        run.engine.execute(f"INSERT INTO {DIRTY} SELECT node FROM (VALUES {listed}) v(node) WHERE node IN (SELECT node FROM {_STANDS}) AND node NOT IN (SELECT node FROM {DIRTY})")
    remembered(run)["judged"] = now


def _settle(run: Run, frozen: Frozen, linked: Linked) -> None:
    """Clusters of the components that hold a dirty node, and the people that they are."""
    run.progress.step("person", "clustering")
    engine, number = run.engine, run.writer.number

    def inside(members: str, into: str) -> None:
        score_inside(engine, frozen.model, ACTIVE, members, into, frequent=FREQUENT)

    nodes, dirty = _reach(run, frozen), None if frozen.fresh else DIRTY
    clustered = cluster(
        engine, nodes, ALIVE, JUDGED, CLUSTERED, match_above=frozen.model.match_above, floor=frozen.model.floor, chance=frozen.model.chance, inside=inside, dirty=dirty, limit=linkage_of(run).largest
    )
    _report(run, clustered, linked)
    touched = f"SELECT node FROM {CLUSTERED} UNION ALL SELECT node FROM {GONE}"
    standing = f"(SELECT * FROM {BEFORE} WHERE person IN (SELECT person FROM {BEFORE} WHERE node IN ({touched})))"
    crosswalk = run.engine.scan(run.files(CROSSWALK), CROSSWALK_COLUMNS)
    once = f"SELECT DISTINCT c.node, c.person FROM {crosswalk} c SEMI JOIN {CLUSTERED} n ON n.node = c.node WHERE c.op <> 'delete'"
    retired = f"(SELECT * FROM ({once}) WHERE person NOT IN (SELECT person FROM {BEFORE} WHERE person IS NOT NULL))"
    assigned = assign(engine, CLUSTERED, standing, ASSIGNED, run=number, first_free=int(remembered(run).get("next", 1)), retired=retired)
    remembered(run)["next"] = assigned.next_free
    stamp = instant(run.recorded)
    rows = f"SELECT node, person, op, run, {stamp} AS recorded FROM ({changes(ASSIGNED, standing, run=number)}) ORDER BY node"
    if engine.rows(f"SELECT count(*) FROM ({rows})") != [(0,)]:
        run.append(CROSSWALK, engine.copy(rows, run.writer.new_file(CROSSWALK)), CROSSWALK_COLUMNS, app=CROSSWALK)
        run.changed.add("person")
    _publish_events(run, assigned)


def _publish_events(run: Run, assigned: Assigned) -> None:
    """What became of people, for those who subscribe; at the first everybody is made, which is no news."""
    if run.files(LINKS):
        events = (
            f"SELECT event, 'person' AS entity, person AS id, other, nodes AS count, CAST(NULL AS VARCHAR) AS note, run, {instant(run.recorded)} AS recorded "
            f"FROM {assigned.events} ORDER BY event, person, other"
        )
        run.append(EVENTS, run.engine.copy(events, run.writer.new_file(EVENTS, "person")), EVENT_COLUMNS, app=f"{EVENTS}/person")


def _report(run: Run, clustered: Clustered, linked: Linked) -> None:
    for node, size in clustered.stopped:
        linked.told.append(f"{size:,} records hung together as one person (around node {node}): stopped, only their strongest links hold")
    _tell(run, "stopped", [(node, size, "records that hung together") for node, size in clustered.stopped])
    for left, right in clustered.contradictory:
        linked.told.append(f"nodes {left} and {right} were said to be the same, though others' decisions say that they are not: left apart")


def _tell(run: Run, event: str, what: list[tuple[int, int, str]]) -> None:
    """Note in the lake what linking had to leave out."""
    stamp = {"run": run.writer.number, "recorded": run.recorded}
    rows = [{"event": event, "entity": "person", "id": node, "other": None, "count": size, "note": note, **stamp} for node, size, note in what]
    if rows:
        from borough.engine.values import records_sql

        files = run.engine.copy(records_sql(rows, EVENT_COLUMNS), run.writer.new_file(EVENTS, event))
        run.append(EVENTS, files, EVENT_COLUMNS, app=f"{EVENTS}/{event}")


def _link(run: Run, signatures: str, *, whole: bool) -> None:
    """Join every signature to its person; one whose records are gone keeps the person that it last had."""
    crosswalk, number = run.engine.scan(run.files(CROSSWALK), CROSSWALK_COLUMNS), run.writer.number
    if whole or not run.files(LINKS):
        rows = f"SELECT s.signature, s.node, s.kind, c.person FROM {signatures} s LEFT JOIN ({as_of(crosswalk, number)}) c ON c.node = s.node WHERE s.node IS NOT NULL"
        keep_whole(run, LINKS, LINK_COLUMNS, rows, order="signature")
    else:
        moved = f"(SELECT node FROM {crosswalk} WHERE run = {number})"
        run.engine.execute(f"CREATE OR REPLACE TEMP TABLE link_moved AS SELECT signature, node, kind FROM {signatures} WHERE node IS NOT NULL AND (run = {number} OR node IN {moved})")
        known = f"(SELECT * FROM {crosswalk} WHERE node IN (SELECT node FROM link_moved))"
        rows = f"SELECT s.signature, s.node, s.kind, c.person FROM link_moved s LEFT JOIN ({as_of(known, number)}) c ON c.node = s.node"
        keep_touched(run, LINKS, LINK_COLUMNS, rows, "link_moved", order="signature")
        run.engine.execute("DROP TABLE link_moved")
    run.changed.add("person")


def _touch_people(run: Run) -> None:
    """Whose records or links are not what they were: who they were, and who they are."""
    links = read_rows(run.engine, LINKS, run.state(LINKS), LINK_COLUMNS)
    crosswalk, number = run.engine.scan(run.files(CROSSWALK), CROSSWALK_COLUMNS), run.writer.number
    nodes = f"(SELECT node FROM {links} l SEMI JOIN {RESAID} r ON r.signature = l.signature UNION SELECT node FROM {crosswalk} WHERE run = {number})"
    run.engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {TOUCHED_PEOPLE} AS SELECT person FROM {BEFORE} WHERE person IS NOT NULL AND node IN {nodes} "
        f"UNION SELECT person FROM {links} l WHERE person IS NOT NULL AND node IN {nodes}"
    )
    run.made.add(TOUCHED_PEOPLE)
