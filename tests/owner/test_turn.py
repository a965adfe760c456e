"""One change at a time: what is under way is left alone, what was cut off is brought to its end."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx2
import pytest
from tests.double.pod_double import PodDouble
from tests.owner.shared import PLACE, granted, shared_pod
from tests.owner.signed import ACME, signed_in

from lifepod.access.changelog import change_of
from lifepod.errors import NotReady
from lifepod.owner import share
from lifepod.owner.changes import ChangeLog, stamp
from lifepod.owner.turn import Turn

PENDING = "lifepod/access/pending.ttl"


@pytest.fixture(name="double")
def _double() -> PodDouble:
    return shared_pod()


async def test_a_change_that_is_under_way_is_left_alone_by_whoever_looks(double: PodDouble) -> None:
    said: list[str] = []
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, granted(double))
        running = ChangeLog(pod)
        await running.begin(change_of(plan, "grant", stamp()), said.append)
        assert await ChangeLog(pod).recover(said.append) is None
        assert double.body(PENDING) is not None
        with pytest.raises(NotReady, match="under way"):
            await share.apply(pod, plan)
        assert "left alone" in said[-1]
        running.release()
        assert (await ChangeLog(pod).recover(said.append)) is not None
        assert "rolled it back" in said[-1]
    assert double.body(PENDING) is None


@pytest.mark.parametrize(("age", "recovered"), [(10, False), (299, False), (301, True), (86_400, True)])
async def test_a_change_of_another_machine_is_cut_off_when_it_gave_no_sign_for_minutes(
    double: PodDouble, age: int, recovered: bool
) -> None:
    said: list[str] = []
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, granted(double))
        log = ChangeLog(pod)
        await log.begin(change_of(plan, "grant", stamp()), said.append)
        log.release()
        forget_whose(double)
        body, at = double.body(PENDING) or b"", datetime.now(UTC)
        times = {"Date": format_datetime(at, usegmt=True)}
        times["Last-Modified"] = format_datetime(at - timedelta(seconds=age), usegmt=True)
        headers = {"Content-Type": "text/turtle", "ETag": '"1"', **times}
        double.script("GET", PENDING, httpx2.Response(200, content=body, headers=headers))
        found = await ChangeLog(pod).recover(said.append)
    assert (found is not None) is recovered
    assert ("another machine" in said[-1]) is not recovered
    assert (double.body(PENDING) is None) is recovered


def forget_whose(double: PodDouble) -> None:
    """As if another machine had begun it."""
    turn = Turn(double.base)
    assert turn.take()
    turn.begin("another-one")
    turn.release()


async def test_a_change_that_somebody_took_for_cut_off_stops(
    double: PodDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lifepod.owner.changes._TOUCHED_EVERY", 0.0)
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, granted(double))
        log, change = ChangeLog(pod), change_of(plan, "grant", stamp())
        await log.begin(change, lambda line: None)
        await log.still(change)
        double.shelf.things.pop(double.url(PENDING))
        with pytest.raises(Exception, match="not there"):
            await log.still(change)
        log.release()


def test_a_turn_ends_with_its_process(double: PodDouble, tmp_path: Path) -> None:
    code = (
        "import sys, time; from lifepod.owner.turn import Turn; t = Turn(sys.argv[1]); t.take(); t.begin('it');"
        "print('mine', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, double.base], stdout=subprocess.PIPE, env=dict(os.environ))
    assert process.stdout is not None
    assert process.stdout.readline() == b"mine\n"
    turn = Turn(double.base)
    assert not turn.take()
    process.kill()
    process.wait()
    process.stdout.close()
    assert turn.take()
    assert turn.begun == "it"
    turn.release()


async def test_two_grants_at_once_are_made_one_after_the_other_or_told_to_wait(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        plans = [await share.rehearse(pod, granted(double, place)) for place in (PLACE, "journal/searches/")]
        outcomes = await asyncio.gather(*(share.apply(pod, plan) for plan in plans), return_exceptions=True)
    told = [one for one in outcomes if isinstance(one, BaseException)]
    assert len(told) == 1
    assert isinstance(told[0], NotReady)
    assert sum("read" in double.modes(place, ACME) for place in (PLACE, "journal/searches/")) == 1
    assert double.body(PENDING) is None
