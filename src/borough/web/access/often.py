"""How often somebody may try: requests of one client, and sign-ins by name and by client."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import Scope

REQUESTS = (RateLimitItemPerSecond(60, 1), RateLimitItemPerMinute(1200, 1))
"""Of one session, or of a client without one. A map asks for some dozens of tiles at once."""
OFFICE = (RateLimitItemPerSecond(600, 1), RateLimitItemPerMinute(12_000, 1))
"""Of one address: a whole office may sit behind it."""
SIGN_INS = (RateLimitItemPerMinute(5, 1), RateLimitItemPerMinute(20, 60))
"""Wrong passwords for one name, and from one client: five a minute and twenty an hour."""


class Often:
    """Counts in memory: one process serves."""

    def __init__(self, now: Callable[[], float], requests: tuple[RateLimitItem, ...] = REQUESTS, sign_ins: tuple[RateLimitItem, ...] = SIGN_INS) -> None:
        """``now``: the seconds since 1970."""
        self._now = now
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._requests, self._sign_ins = requests, sign_ins

    def request(self, scope: Scope) -> int:
        """Count a request; in how many seconds the client may come again, 0 for now."""
        client = (scope.get("client") or ("unknown",))[0]
        cookie = next((value for name, value in scope["headers"] if name in (b"cookie", b"authorization")), None)
        own = hashlib.sha256(cookie).hexdigest() if cookie else client
        return max(self._hit(OFFICE, "address", client), self._hit(self._requests, "request", own))

    def wait(self, name: str, client: str) -> int:
        """In how many seconds this name may be tried again from this client, 0 for now."""
        return max(self._left(item, kind, key) for item in self._sign_ins for kind, key in self._keys(name, client))

    def wrong(self, name: str, client: str) -> None:
        """Count a wrong password."""
        for item in self._sign_ins:
            for kind, key in self._keys(name, client):
                self._limiter.hit(item, kind, key)

    def _keys(self, name: str, client: str) -> tuple[tuple[str, str], tuple[str, str]]:
        return ("name", hashlib.sha256(name.casefold().encode()).hexdigest()), ("client", client)

    def _hit(self, items: tuple[RateLimitItem, ...], *keys: str) -> int:
        waits = [0 if self._limiter.hit(item, *keys) else self._left(item, *keys) for item in items]
        return max(waits)

    def _left(self, item: RateLimitItem, *keys: str) -> int:
        stats = self._limiter.get_window_stats(item, *keys)
        return 0 if stats.remaining > 0 else max(1, math.ceil(stats.reset_time - self._now()))
