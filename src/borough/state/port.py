"""The port of the operational state. Its one adapter runs on SQLite and PostgreSQL; both pass the same tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from borough.state.model import Attempt, Message, Received


class State(Protocol):
    """Sessions, attempts, the inbox. Threads may share one, but not fork in the midst of a call. Each is a transaction, on disk when it returns. Raises StateError."""

    @property
    def identity(self) -> str:
        """Names this database; a sequence of the inbox means something only together with it."""

    def put(self, kind: str, key: str, document: Mapping[str, Any], *, expires: dt.datetime | None = None) -> None:
        """Keep a JSON document under a kind and a key, in place of what was there."""

    def get(self, kind: str, key: str, *, now: dt.datetime) -> dict[str, Any] | None:
        """The document, None if there is none or its time is over."""

    def documents(self, kind: str, *, now: dt.datetime) -> dict[str, dict[str, Any]]:
        """All documents of a kind whose time is not over, by key in order."""

    def delete(self, kind: str, key: str) -> None:
        """Forget a document, if it is there."""

    def sweep(self, now: dt.datetime) -> int:
        """Forget the documents whose time is over; how many there were."""

    def tried(self, kind: str, name: str, *, now: dt.datetime, problem: str | None = None, next_try: dt.datetime | None = None) -> Attempt:
        """Count one try of reaching something: a success, or a failure with its problem (secrets are struck out)."""

    def tried_all(self, kind: str, problems: Mapping[str, str | None], *, now: dt.datetime) -> None:
        """Count one try of each of several things, by name, in one go."""

    def attempts(self, kind: str, name: str | None = None) -> list[Attempt]:
        """How reaching things of a kind has gone, by name; or just the one."""

    def forget(self, kind: str, name: str) -> None:
        """Forget the attempts at something that is no longer declared."""

    def append(self, messages: Sequence[Message]) -> tuple[bool, ...]:
        """Put messages in the inbox; for each, whether it is new (its topic and id were not there)."""

    def read(self, topic: str, *, after: int, limit: int = 1_000) -> list[Received]:
        """Messages of a topic after a sequence, in order; none appears later below a sequence that was once read."""

    def done(self, topic: str, through: int) -> None:
        """Note that messages up to a sequence are done with; never goes back."""

    def through(self, topic: str) -> int:
        """The sequence up to which a topic is done with, 0 at first."""

    def purge(self, topic: str, before: dt.datetime) -> int:
        """Forget messages that are done with and were received before an instant; from then on their ids are new again."""

    def claim(self, name: str, holder: str, *, now: dt.datetime, until: dt.datetime) -> bool:
        """Take or renew a lease, such as that of draining the inbox; False while another holds it."""

    def release(self, name: str, holder: str) -> None:
        """Give a lease back, if it is ours."""

    def close(self) -> None:
        """Let go of the database."""
