"""What the operational state hands out. Every instant has a zone, and is UTC on its way out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Attempt:
    """How reaching something has gone: a source, a subscriber. ``failures`` are those in a row, up to now; ``problem`` is of the last one."""

    kind: str
    name: str
    tries: int
    failures: int
    last_try: dt.datetime
    last_success: dt.datetime | None
    last_failure: dt.datetime | None
    problem: str | None
    next_try: dt.datetime | None

    @property
    def reached(self) -> bool:
        """Did the last try go well?"""
        return self.failures == 0


@dataclass(frozen=True)
class Message:
    """Something that another process hands in: ``id`` is its sender's, and a message with the same topic and id is the same message."""

    topic: str
    id: str
    body: bytes  # JSON
    received: dt.datetime


@dataclass(frozen=True)
class Received:
    """A message as it lies in the inbox. Sequences rise in the order in which messages came to lie there; they may have gaps."""

    sequence: int
    message: Message
