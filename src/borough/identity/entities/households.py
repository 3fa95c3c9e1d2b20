"""Who lived where and when, and with whom: stays from every dated statement, and households from stays.

A *statement* is a record that says that a person was at a property: through an interval, or on a day. An end that has not come is
none. A start before 1902 is a filler, one more than a year ahead a slip: then the day it was known stands in for it. Statements of
a person at a property are one *stay* where they touch or less than three months are between them, or up to five years in which
nothing shows the person elsewhere. A stay that nobody ended is ended by the start of a later lasting interval elsewhere, and says
so. Days alone make a stay that lasts a year from the last of them, if nothing shows the person elsewhere before.

Its *confidence* is 1 - 0.3^i * 0.5^s: ``i`` datasets tell of it by an interval, ``s`` by days alone. It is multiplied by 0.7 for
each stay that contradicts it (three at most), and by 0.8 when it is open and nothing was known of it for three years.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from borough.identity.clusters.ledger import NOBODY, Assigned, assign

if TYPE_CHECKING:
    from borough.engine.duckdb import DuckDBEngine

OPEN = "DATE '9999-12-31'"
FILLER = "DATE '1902-01-01'"
NEAR, APART = 92, 1826  # days between statements of one stay: anyhow, and where nothing shows the person elsewhere
LASTING = 90  # days from which an interval elsewhere ends a stay
HOLDS = 365  # days for which somebody seen is still there
AHEAD = 366  # days from today after which a start is a slip
STALE = 1096  # days after which an open stay of which nothing was known is less sure
OVERLAP = 31  # days of two stays at a time that are no contradiction: people move slowly and sources late
TOGETHER = 365  # days that people share a home before one carries on the household of the other


def today_of(engine: DuckDBEngine, appearances: str, today: date | None) -> date:
    """The day that counts as today: the run's, else the last on which anything was known."""
    if today is not None:
        return today
    found: date = engine.rows(f"SELECT coalesce(CAST(max(known) AS DATE), max(from_day), DATE '2000-01-01') FROM {appearances}")[0][0]
    return found


def due(appearances: str, last: date, today: date) -> str | None:
    """SELECT of the people for whom a day that ``stays`` counts by passed since it was last asked: an end came, or a year or three went by.

    It may name others too, for whom nothing changed. None where no day passed.
    """
    if today <= last:
        return None
    known = "CAST(known AS DATE)"

    def passed(cell: str, after: int) -> str:
        return f"{cell} BETWEEN DATE '{last}' - {after + 1} AND DATE '{today}' - {after - 1}"

    alone = f"NOT coalesce(from_day IS NOT NULL AND (to_day IS NOT NULL OR lasting), false) AND ({' OR '.join(passed(cell, HOLDS) for cell in ('from_day', 'to_day', known))})"
    aged = f"(to_day IS NULL OR to_day >= DATE '{last}') AND {passed(known, STALE)}"
    turns = [passed("to_day", 0), passed("from_day", -AHEAD), f"({alone})", f"({aged})"]
    return f"SELECT DISTINCT person FROM {appearances} WHERE resident AND person IS NOT NULL AND ({' OR '.join(turns)})"


def stays(engine: DuckDBEngine, appearances: str, into: str, *, today: date | None = None) -> int:
    """Make the temp table ``into`` (``tables.STAYS``). Returns how many stays there are.

    ``appearances`` may have a column ``lasting``: does a record without an end go on? Without it, those of a dataset that has ends do.
    Special sources make rows of their own, of which nothing is seen in the others.
    """
    day = today_of(engine, appearances, today)
    try:
        _say(engine, appearances, f"DATE '{day}'")
        _piece(engine)
        _join_up(engine)
        _gather(engine)
        _end(engine, f"DATE '{day}'")
        _contradict(engine, into, f"DATE '{day}'")
        return int(engine.rows(f"SELECT count(*) FROM {into}")[0][0])
    finally:
        for table in ("said", "piece", "run", "stay", "ended"):
            engine.execute(f"DROP TABLE IF EXISTS borough_stay_{table}")


