"""A linkage trained on the council's own records, or frozen anew: asked for now, done by the next run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from borough.catalogue.identity import JUDGEMENT_COLUMNS, JUDGEMENTS, MODEL_COLUMNS, MODELS
from borough.compile.links import extra_fields
from borough.engine.duckdb import DuckDBEngine
from borough.engine.values import records_sql
from borough.errors import UsageError
from borough.identity.people.model import declared_model
from borough.identity.people.training import train
from borough.lake.lake import Lake
from borough.lake.model import Column, Published
from borough.lake.writer import Writer
from borough.pipeline.disk import full_disk_told
from borough.pipeline.judgements import last_words
from borough.pipeline.reviewing import Linkages
from borough.project.identity_specs import LinkageSpec
from borough.project.load import Project

ENOUGH = 50
"""Pairs decided to be the same from which training learns from them how one person's records agree."""


@dataclass(frozen=True)
class Trained:
    """What training made."""

    version: int
    records: int
    decided: int


def train_linkage(project: Project, engine: DuckDBEngine, lake: Lake, *, who: str, now: dt.datetime) -> Trained:
    """Learn the linkage's weights from the distinct records that stand, and keep it as the lake's next version. Raises UsageError, LakeError, LeaseHeldError."""
    with full_disk_told(project), lake.writer(now=now, holder="borough identity train") as writer:
        if writer.last is None:
            raise UsageError("nothing is published yet", advice="borough run")
        links = Linkages(project, engine, lake, writer.last, project.borough.purpose)
        model, _ = links.model()
        ((version,),) = engine.rows(f"SELECT max(version) FROM {links.table(MODELS, MODEL_COLUMNS)}")
        standing = f"(SELECT DISTINCT node FROM {links.appearances} WHERE kind = 'person')"
        engine.execute(f"CREATE OR REPLACE TEMP TABLE train_active AS SELECT n.* FROM {links.nodes} n SEMI JOIN {standing} s ON s.node = n.node")
        ((count,),) = engine.rows("SELECT count(*) FROM train_active")
        labels = _labels(links)
        ((decided,),) = engine.rows(f"SELECT count(*) FROM {labels} WHERE same")
        linkage = project.linkages.get("person") or LinkageSpec(linkage="person")
        sized = declared_model(linkage, extra_fields(project), records=int(count), base=model, today=now.date())
        trained = train(engine, "train_active", sized, labels if decided >= ENOUGH else None)
        record: dict[str, Any] = {
            "version": int(version) + 1, "model": trained.to_json(), "cause": "trained", "who": who, "run": writer.number, "recorded": now.astimezone(dt.UTC).replace(tzinfo=None),
        }  # fmt: skip
        files = engine.copy(records_sql([record], MODEL_COLUMNS), writer.new_file(MODELS))
        writer.append(MODELS, files, [Column(name, kind) for name, kind in MODEL_COLUMNS], app=MODELS)
        _publish(writer, writer.last, "training", forget=False)
        return Trained(int(version) + 1, int(count), int(decided))


def _labels(links: Linkages) -> str:
    """A temp table (l, r, same) of what people decided, of the distinct records."""
    words = last_words(links.table(JUDGEMENTS, JUDGEMENT_COLUMNS))
    name = "concat(dataset, CASE WHEN role = 'person' THEN '' ELSE '.' || role END, ':', record)"
    rows = f"(SELECT {name} AS record, node FROM {links.appearances} WHERE kind = 'person')"
    links.engine.execute(
        f"CREATE OR REPLACE TEMP TABLE train_labels AS SELECT DISTINCT least(a.node, b.node) AS l, greatest(a.node, b.node) AS r, j.judgement = 'same' AS same FROM {words} j "
        f"JOIN {rows} a ON a.record = j.left_record JOIN {rows} b ON b.record = j.right_record WHERE j.judgement IN ('same', 'different') AND a.node <> b.node"
    )
    return "train_labels"


def ask_relink(project: Project, *, now: dt.datetime) -> None:
    """Have the next run freeze the linkage anew and link everybody again. Raises UsageError, LakeError, LeaseHeldError."""
    from borough.pipeline.survey import open_lake

    with full_disk_told(project), open_lake(project).writer(now=now, holder="borough identity relink") as writer:
        if writer.last is None:
            raise UsageError("nothing is published yet", advice="borough run")
        _publish(writer, writer.last, "relink", forget=True)


def _publish(writer: Writer, last: Published, cause: str, *, forget: bool) -> None:
    record = dict(last.record)
    if forget:
        entities = {name: dict(said) for name, said in record.get("entities", {}).items()}
        entities.get("person", {}).pop("frozen", None)
        record["entities"] = entities
    record["pending"] = sorted({*record.get("pending", []), "person"})
    record["summary"] = {"cause": cause}
    writer.publish(record)
