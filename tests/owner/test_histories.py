"""The history of access of a place or an audience: the change log, read whole where it can be, and kept surveys."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.owner.shared import shared_pod
from tests.owner.signed import ACME, signed_in

from lifepod.access.changelog import Change, write_change
from lifepod.access.rules import Mode
from lifepod.errors import Unreachable
from lifepod.owner import kept, surveys
from lifepod.owner.histories import (
    Found,
    Log,
    about_agent,
    about_place,
    agreement_in,
    at_place,
    given_to,
    joined,
    log_of,
    of_audience,
)
from lifepod.owner.share import apply, rehearse
from lifepod.owner.words import wish

BASE = "https://pod.example/alice/"
READ = frozenset({Mode.READ})
UUID = "1a2b3c4d-1111-4222-8333-123456789abc"


def change(verb: str, path: str, day: int, **more: Any) -> Change:
    when = f"2026-03-{day:02}T10:00:00Z"
    return replace(Change(verb, ACME, BASE + path, READ, when, state="finished", ended=when), **more)


def filed(double: PodDouble, *changes: Change) -> None:
    for one in changes:
        double.put(f"lifepod/access/{one.name}.ttl", write_change(one))


async def read(double: PodDouble) -> Log:
    async with signed_in(double) as pod:
        return await log_of(pod)


async def test_a_pod_without_a_log_has_an_empty_one() -> None:
    assert await read(PodDouble()) == Log()


async def test_the_log_comes_in_order_of_time_without_what_is_under_way() -> None:
    double = PodDouble()
    filed(double, change("revoke", "a/", 2), change("grant", "a/", 1))
    double.put("lifepod/access/pending.ttl", write_change(change("grant", "b/", 3)))
    assert [(one.verb, one.place) for one in (await read(double)).changes] == [
        ("grant", BASE + "a/"),
        ("revoke", BASE + "a/"),
    ]


async def test_a_record_that_cannot_be_read_hides_no_other() -> None:
    double = PodDouble()
    filed(double, change("grant", "a/", 1))
    bad = double.put("lifepod/access/x.ttl", "<> <https://other.example/p> 1 .")
    gone = double.put("lifepod/access/y.ttl", "")
    double.script("GET", gone, 403)
    log = await read(double)
    assert len(log.changes) == 1
    assert [url for url, _ in log.unread] == [bad, gone]
    assert "no record of a change" in log.unread[0][1]


async def test_what_was_read_before_is_not_read_again_unless_it_was_changed() -> None:
    double = PodDouble()
    first, second = change("grant", "a/", 1), change("revoke", "a/", 2)
    filed(double, first, second)
    before = await read(double)
    filed(double, replace(second, state="unconfirmed"), change("grant", "b/", 3))
    double.requests.clear()
    async with signed_in(double) as pod:
        log = await log_of(pod, before)
    asked = [r.url for r in double.requests if r.url.endswith(".ttl")]
    assert len(asked) == 2, asked
    assert not any(first.name in url for url in asked)
    assert [one.state for one in log.changes] == ["finished", "unconfirmed", "finished"]


async def test_a_log_that_cannot_be_listed_is_raised_and_not_empty() -> None:
    double = PodDouble()
    filed(double, change("grant", "a/", 1))
    double.script("*", double.url("lifepod/access/"), faults.refused_connection(), times=None)
    with pytest.raises(Unreachable):
        await read(double)


def test_a_place_has_what_was_changed_at_it_above_it_and_below_it_the_newest_first() -> None:
    log = Log(tuple(change("grant", path, day) for day, path in enumerate(("", "a/", "a/b.ttl", "ab/", "a"), 1)))
    places = [one.place.removeprefix(BASE) for one in about_place(log, BASE + "a/")]
    assert places == ["a/b.ttl", "a/", ""]
    assert [one.place.removeprefix(BASE) for one in about_place(log, BASE + "a/b.ttl")] == ["a/b.ttl", "a/", ""]


def test_an_agent_has_what_named_it_and_what_moved_it() -> None:
    moved = replace(change("private", "c/", 3), agent="", effects=(f"{ACME} read: yes -> no at {BASE}c/",))
    longer = replace(change("grant", "d/", 4), agent=ACME + "2", effects=(f"{ACME}2 read: no -> yes at {BASE}d/",))
    log = Log((change("grant", "a/", 1), moved, longer))
    assert [one.place.removeprefix(BASE) for one in about_agent(log, ACME)] == ["c/", "a/"]


@pytest.mark.parametrize(
    ("why", "found"),
    [
        (f"agreement {UUID}", UUID),
        (f"end of agreement {UUID}", UUID),
        ("agreement 12", ""),
        ("we had an agreement", ""),
        ("", ""),
    ],
)
def test_the_agreement_by_which_a_change_was_made_is_named(why: str, found: str) -> None:
    assert agreement_in(change("grant", "a/", 1, why=why)) == found


def test_what_was_given_and_not_taken_back_stands_with_its_beginning_and_its_end() -> None:
    log = Log((change("grant", "a/", 1, until="2026-12-31"), change("grant", "b/", 2), change("revoke", "b/", 3)))
    assert [(g.place, g.since[:10], g.until) for g in given_to(log, ACME)] == [
        (BASE + "a/", "2026-03-01", "2026-12-31")
    ]
    assert given_to(log, "https://nobody.example/#me") == ()


# Kept surveys


async def surveyed(double: PodDouble, hours: int) -> None:
    """Look, and keep it as if it had been so many hours later."""
    async with signed_in(double) as pod:
        audit = await surveys.take(pod)
    for path in kept.folder_of(double.base, double.owner).glob("*-*.json"):
        if path.name.startswith("2026"):
            path.unlink()
    at = (datetime(2030, 1, 1, tzinfo=UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    kept.keep(replace(audit.survey, surveyed_at=at))


async def change_now(double: PodDouble, verb: str, path: str) -> None:
    async with signed_in(double) as pod:
        await apply(pod, await rehearse(pod, wish(verb, ACME, pod.url(path), ("read",)), unchecked=True))


async def test_kept_surveys_say_who_could_use_a_place_and_when_that_was_found_otherwise() -> None:
    double = shared_pod()
    url = double.put("fresh/a.ttl")
    for hours in range(2):
        await surveyed(double, hours)
    await change_now(double, "grant", "fresh/a.ttl")
    await surveyed(double, 2)
    found = joined(at_place(double.base, double.owner, url))
    assert [(one.surveys, one.first[11:13], one.last[11:13]) for one in found] == [(1, "02", "02"), (2, "00", "01")]
    assert f"{ACME} could read" in found[0].lines
    assert not any(ACME in line for line in found[1].lines)


async def test_a_place_that_was_not_there_is_said_to_have_been_missing() -> None:
    double = shared_pod()
    await surveyed(double, 0)
    [found] = at_place(double.base, double.owner, double.url("never/was.ttl"))
    assert found.missing
    assert found.lines == ()


async def test_what_nobody_could_look_into_is_perhaps_and_not_nobody() -> None:
    double = shared_pod()
    url = double.put("dark/a.ttl")
    double.owner_acl("dark/")
    double.script("GET", double.judge.control_url(double.url("dark/")), 403, times=None)
    await surveyed(double, 0)
    [found] = at_place(double.base, double.owner, url)
    assert found.lines == ("anyone could perhaps read, append, write, control",)
    assert found.unknown


async def test_an_audience_is_counted_by_class_survey_by_survey() -> None:
    double = shared_pod()
    double.put("journal/stays/phone/2026/01.ttl")
    await surveyed(double, 0)
    await change_now(double, "grant", "journal/stays/")
    await surveyed(double, 1)
    newest, before = of_audience(double.base, double.owner, ACME)
    assert "stays: 4 places, to read, append" in newest.lines
    assert "stays: 4 places, to append" in before.lines, "anyone who signs in could add all along"


async def test_a_survey_that_cannot_be_read_is_left_out_and_tells_nothing_twice() -> None:
    double = shared_pod()
    for hours in range(3):
        await surveyed(double, hours)
    files = sorted(kept.folder_of(double.base, double.owner).glob("2030*.json"))
    files[-1].write_text("{")
    found = list(at_place(double.base, double.owner, double.base))
    assert [one.first[11:13] for one in found] == ["01", "00"]


def test_neighbours_that_are_alike_become_one_and_others_do_not() -> None:
    def one(hour: int, *lines: str) -> Found:
        at = f"2026-01-01T{hour:02}:00:00Z"
        return Found(at, at, 1, lines)

    out = joined([one(5, "a"), one(4, "a"), one(3, "b"), one(2, "a")])
    assert [(f.first[11:13], f.last[11:13], f.surveys, f.lines) for f in out] == [
        ("04", "05", 2, ("a",)),
        ("03", "03", 1, ("b",)),
        ("02", "02", 1, ("a",)),
    ]