def _say(engine: DuckDBEngine, appearances: str, today: str) -> None:
    """Every distinct statement: from ``lo`` to ``hi``, ``sure`` where an interval says it, ``slip`` where its dates are wrong."""
    columns = {name for name, _ in engine.describe(f"SELECT * FROM {appearances}")}
    lasting = "coalesce(lasting, false)" if "lasting" in columns else f"dataset IN (SELECT dataset FROM {appearances} WHERE to_day > from_day)"
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE borough_stay_said AS
        WITH dated AS (
            SELECT person, property, coalesce(special, false) AS special, dataset, known, CAST(known AS DATE) AS known_day, {lasting} AS lasting,
                CASE WHEN from_day >= {FILLER} AND from_day <= {today} + {AHEAD} THEN from_day END AS f,
                CASE WHEN to_day > {today} THEN {OPEN} WHEN to_day >= {FILLER} THEN to_day END AS t,
                coalesce(to_day < from_day, false) AS slip
            FROM {appearances} WHERE resident AND person IS NOT NULL AND property IS NOT NULL),
        spanned AS (
            SELECT *, CASE WHEN slip THEN coalesce(f, t, known_day) WHEN f IS NULL AND t < {OPEN} THEN t ELSE coalesce(f, known_day) END AS lo,
                NOT slip AND f IS NOT NULL AND (t IS NOT NULL OR lasting) AS sure
            FROM dated),
        ended AS (
            SELECT *, CASE WHEN slip THEN lo WHEN sure THEN coalesce(t, {OPEN}) WHEN f IS NULL AND t IS NULL AND lasting THEN {OPEN} ELSE lo END AS hi
            FROM spanned WHERE lo IS NOT NULL)
        SELECT person, property, special, dataset, lo, hi, sure, bool_or(slip) AS slip, count(*) AS records, min(known) AS first_known,
            max(known) AS last_known
        FROM ended GROUP BY person, property, special, dataset, lo, hi, sure"""
    )


def _piece(engine: DuckDBEngine) -> None:
    """Number the pieces of each person at each property: statements that touch, or nearly."""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE borough_stay_piece AS
        WITH reached AS (
            SELECT *, max(hi) OVER (PARTITION BY person, property, special ORDER BY lo, hi, dataset, sure
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach FROM borough_stay_said)
        SELECT * EXCLUDE (reach), sum(CASE WHEN reach IS NULL OR date_diff('day', reach, lo) > {NEAR} THEN 1 ELSE 0 END)
            OVER (PARTITION BY person, property, special ORDER BY lo, hi, dataset, sure) AS piece
        FROM reached"""
    )


def _join_up(engine: DuckDBEngine) -> None:
    """Pieces at one property that follow each other, with nothing of the person elsewhere between, are one stay."""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE borough_stay_run AS
        WITH pieces AS (
            SELECT person, property, special, piece, min(lo) AS lo, max(hi) AS hi FROM borough_stay_piece GROUP BY ALL),
        ordered AS (
            SELECT *, lag(property) OVER w AS before, lag(hi) OVER w AS reach FROM pieces
            WINDOW w AS (PARTITION BY person, special ORDER BY lo, hi, property, piece)),
        marked AS (SELECT *, CASE WHEN before = property AND date_diff('day', reach, lo) <= {APART} THEN 0 ELSE 1 END AS starts FROM ordered)
        SELECT person, property, special, piece, CAST(sum(starts) OVER (PARTITION BY person, property, special ORDER BY piece) AS BIGINT) AS stay
        FROM marked"""
    )


def _gather(engine: DuckDBEngine) -> None:
    """One row for each stay, with what is said of it."""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE borough_stay_stay AS
        WITH told AS (
            SELECT p.person, p.property, p.special, r.stay, p.dataset, bool_or(p.sure) AS sure, min(p.lo) AS lo, max(p.hi) AS hi,
                max(p.lo) AS begun, max(CASE WHEN p.hi < {OPEN} THEN p.hi END) AS seen, bool_or(p.slip) AS slip,
                bool_or(p.sure AND date_diff('day', p.lo, p.hi) >= {LASTING}) AS lasts, sum(p.records) AS records,
                min(p.first_known) AS first_known, max(p.last_known) AS last_known
            FROM borough_stay_piece p JOIN borough_stay_run r
                ON r.person = p.person AND r.property = p.property AND r.special = p.special AND r.piece = p.piece
            GROUP BY p.person, p.property, p.special, r.stay, p.dataset)
        SELECT person, property, special, stay, min(lo) AS lo, max(hi) AS hi, greatest(max(begun), max(seen)) AS seen, bool_or(sure) AS sure,
            bool_or(lasts) AS lasts, bool_or(slip) AS slip, count(*) FILTER (sure) AS intervals, count(*) FILTER (NOT sure) AS days,
            count(*) AS sources, CAST(sum(records) AS BIGINT) AS records, min(first_known) AS first_known, max(last_known) AS last_known,
            string_agg(dataset, ', ' ORDER BY dataset) AS evidence
        FROM told GROUP BY person, property, special, stay"""
    )


