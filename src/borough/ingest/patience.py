"""Patience with what is away for a moment: tried again after a wait that doubles, with some chance in it so that many don't come back at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from borough.ingest.spans import seconds
from borough.project.connect import RetrySpec

T = TypeVar("T")
LONGEST_WAIT = 60  # seconds between two attempts


def patiently(retry: RetrySpec, act: Callable[[], T], transient: Callable[[BaseException], bool], told: Callable[[int, BaseException], None] | None = None) -> T:
    """What ``act`` gives, which is tried ``retry.attempts`` times as long as what it raises is ``transient``.

    Permissions and what isn't there are not transient: waiting does not mend them. ``told`` hears, before each wait, which
    attempt failed (from 1) and why. Raises what the last attempt raised.
    """
    from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome is not None else None
        if told is not None and error is not None:
            told(state.attempt_number, error)

    first = seconds(retry.wait)
    trying = Retrying(
        stop=stop_after_attempt(retry.attempts),
        wait=wait_exponential(multiplier=first, max=LONGEST_WAIT) + wait_random(0, first / 4),
        retry=retry_if_exception(lambda error: isinstance(error, Exception) and transient(error)),  # an interruption by the user never is
        before_sleep=tell,
        reraise=True,
    )
    return trying(act)
