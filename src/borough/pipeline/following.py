"""What a full extract is remembered by until the next one follows it: rows that are the same need not be read again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from borough.catalogue.contracts import QUARANTINE
from borough.catalogue.quarantined import open_rows
from borough.catalogue.tables import QUARANTINE_COLUMNS
from borough.compile.mapping import MappedFeed
from borough.pipeline.context import Run
from borough.standardise.derive import Derived
from borough.standardise.stage import Extract
from borough.standardise.unchanged import Before


def remember_extract(run: Run, mapped: MappedFeed, derived: Derived, references: Mapping[str, int]) -> None:
    """Keep of the extract that was applied last: which it was, how many of its rows were refused, and what the others failed."""
    if derived.last is None or mapped.spec.delivers != "full":
        return
    extract, tally = derived.last
    run.feed_record(mapped.feed)["said"] = {
        "position": extract.position.isoformat() if extract.position else None,
        "deliveries": list(extract.deliveries),
        "counted": extract.counted,
        "quarantined": tally.quarantined,
        "failed": [[c.check.mask, c.check.bit, c.failed] for c in derived.counts if c.failed and c.check.check.severity != "error"],
        "references": dict(references),
    }


def extract_before(run: Run, mapped: MappedFeed, references: Mapping[str, int]) -> Before | None:
    """The extract that a delivery of a full extract follows. None where it can't be held against it.

    What the rows refer to must be as it was: else a row that is the same may be refused now.
    """
    remembered = run.feed_record(mapped.feed)
    said = remembered.get("said")
    if not said or said["position"] is None or said["position"] != remembered.get("applied") or said["references"] != references:
        return None
    live = {d.id for d in run.deliveries.live(mapped.feed)}
    if not live.issuperset(said["deliveries"]):
        return None
    extract = Extract(dt.datetime.fromisoformat(said["position"]), tuple(said["deliveries"]), said["counted"])
    ids = ", ".join(str(d) for d in extract.deliveries)
    quarantine = run.engine.scan(run.files(QUARANTINE), QUARANTINE_COLUMNS)
    own = f"(SELECT * FROM {quarantine} WHERE feed = '{mapped.feed}' AND delivery IN ({ids}))"
    refused = f"(SELECT delivery, row FROM {open_rows(own)})"
    return Before(extract, refused, said["quarantined"], {(mask, bit): count for mask, bit, count in said["failed"]})