def _end(engine: DuckDBEngine, today: str) -> None:
    """The end of each stay: as said, or when the person surely appears elsewhere after having been seen here."""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE borough_stay_ended AS
        WITH later AS (
            SELECT s.person, s.property, s.special, s.stay, min(o.lo) AS gone, arg_min(o.property, (o.lo, o.property)) AS elsewhere
            FROM borough_stay_stay s JOIN borough_stay_stay o
                ON o.person = s.person AND o.special = s.special AND o.property <> s.property AND o.lasts AND o.lo > s.seen
            WHERE s.hi = {OPEN} OR NOT s.sure GROUP BY ALL)
        SELECT s.*, l.elsewhere, s.hi = {OPEN} AND l.gone IS NOT NULL AS left_open, CASE
                WHEN s.hi = {OPEN} THEN coalesce(l.gone, {OPEN})
                WHEN s.sure THEN s.hi
                WHEN least(coalesce(l.gone, {OPEN}), s.hi + {HOLDS}) >= {today} THEN {OPEN}
                ELSE least(coalesce(l.gone, {OPEN}), s.hi + {HOLDS}) END AS till
        FROM borough_stay_stay s LEFT JOIN later l USING (person, property, special, stay)"""
    )


def _contradict(engine: DuckDBEngine, into: str, today: str) -> None:
    """Stays with what contradicts them, and how sure they are."""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {into} AS
        WITH clash AS (
            SELECT s.person, s.property, s.special, s.stay, count(*) AS times, min(o.property) AS elsewhere
            FROM borough_stay_ended s JOIN borough_stay_ended o
                ON o.person = s.person AND o.special = s.special AND o.property <> s.property AND s.sure AND o.sure
                AND date_diff('day', greatest(s.lo, o.lo), least(s.till, o.till)) > {OVERLAP}
            GROUP BY ALL),
        judged AS (
            SELECT s.*, c.elsewhere AS at_once, CASE WHEN c.times IS NOT NULL THEN 'elsewhere at the same time'
                WHEN s.left_open THEN 'left open, but elsewhere later' WHEN s.slip THEN 'ends before it starts' END AS conflict,
                least(3, coalesce(c.times, 0) + CAST(s.left_open AS INTEGER)) AS against
            FROM borough_stay_ended s LEFT JOIN clash c USING (person, property, special, stay))
        SELECT person, property, stay, lo AS from_day, nullif(till, {OPEN}) AS to_day, nullif(hi, {OPEN}) AS said_to, seen AS last_seen,
            round((1 - power(0.3, intervals) * power(0.5, days)) * power(0.7, against)
                * CASE WHEN till = {OPEN} AND CAST(last_known AS DATE) < {today} - {STALE} THEN 0.8 ELSE 1 END, 4) AS confidence,
            sources, records, first_known, last_known, evidence, conflict,
            CASE WHEN conflict IS NOT NULL THEN coalesce(at_once, elsewhere) END AS elsewhere, special
        FROM judged ORDER BY property, person, special, stay"""
    )


