"""The guard goes round: what has ended is closed, what is new is told once, and nothing else is closed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.double.pod_double import PodDouble
from tests.owner.shared import EVERYONE, PLACE, SHARED, granted, shared_pod
from tests.owner.signed import ACME, BOLT, rule, signed_in, writes

from lifepod.errors import LifepodError
from lifepod.owner import guard, kept, noticed, share
from lifepod.owner.guard import Rounds
from lifepod.owner.share import Note

CAROL = "https://carol.example/#me"


async def once(double: PodDouble, **how: Any) -> Rounds:
    async with signed_in(double) as pod:
        return await guard.rounds(pod, **how)


def told(found: Rounds, *kinds: str) -> list[tuple[str, str, str]]:
    return [(f.kind, f.agent, f.place) for f in found.findings if not kinds or f.kind in kinds]


def both(double: PodDouble) -> str:
    """What the shared place gives already."""
    return rule(double, SHARED, f"acl:agent <{ACME}>, <{BOLT}>", "Read Write")


NEWS = ("new-agent", "new-risk")


async def test_the_first_round_takes_what_is_there_as_the_measure() -> None:
    found = await once(shared_pod())
    assert (found.since, told(found, *NEWS)) == ("", [])
    assert {(kind, agent) for kind, agent, _ in told(found)} == {
        ("access-without-record", ACME),
        ("access-without-record", BOLT),
    }


async def test_a_newcomer_and_a_new_risk_are_told_once() -> None:
    double = shared_pod()
    first = await once(double)
    double.owner_acl(SHARED, both(double) + rule(double, SHARED, CAROL) + rule(double, SHARED, EVERYONE, "Write"))
    news = await once(double)
    assert news.since
    assert news.at >= first.at
    assert told(news, *NEWS) == [
        ("new-agent", CAROL, double.url(SHARED)),
        ("new-risk", "public", double.url(SHARED)),
    ]
    assert not news.is_sound
    again = await once(double)
    assert told(again, *NEWS) == []
    assert ("access-without-record", CAROL, double.url(SHARED)) in told(again)


async def test_a_dry_round_writes_nothing_and_leaves_news_news() -> None:
    double = shared_pod()
    await once(double)
    double.owner_acl(SHARED, both(double) + rule(double, SHARED, CAROL))
    for _ in range(2):
        found = await once(double, dry=True)
        assert told(found, *NEWS) == [("new-agent", CAROL, double.url(SHARED))]
        assert writes(double) == []


async def test_whom_lifepod_let_in_is_no_news() -> None:
    double = shared_pod()
    await once(double)
    wish = granted(double, SHARED)
    async with signed_in(double) as pod:
        new = share.Wish("grant", CAROL, wish.place, wish.modes)
        await share.apply(pod, await share.rehearse(pod, new, unchecked=True))
    assert told(await once(double), *NEWS) == []


async def test_what_has_ended_is_closed_and_the_rest_stays() -> None:
    double = shared_pod()
    async with signed_in(double) as pod:
        await share.apply(pod, await share.rehearse(pod, granted(double)), note=Note(until="2026-01-01"))
    assert "read" in double.modes(PLACE, ACME)
    dry = await once(double, dry=True)
    assert ("ended", ACME, double.url(PLACE)) in told(dry)
    assert "read" in double.modes(PLACE, ACME)
    found = await once(double)
    assert [(f.kind, f.agent) for f in found.closed] == [("ended", ACME)]
    assert double.modes(PLACE, ACME) <= {"append"}  # as anyone signed in may
    assert "read" in double.modes(PLACE, BOLT)
    assert told(await once(double), "ended") == []


async def test_what_cannot_be_closed_is_told_and_stops_nothing_else() -> None:
    double = shared_pod()
    async with signed_in(double) as pod:
        await share.apply(pod, await share.rehearse(pod, granted(double)), note=Note(until="2026-01-01"))
    for method in ("PUT", "PATCH"):
        double.script(method, f"{PLACE}.acl", 403, times=None)
    said: list[str] = []
    found = await once(double, say=said.append)
    assert found.closed == ()
    assert ("ended", ACME, double.url(PLACE)) in told(found)
    assert any("could not be closed" in line for line in said)


async def test_a_kept_measure_that_cannot_be_read_counts_as_none() -> None:
    double = shared_pod()
    await once(double)
    path = kept.folder_of(double.base, double.owner) / "guard.json"
    for damage in (b"", b"[]", b'{"at": 1}', b'{"at": "x", "agents": [], "risks": [["a"]]}'):
        path.write_bytes(damage)
        assert (await once(double)).since == "", damage


async def test_a_pod_that_does_not_answer_leaves_the_measure_as_it_was() -> None:
    double = shared_pod()
    await once(double)
    before = noticed.kept_known(double.base, double.owner)
    double.script("*", "*", 503, times=None)
    with pytest.raises(LifepodError):
        await once(double)
    assert noticed.kept_known(double.base, double.owner) == before
