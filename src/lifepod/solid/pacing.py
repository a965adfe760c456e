"""How fast one server is asked: a gate that narrows when the server says it is busy, and how long to wait before again.

It refuses to send anything, and to hold a request back for longer than the limits say. One gate an origin: whoever is
signed in, the server is the same.

* A busy answer (429, 503) halves the number of requests under way and, with ``Retry-After``, holds all of them back.
* Each answer that is none lets a little more through again, up to ``limits.in_flight``.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

from lifepod.limits import LIMITS, Limits

Now = Callable[[], float]
"""A clock that never runs back, seconds."""


class Gate:
    """At most so many requests to one origin at the same time; use ``async with`` around each of them."""

    def __init__(self, limits: Limits = LIMITS, now: Now = time.monotonic) -> None:
        self._most = limits.in_flight
        self._now = now
        self._wide = float(limits.in_flight)
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed_until = 0.0

    @property
    def width(self) -> int:
        """Requests that may be under way now."""
        return max(1, int(self._wide))

    async def __aenter__(self) -> None:
        """Wait for a turn."""
        while self._inside >= self.width:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._wake()  # the turn that was ours goes to the next
                raise
        self._inside += 1
        try:
            while (pause := self._closed_until - self._now()) > 0:  # noqa: ASYNC110  # a time, not an event
                await asyncio.sleep(pause)
        except BaseException:
            self._inside -= 1
            self._wake()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the turn to the next."""
        self._inside -= 1
        self._wake()

    def _wake(self) -> None:
        room = self.width - self._inside
        while self._waiting and room > 0:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                room -= 1

    def busy(self, seconds: float) -> None:
        """The server cannot keep up: fewer at once, and none before ``seconds`` have passed."""
        self._wide = max(1.0, self._wide / 2)
        self._closed_until = max(self._closed_until, self._now() + seconds)

    def well(self) -> None:
        """The server answered: one more at once after as many answers as are under way."""
        if self._wide < self._most:
            self._wide = min(float(self._most), self._wide + 1 / self._wide)


def pause_before(turn: int, asked: float | None, limits: Limits = LIMITS) -> float | None:
    """Seconds to wait before try number ``turn`` (1 is the first repetition); ``None``: do not try again.

    ``asked`` is what ``Retry-After`` said (RFC 9110 §10.2.3); without it the wait doubles and is spread by chance, so
    that many clients do not come back at the same moment.
    """
    if turn > limits.retries:
        return None
    if asked is not None:
        return asked if asked <= limits.retry_seconds else None
    doubled: float = 0.25 * 2 ** (turn - 1)
    return min(limits.retry_seconds, doubled) * random.uniform(0.5, 1.0)  # noqa: S311  # no secret