def households(
    engine: DuckDBEngine, stays: str, into: str, members: str, *, standing: str = NOBODY, run: int = 0, first_free: int = 1, retired: str = NOBODY,
) -> Assigned:  # fmt: skip
    """Make the temp tables ``into`` (``tables.HOUSEHOLDS``) and ``members`` (``tables.HOUSEHOLD_MEMBERS``), and ``members``_ledger (node, person).

    A household is the people of one property who carry one another on: a newcomer belongs to it when one who is there stays for
    another year, or came within a month. When nobody is left who does so, a new one starts. So a family stays one household
    through births, deaths and children who leave, and so does a shared house whose people change one by one; what rooms they share is
    not known. One who has yet to leave does not tie those before to those after. ``standing`` (node, person) are the last run's
    members, household under the ledger's word ``person``: ids hang on who lives where, not on dates. Special stays make no households.
    """
    try:
        _islands(engine, stays)
        clusters = "(SELECT node, min(node) OVER (PARTITION BY property, island) AS cluster FROM borough_home_stay)"
        assigned = assign(engine, clusters, standing, f"{members}_ledger", run=run, first_free=first_free, retired=retired)
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE {members} AS SELECT l.person AS household, h.node, h.property, h.person, h.stay, h.from_day, h.to_day, "
            f"h.confidence, h.conflict FROM borough_home_stay h JOIN {members}_ledger l USING (node) ORDER BY household, from_day, person, stay"
        )
        _sum_up(engine, into, members)
        return assigned
    finally:
        engine.execute("DROP TABLE IF EXISTS borough_home_stay")


def _islands(engine: DuckDBEngine, stays: str) -> None:
    """Number the households of each property. A stay's node is made of property, person and which stay it is."""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE borough_home_stay AS
        WITH carried AS (
            SELECT *, coalesce(to_day, {OPEN}) AS till, greatest(least(coalesce(to_day, {OPEN}), coalesce(said_to, {OPEN})) - {TOGETHER}, from_day + 31) AS carries
            FROM {stays} WHERE NOT special),
        reached AS (
            SELECT *, max(carries) OVER (PARTITION BY property ORDER BY from_day, till, person, stay
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach FROM carried)
        SELECT CAST(('0x' || substr(md5(concat_ws('|', property, person, stay)), 1, 16))::UBIGINT >> 1 AS BIGINT) AS node, property, person, stay,
            from_day, to_day, confidence, conflict, sum(CASE WHEN reach IS NULL OR from_day > reach THEN 1 ELSE 0 END)
                OVER (PARTITION BY property ORDER BY from_day, till, person, stay) AS island
        FROM reached"""
    )


def _sum_up(engine: DuckDBEngine, into: str, members: str) -> None:
    """Sizes over time: people come on their first day and are gone on their last."""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {into} AS
        WITH steps AS (
            SELECT household, from_day AS day, count(*) AS step FROM {members} GROUP BY ALL
            UNION ALL SELECT household, greatest(to_day, from_day + 1), -count(*) FROM {members} WHERE to_day IS NOT NULL GROUP BY ALL),
        days AS (SELECT household, day, sum(step) AS step FROM steps GROUP BY ALL),
        sizes AS (SELECT household, sum(step) OVER (PARTITION BY household ORDER BY day) AS size FROM days),
        most AS (SELECT household, CAST(max(size) AS BIGINT) AS size_max FROM sizes GROUP BY household)
        SELECT household, any_value(property) AS property, min(from_day) AS from_day,
            CASE WHEN count(*) = count(to_day) THEN max(to_day) END AS to_day, count(DISTINCT person) AS members, any_value(size_max) AS size_max,
            count(DISTINCT CASE WHEN to_day IS NULL THEN person END) AS size_now, max(confidence) AS confidence, count(conflict) AS conflicts
        FROM {members} JOIN most USING (household) GROUP BY household ORDER BY household"""
    )
