"""Group commit: callers that come while a transaction is being written share the next one, and its one wait for the disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass
class _Ticket(Generic[T, R]):
    """What one caller brought, and what came of it."""

    items: Sequence[T]
    results: Sequence[R] | None = None
    error: BaseException | None = None

    @property
    def settled(self) -> bool:
        return self.results is not None or self.error is not None


class Gathering(Generic[T, R]):
    """Hands the items of several callers to ``commit`` together; ``commit`` gives a result for each item, or raises for all."""

    def __init__(self, commit: Callable[[Sequence[T]], Sequence[R]], most: int) -> None:
        self._commit, self._most = commit, most
        self._waiting: list[_Ticket[T, R]] = []
        self._queue, self._turn = threading.Lock(), threading.Lock()

    def __call__(self, items: Sequence[T]) -> tuple[R, ...]:
        """Commit items; returns when they are committed. Raises what ``commit`` raises."""
        ticket: _Ticket[T, R] = _Ticket(items)
        with self._queue:
            self._waiting.append(ticket)
        with self._turn:  # whoever has the turn commits for all who wait; the others find theirs settled
            if not ticket.settled:
                self._lead()
        if ticket.error is not None:
            raise ticket.error
        return tuple(ticket.results or ())

    def _lead(self) -> None:
        with self._queue:
            batch, self._waiting = self._waiting, []
        for some in self._portions(batch):
            try:
                results = list(self._commit([item for ticket in some for item in ticket.items]))
            except BaseException as error:  # noqa: BLE001 - it is raised again by every caller whose items were in it
                for ticket in some:
                    ticket.error = error
                continue
            for ticket in some:
                ticket.results, results = results[: len(ticket.items)], results[len(ticket.items) :]

    def _portions(self, batch: Sequence[_Ticket[T, R]]) -> list[list[_Ticket[T, R]]]:
        """Tickets by transactions of at most about ``most`` items; a ticket is never split."""
        portions: list[list[_Ticket[T, R]]] = [[]]
        count = 0
        for ticket in batch:
            if portions[-1] and count + len(ticket.items) > self._most:
                portions.append([])
                count = 0
            portions[-1].append(ticket)
            count += len(ticket.items)
        return portions
