"""What people decide of links: a built-in feed, kept with who and why, and what it says of the records as they are now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from borough.catalogue.identity import JUDGEMENT_COLUMNS, JUDGEMENTS
from borough.compile.appearances import record_sql
from borough.compile.links import extra_fields, person_fields, signature
from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal
from borough.engine.values import records_sql
from borough.errors import UsageError
from borough.lake.lake import Lake
from borough.lake.model import Column
from borough.pipeline.context import Run
from borough.pipeline.disk import full_disk_told
from borough.project.load import Project
from borough.project.roles import PERSON, people_of

WORDS = ("same", "different", "unsure", "withdrawn")
"""What may be said of two records; the last word counts."""


@dataclass(frozen=True, order=True)
class RecordName:
    """A record of someone: ``DATASET:KEY``, or ``DATASET.ROLE:KEY`` where a row is about several people."""

    dataset: str
    role: str
    key: str

    def __str__(self) -> str:
        return f"{self.dataset}{'' if self.role == PERSON else '.' + self.role}:{self.key}"


def record_name(project: Project, text: str) -> RecordName:
    """Read a record's name. Raises UsageError for a dataset or role that is not there."""
    where, colon, key = text.partition(":")
    dataset, _, role = where.partition(".")
    contract = project.datasets.get(dataset)
    if not colon or not key or contract is None:
        raise UsageError(f"{text!r} names no record", advice="write DATASET:KEY, such as elector:EL123, as `borough identity review` shows it")
    roles = people_of(contract)
    role = role or (PERSON if PERSON in roles else next(iter(roles), ""))
    if role not in roles:
        raise UsageError(f"the dataset {dataset} has no person {role!r}", advice=f"people of {dataset}: {', '.join(roles) or 'none'}")
    return RecordName(dataset, role, key)


def record_judgement(project: Project, engine: DuckDBEngine, lake: Lake, pairs: Sequence[tuple[str, str]], judgement: str, *, why: str, who: str, now: dt.datetime) -> int:
    """Note what someone decided of pairs of records. Returns the run's number; the next run links accordingly. Raises LakeError, LeaseHeldError, UsageError."""
    names = [tuple(sorted(str(record_name(project, one)) for one in pair)) for pair in pairs]
    if any(left == right for left, right in names):
        raise UsageError("a record is always the same as itself", advice="name two records")
    with full_disk_told(project), lake.writer(now=now, holder="borough identity decide") as writer:
        recorded = now.astimezone(dt.UTC).replace(tzinfo=None)
        records = [
            {"left_record": left, "right_record": right, "judgement": judgement, "why": why, "who": who, "run": writer.number, "recorded": recorded} for left, right in names
        ]
        files = engine.copy(records_sql(records, JUDGEMENT_COLUMNS), writer.new_file(JUDGEMENTS))
        writer.append(JUDGEMENTS, files, [Column(name, kind) for name, kind in JUDGEMENT_COLUMNS], app=JUDGEMENTS)
        record = dict(writer.last.record) if writer.last else {}
        record["pending"] = sorted({*record.get("pending", []), "person"})
        record["summary"] = {"cause": "judgement", "judgement": judgement, "records": [list(pair) for pair in names]}
        writer.publish(record)
        return writer.number


def last_words(judgements: str) -> str:
    """SQL of the last word on each pair of records: left_record, right_record, judgement, why, who, recorded."""
    return f"(SELECT * FROM {judgements} QUALIFY row_number() OVER (PARTITION BY left_record, right_record ORDER BY run DESC, judgement) = 1)"


def judged_pairs(run: Run, signatures: str, into: str) -> int:
    """What was decided, of nodes: a temp table (l, r, decision, run). A record that is gone decides nothing until it is back. Returns the pairs."""
    judgements = run.engine.scan(run.files(JUDGEMENTS), JUDGEMENT_COLUMNS)
    words = run.engine.rows(f"SELECT left_record, right_record, judgement FROM {last_words(judgements)} WHERE judgement IN ('same', 'different') ORDER BY ALL")
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} (l BIGINT, r BIGINT, decision VARCHAR, run BIGINT)")
    if not words:
        return 0
    named = nodes_of(run, {name for left, right, _ in words for name in (left, right)}, signatures)
    run.engine.execute(
        f"INSERT INTO {into} SELECT DISTINCT least(a.node, b.node), greatest(a.node, b.node), j.judgement, j.run FROM {last_words(judgements)} j "
        f"JOIN {named} a ON a.record = j.left_record JOIN {named} b ON b.record = j.right_record WHERE a.node <> b.node AND j.judgement IN ('same', 'different')"
    )
    return int(run.engine.rows(f"SELECT count(*) FROM {into}")[0][0])


def nodes_of(run: Run, names: Iterable[str], signatures: str) -> str:
    """A temp table (record, node) of the records with these names, each by its current row."""
    run.engine.execute("CREATE OR REPLACE TEMP TABLE judged_records (record VARCHAR, node BIGINT)")
    grouped: dict[tuple[str, str], list[RecordName]] = {}
    for text in sorted(names):
        try:
            name = record_name(run.project, text)
        except UsageError:
            continue  # of a dataset that is declared no more
        grouped.setdefault((name.dataset, name.role), []).append(name)
    for (dataset, role), wanted in sorted(grouped.items()):
        contract = run.project.datasets[dataset]
        fields = person_fields(contract, dataset, role, people_of(contract)[role], extra_fields(run.project))
        keys = ", ".join(literal(name.key) for name in wanted)
        prefix = literal(str(RecordName(dataset, role, "")))
        rows = run.relations.linked(dataset, run.relations.dataset(dataset, areas=False, links=False), people=False)
        run.engine.execute(
            f"INSERT INTO judged_records SELECT {prefix} || d.record, s.node FROM (SELECT {record_sql(contract)} AS record, {signature(fields)} AS signature FROM {rows}) d "
            f"JOIN {signatures} s ON s.signature = d.signature WHERE d.record IN ({keys}) AND s.node IS NOT NULL"
        )
    return "judged_records"
