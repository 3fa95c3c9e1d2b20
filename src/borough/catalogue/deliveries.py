"""The files received: what Borough knows of each delivery, and which are live."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from borough.catalogue.tables import DELIVERY_COLUMNS
from borough.engine.port import Engine


@dataclass(frozen=True)
class Delivery:
    """One file received. ``position`` is the extract's instant, None where rows bring their own dates."""

    id: int
    feed: str
    file: str
    size: int
    modified_ns: int
    sha256: str
    position: dt.datetime | None
    counted: int
    status: str
    problem: str | None
    encoding: str | None
    notices: str | None
    fingerprint: str | None
    run: int
    recorded: dt.datetime
    bookmark: str | None = None
    reading: str | None = None


@dataclass(frozen=True)
class Deliveries:
    """All deliveries, each as last recorded."""

    by_id: dict[int, Delivery]

    def of(self, feed: str) -> list[Delivery]:
        return [d for d in self.by_id.values() if d.feed == feed]

    def live(self, feed: str) -> list[Delivery]:
        """Deliveries whose rows are in bronze and count."""
        return [d for d in self.of(feed) if d.status == "received"]

    def latest(self, feed: str) -> dict[str, Delivery]:
        """By file name, the delivery that was last recorded for it."""
        return {d.file: d for d in sorted(self.of(feed), key=lambda d: d.id)}

    def last(self, feed: str) -> Delivery | None:
        """The delivery that was received last and counts."""
        return max(self.live(feed), key=lambda d: d.id, default=None)

    def next_id(self) -> int:
        return max(self.by_id, default=0) + 1

    def adding(self, more: Iterable[Delivery]) -> Deliveries:
        return Deliveries({**self.by_id, **{d.id: d for d in more}})


def read_deliveries(engine: Engine, files: tuple[str, ...]) -> Deliveries:
    """Read the deliveries table (Parquet files of one version)."""
    columns = ", ".join(f'"{name}"' for name, _ in DELIVERY_COLUMNS)
    latest = f"SELECT {columns} FROM {engine.scan(files, DELIVERY_COLUMNS)} QUALIFY row_number() OVER (PARTITION BY id ORDER BY run DESC) = 1"
    return Deliveries({row[0]: Delivery(*row) for row in engine.rows(f"{latest} ORDER BY id")})
