"""A gate for each server: narrower when it is busy, wider again when it is well, and nobody lost in between."""

from __future__ import annotations

import asyncio

import pytest

from lifepod.limits import Limits
from lifepod.solid.pacing import Gate, pause_before


async def crowd(gate: Gate, count: int) -> int:
    """As many at the same time as the gate lets."""
    now, most = 0, 0

    async def one() -> None:
        nonlocal now, most
        async with gate:
            now, most = now + 1, max(most, now + 1)
            for _ in range(3):
                await asyncio.sleep(0)
            now -= 1

    await asyncio.gather(*(one() for _ in range(count)))
    return most


async def test_a_busy_server_gets_fewer_requests_at_once_and_more_again_when_it_is_well() -> None:
    gate = Gate(Limits(in_flight=8))
    assert await crowd(gate, 30) == 8
    gate.busy(0)
    assert await crowd(gate, 30) == 4
    gate.busy(0)
    gate.busy(0)
    gate.busy(0)
    assert await crowd(gate, 30) == 1
    for _ in range(100):
        gate.well()
    assert await crowd(gate, 30) == 8


async def test_nobody_enters_before_the_time_the_server_named() -> None:
    now = 100.0
    gate = Gate(Limits(), lambda: now)
    gate.busy(1000.0)
    entering = asyncio.create_task(crowd(gate, 1))
    done, _ = await asyncio.wait([entering], timeout=0.02)
    assert not done
    entering.cancel()
    await asyncio.gather(entering, return_exceptions=True)
    now = 1200.0
    assert await asyncio.wait_for(crowd(gate, 3), 5) == 3


async def test_whoever_gives_up_waiting_leaves_the_turn_to_the_next() -> None:
    gate = Gate(Limits(in_flight=1))
    inside, leave = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with gate:
            inside.set()
            await leave.wait()

    first = asyncio.create_task(hold())
    await inside.wait()
    waiting = [asyncio.create_task(crowd(gate, 1)) for _ in range(4)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    leave.set()
    await first
    waiting[1].cancel()
    assert await asyncio.wait_for(asyncio.gather(*waiting[2:]), 5) == [1, 1]
    assert await asyncio.wait_for(crowd(gate, 1), 5) == 1


@pytest.mark.parametrize(
    ("turn", "asked", "least", "most"),
    [(1, 0.0, 0, 0), (1, 7.0, 7, 7), (3, 30.0, 30, 30), (1, None, 0.125, 0.25), (3, None, 0.5, 1.0)],
)
def test_the_pause_is_what_the_server_asks_or_grows_by_itself(
    turn: int, asked: float | None, least: float, most: float
) -> None:
    pause = pause_before(turn, asked)
    assert pause is not None
    assert least <= pause <= most


@pytest.mark.parametrize(("turn", "asked"), [(4, None), (4, 0.0), (1, 30.5), (1, 86_400.0)])
def test_after_enough_tries_or_for_too_long_nobody_waits(turn: int, asked: float | None) -> None:
    assert pause_before(turn, asked) is None
