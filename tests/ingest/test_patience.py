"""Patience: what is away for a moment is tried again, what is refused is not."""

from __future__ import annotations

import pytest

from borough.ingest.patience import patiently
from borough.project.connect import RetrySpec

AT_ONCE = RetrySpec(attempts=3, wait="0 seconds")


class Away:
    """Fails so many times, then answers."""

    def __init__(self, times: int, error: BaseException | None = None) -> None:
        self.times, self.asked, self.error = times, 0, error or ConnectionResetError("cut")

    def __call__(self) -> str:
        self.asked += 1
        if self.asked <= self.times:
            raise self.error
        return "here"


def _transient(error: BaseException) -> bool:
    return isinstance(error, ConnectionError)


def test_what_is_away_for_a_moment_is_tried_again_and_told() -> None:
    act, told = Away(2), list[tuple[int, str]]()
    assert patiently(AT_ONCE, act, _transient, lambda attempt, error: told.append((attempt, str(error)))) == "here"
    assert told == [(1, "cut"), (2, "cut")]


def test_patience_ends_with_what_was_raised() -> None:
    act = Away(9)
    with pytest.raises(ConnectionResetError, match="cut"):
        patiently(AT_ONCE, act, _transient)
    assert act.asked == 3


@pytest.mark.parametrize("error", [PermissionError("no"), FileNotFoundError("gone"), KeyboardInterrupt()])
def test_what_waiting_does_not_mend_is_raised_at_once(error: BaseException) -> None:
    act = Away(1, error)
    with pytest.raises(type(error)):
        patiently(AT_ONCE, act, _transient)
    assert act.asked == 1


def test_the_user_can_always_interrupt() -> None:
    act = Away(1, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        patiently(AT_ONCE, act, lambda error: True)
    assert act.asked == 1


def test_the_waits_double_up_to_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    import tenacity.nap

    waits: list[float] = []
    monkeypatch.setattr(tenacity.nap.time, "sleep", waits.append)
    with pytest.raises(ConnectionResetError):
        patiently(RetrySpec(attempts=9, wait="1 second"), Away(99), _transient)
    assert len(waits) == 8
    for wait, least in zip(waits, [1, 2, 4, 8, 16, 32, 60, 60], strict=True):
        assert least <= wait <= least + 0.25
