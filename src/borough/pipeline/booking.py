"""Entering in the run's books: what each derivation did, row by row accounted for, and how good the rows were."""

from __future__ import annotations

import datetime as dt

from borough.compile.checks import Check
from borough.compile.mapping import MappedFeed
from borough.errors import LakeError
from borough.pipeline.context import Run
from borough.pipeline.feeds import Work
from borough.standardise.derive import Derived


def book_refused_file(run: Run, feed: str, position: dt.datetime | None, counted: int, problem: str | None) -> None:
    """A file that was refused whole: all its rows are held."""
    if counted:
        run.ledger.append(
            {
                "run": run.writer.number, "feed": feed, "dataset": None, "position": position, "cause": "delivery", "read": counted, "accepted": 0,
                "unchanged": 0, "superseded": 0, "quarantined": 0, "held": counted, "inserted": 0, "updated": 0, "deleted": 0, "deletes_held": 0,
                "reason": problem, "recorded": run.recorded,
            }
        )  # fmt: skip


def book(run: Run, mapped: MappedFeed, work: Work, derived: Derived) -> None:
    """Enter the derivation in the ledger and the scorecard. A ledger that doesn't add up fails the run."""
    for t in derived.tallies:
        if not t.adds_up:
            raise LakeError(
                f"{mapped.feed}: the ledger does not add up: read {t.read:,} ≠ accepted {t.accepted:,} + unchanged {t.unchanged:,} + "
                f"superseded {t.superseded:,} + quarantined {t.quarantined:,} + held {t.held:,}",
                advice="nothing was published; please report this feed's declaration",
            )
        run.ledger.append(
            {
                "run": run.writer.number, "feed": mapped.feed, "dataset": mapped.dataset, "position": t.position, "cause": work.cause,
                "read": t.read, "accepted": t.accepted, "unchanged": t.unchanged, "superseded": t.superseded, "quarantined": t.quarantined,
                "held": t.held, "inserted": t.inserted, "updated": t.updated, "deleted": t.deleted + t.removed, "deletes_held": t.deletes_held,
                "reason": t.reason, "recorded": run.recorded,
            }
        )  # fmt: skip
    merged: dict[Check, tuple[int, int]] = {}
    for count in derived.counts:
        seen, failed = merged.get(count.check.check, (0, 0))
        merged[count.check.check] = (seen + count.rows, failed + count.failed)
    rows = next(iter(merged.values()))[0] if merged else 0
    scores: list[tuple[str | None, str, str, str, int, int]]
    scores = [(check.column, check.name, check.dimension, check.severity, *sums) for check, sums in merged.items()]
    if rows and mapped.spec.delivers != "changes":
        scores.append((None, "duplicate_key", "uniqueness", "error", rows, derived.duplicates))
    for column, rule, dimension, severity, seen, failed in scores:
        run.scores.append(
            {
                "dataset": mapped.dataset, "feed": mapped.feed, "rule": rule, "column_name": column, "dimension": dimension,
                "severity": severity, "rows": seen, "failed": failed, "score": 1 - failed / seen if seen else 1.0,
            }
        )  # fmt: skip
