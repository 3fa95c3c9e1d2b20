"""How far records are linked, in a few numbers."""

from __future__ import annotations

from typing import Any

from borough.catalogue.entities import ENTITY_TABLES
from borough.catalogue.identity import (
    ADDRESS_COLUMNS,
    ADDRESSES,
    JUDGEMENT_COLUMNS,
    JUDGEMENTS,
    MODEL_COLUMNS,
    MODELS,
    SIGNATURE_COLUMNS,
    SIGNATURES,
)
from borough.pipeline.reviewing import Linkages


def summary(links: Linkages) -> dict[str, list[dict[str, Any]]]:
    """Addresses by method, records by kind, entities, the linkage and what people decided: counts only."""
    addresses = links.table(ADDRESSES, ADDRESS_COLUMNS)
    share = "round(100.0 * count(*) / sum(count(*)) OVER (), 1)"
    return {
        "distinct addresses": _rows(links, f"SELECT method, count(*) AS addresses, {share} AS percent, round(avg(score), 3) AS mean_score FROM {addresses} GROUP BY method ORDER BY addresses DESC", "method", "addresses", "percent", "mean score"),
        "distinct records of people": _rows(links, f"SELECT kind, count(*), {share} FROM {links.table(SIGNATURES, SIGNATURE_COLUMNS)} GROUP BY kind ORDER BY 2 DESC", "kind", "records", "percent"),
        "entities": [{"entity": name, "rows": _count(links, name)} for name in ("person", "stay", "household", "landlord", "portfolio")],
        "appearances": _rows(
            links,
            f"SELECT dataset, count(*) AS n, round(100.0 * count(property) / count(*), 1), round(100.0 * count(person) / count(*), 1) FROM {links.appearances} WHERE NOT special GROUP BY dataset ORDER BY n DESC, dataset",
            "dataset", "people", "with a property %", "linked as persons %",
        ),
        "linkage": _rows(links, f"SELECT version, cause, who, run, recorded FROM {links.table(MODELS, MODEL_COLUMNS)} ORDER BY version DESC LIMIT 5", "version", "cause", "who", "run", "recorded"),
        "decisions": _rows(links, f"SELECT judgement, count(*) FROM {links.table(JUDGEMENTS, JUDGEMENT_COLUMNS)} GROUP BY 1 ORDER BY 2 DESC, 1", "decision", "times"),
    }  # fmt: skip


def _rows(links: Linkages, sql: str, *names: str) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in links.engine.rows(sql)]


def _count(links: Linkages, name: str) -> int:
    table, columns = ENTITY_TABLES[name]
    return int(links.engine.rows(f"SELECT count(*) FROM {links.table(table, columns)}")[0][0])
