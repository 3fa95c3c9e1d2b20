"""Pairs of records compared by Splink, by a frozen linkage: all of them, or those with a changed end."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal
from borough.identity.people.blocking import Capped, block, comparable, frequent_sql
from borough.identity.people.levels import Comparison
from borough.identity.people.model import Model

if TYPE_CHECKING:
    from splink import Linker

KEYS, COMPARED, FREQUENT = "people_keys", "people_compared", "people_frequent"


@dataclass(frozen=True)
class Scored:
    """What scoring did."""

    candidates: int
    """Records that share a block with another."""
    pairs: int
    """Pairs that weigh enough to be kept."""
    capped: tuple[Capped, ...]
    splink_seconds: float
    own_seconds: float

    def told(self) -> list[str]:
        """What a person should hear of it."""
        return [f"{c.blocks:,} block(s) of records with the same {c.rule} were too large to compare (the largest: {c.largest:,} records)" for c in self.capped]


def frequency_fields(model: Model) -> list[str]:
    """The fields of which the linkage weighs common values less."""
    return sorted({level.frequency for c in model.comparisons for level in c.levels if level.frequency})


def frequencies(engine: DuckDBEngine, nodes: str, model: Model, into: str = FREQUENT) -> str:
    """Make the temp table ``into`` (field, value, share): how common each value is among the nodes. Returns its name."""
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT field, value, round(share, 12) AS share FROM ({frequent_sql(nodes, frequency_fields(model))}) ORDER BY field, value NULLS FIRST")
    return into


def score(engine: DuckDBEngine, model: Model, nodes: str, dirty: str | None, into: str, *, frequent: str | None = None, gone: str | None = None) -> Scored:
    """Make the temp table ``into`` (l < r, weight in bits): the pairs that weigh as much as is worth a review; and ``into``_dirty (node).

    ``nodes``: relation with ``node`` and NODE_COLUMNS. ``dirty``: relation of the nodes that changed; the pairs are then those of a
    full pass that have one of them, or one of a block that outgrew the cap, or shrank below it because of ``gone`` nodes: ``into``_dirty
    are all these. ``frequent``: the frozen frequencies (field, value, share); without them, those of ``nodes``.
    """
    started = time.monotonic()
    made = [KEYS, COMPARED]
    if frequent is None:
        made.append(frequencies(engine, nodes, model))
    capped = block(engine, nodes, dirty, model.blocking, KEYS, cap=model.cap, gone=gone)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {into}_dirty AS SELECT node FROM {KEYS} WHERE dirty ORDER BY node")
    engine.execute(f"CREATE OR REPLACE TABLE {COMPARED} AS {comparable(nodes, KEYS, extras_of(model), model.grown_before)} ORDER BY n.node")
    ((candidates,),) = engine.rows(f"SELECT count(*) FROM {COMPARED}")
    splink = 0.0
    if candidates:
        linker = linker_of(engine, model, len(model.blocking), frequent or FREQUENT)
        begun = time.monotonic()
        found = linker.inference.predict(threshold_match_weight=model.review_above)
        splink = time.monotonic() - begun
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT node_l AS l, node_r AS r, round(match_weight, 4) AS weight FROM {found.physical_name} ORDER BY l, r")
        tidy_away(linker)
    else:
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} (l BIGINT, r BIGINT, weight DOUBLE)")
    ((pairs,),) = engine.rows(f"SELECT count(*) FROM {into}")
    for table in made:
        engine.execute(f"DROP TABLE IF EXISTS {table}")
    return Scored(int(candidates), int(pairs), tuple(capped), splink, time.monotonic() - started - splink)


def score_inside(engine: DuckDBEngine, model: Model, nodes: str, members: str, into: str, *, frequent: str) -> None:
    """Make the temp table ``into`` (l, r, weight in bits): all pairs of nodes in one component of ``members`` (node, component)."""
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {KEYS} AS SELECT node, true AS dirty, component AS key_0 FROM {members}")
    engine.execute(f"CREATE OR REPLACE TABLE {COMPARED} AS {comparable(nodes, KEYS, extras_of(model), model.grown_before)} ORDER BY n.node")
    if engine.rows(f"SELECT count(*) FROM {COMPARED}") == [(0,)]:
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} (l BIGINT, r BIGINT, weight DOUBLE)")
    else:
        linker = linker_of(engine, model, 1, frequent)
        found = linker.inference.predict()
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT node_l AS l, node_r AS r, round(match_weight, 4) AS weight FROM {found.physical_name}")
        tidy_away(linker)
    for table in (KEYS, COMPARED):
        engine.execute(f"DROP TABLE IF EXISTS {table}")


def extras_of(model: Model) -> list[str]:
    """The extra fields that nodes have."""
    return list(model.kinds)


def linker_of(engine: DuckDBEngine, model: Model, rules: int, frequent: str, *, explaining: bool = False) -> Linker:
    """Splink's linker over the table of compared nodes, with the frozen frequencies."""
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    linker = Linker(COMPARED, settings(model, rules, explaining=explaining), db_api=DuckDBAPI(connection=engine.native), set_up_basic_logging=False)
    for field in frequency_fields(model):
        table = f"people_tf_{field}"
        engine.execute(
            f"CREATE OR REPLACE TABLE {table} AS SELECT c.{field}, coalesce(f.share, r.share) AS tf_{field} FROM (SELECT DISTINCT {field} FROM {COMPARED} WHERE {field} IS NOT NULL) c "
            f"LEFT JOIN (SELECT value, share FROM {frequent} WHERE field = {literal(field)} AND value IS NOT NULL) f ON f.value = CAST(c.{field} AS VARCHAR) "
            f"CROSS JOIN (SELECT max(share) AS share FROM {frequent} WHERE field = {literal(field)} AND value IS NULL) r"
        )
        tables: Any = linker.table_management
        tables.register_term_frequency_lookup(table, field)
    return linker


def tidy_away(linker: Linker) -> None:
    """Drop what Splink and the linker made."""
    api: Any = linker._db_api
    api.delete_tables_created_by_splink_from_db()
    rows = api._con.execute("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'people_tf_%'").fetchall()
    for (table,) in rows:
        api._con.execute(f"DROP TABLE IF EXISTS {table}")


def settings(model: Model, rules: int, *, explaining: bool = False) -> dict[str, Any]:
    """The linkage in Splink's words."""
    odds = 2.0**model.prior
    touched = "(l.dirty OR r.dirty)"
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "node",
        "probability_two_random_records_match": odds / (1 + odds),
        "blocking_rules_to_generate_predictions": [{"blocking_rule": f"l.key_{i} = r.key_{i} AND {touched}", "sql_dialect": "duckdb"} for i in range(rules)],
        "comparisons": [_comparison(c, model.weights) for c in model.comparisons],
        "retain_matching_columns": explaining,
        "retain_intermediate_calculation_columns": explaining,
    }


def _comparison(comparison: Comparison, weights: Mapping[str, Any]) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [{"sql_condition": comparison.unknown, "label_for_charts": "unknown", "is_null_level": True}]
    for level, weighed in zip(comparison.levels, weights[comparison.field], strict=True):
        said: dict[str, Any] = {"sql_condition": level.sql, "label_for_charts": level.words, "m_probability": weighed.m, "u_probability": weighed.u}
        if level.frequency:
            said |= {"tf_adjustment_column": level.frequency, "tf_adjustment_weight": 1.0, "tf_minimum_u_value": 1e-7, "disable_tf_exact_match_detection": True}
        levels.append(said)
    return {"output_column_name": comparison.field, "comparison_levels": levels, "comparison_description": comparison.field}
