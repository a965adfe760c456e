"""Surveys that go on after a kill, that are confirmed instead of repeated, and that are kept to be compared."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.double.pod_double import PodDouble
from tests.double.shelf import Thing
from tests.owner.signed import ACME, BOLT, rule, signed_in

from lifepod.access.audit import Audit
from lifepod.access.rules import NOBODY, Answer, Mode, Visitor
from lifepod.access.survey import Control, Own, Survey
from lifepod.errors import Unreachable
from lifepod.limits import LIMITS
from lifepod.owner import kept, surveys
from lifepod.owner.kept import Proof
from lifepod.owner.look import Look, Way

TEAM = "https://groups.example/list#team"
SAID = "Double 1"


class Dated(httpx2.AsyncBaseTransport):
    """The double as a server with a clock: HTTP dates, and a name. ``now`` is a minute after its last change."""

    def __init__(self, double: PodDouble) -> None:
        self.double = double
        self.said = SAID
        self.delay = timedelta(minutes=1)
        self.dies_after: int | None = None
        self.tags = True

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.dies_after is not None and len(self.double.requests) >= self.dies_after:
            raise Killed
        await request.aread()
        answer = await self.double(request)
        stamp = next(iter(self.double.shelf.things.values())).stamp
        stamp = max([stamp, *(t.stamp for t in _everything(self.double))])
        now = datetime.fromtimestamp(stamp / 1000, UTC) + self.delay
        answer.headers["Date"] = format_datetime(now, usegmt=True)
        answer.headers["Server"] = self.said
        if "last-modified" in answer.headers:
            when = datetime.fromisoformat(answer.headers["last-modified"])
            answer.headers["Last-Modified"] = format_datetime(when, usegmt=True)
            assert parsedate_to_datetime(answer.headers["last-modified"]) == when
        elif answer.headers.get("etag"):
            # Documents elsewhere and answers of 304 carry no time of change in the double.
            answer.headers["Last-Modified"] = format_datetime(now - timedelta(minutes=1), usegmt=True)
        if not self.tags:
            answer.headers.pop("etag", None)
        elif request.headers.get("if-none-match") == answer.headers.get("etag", "none"):
            return httpx2.Response(304, headers=answer.headers)
        return answer


def _everything(double: PodDouble) -> list[Thing]:
    shelf = double.shelf
    return [*shelf.things.values(), *shelf.controls.values(), *shelf.elsewhere.values()]


class Killed(BaseException):
    """The process ends here."""


def grown() -> PodDouble:
    """Two levels of containers, rules of their own here and there, one group."""
    double = PodDouble(seeded=False)
    for box in ("a/", "b/", "b/c/", "b/c/d/"):
        for name in ("1.ttl", "2%20x.ttl", "3"):
            double.put(box + name, "<s> <p> <o>.")
    double.owner_acl("a/", rule(double, "a/", ACME))
    double.owner_acl("b/c/1.ttl", rule(double, "b/c/1.ttl", BOLT))
    double.owner_acl("b/c/d/", rule(double, "b/c/d/", f"acl:agentGroup <{TEAM}>"))
    double.put(TEAM.split("#")[0], group(ACME))
    return double


def group(*members: str) -> str:
    return "".join(f"<#team> <http://www.w3.org/2006/vcard/ns#hasMember> <{m}>.\n" for m in members)


def prove(
    double: PodDouble,
    *,
    proved: bool = True,
    age: timedelta = timedelta(),
    said: str = f"{SAID} Community Solid Server",
) -> None:
    when = (datetime.now(UTC) - age).isoformat()
    kept.keep_proof(double.base, double.owner, Proof(said, "wac", proved, "", when))


async def taken(line: Dated, *, full: bool = False) -> Survey:
    async with signed_in(line.double, through=line) as pod:
        return (await surveys.take(pod, full=full)).survey


def essence(survey: Survey) -> Survey:
    """What a survey says, without what it cost, when it was taken, and the versions it noted for later."""
    places = tuple(
        dataclasses.replace(p, listing="", control=dataclasses.replace(p.control, etag="")) for p in survey.places
    )
    bare = dataclasses.replace(survey, places=places, requests=0, seconds=0.0, surveyed_at="", group_versions=())
    return dataclasses.replace(bare, resumed=0, reused=0, blind=tuple(sorted(survey.blind, key=str)))


# Confirmed instead of repeated


async def test_an_unchanged_pod_costs_one_request_for_each_container_and_known_document() -> None:
    double = grown()
    prove(double)
    first = await taken(Dated(double))
    again = await taken(Dated(double))
    containers = sum(p.is_container for p in first.places)
    own = sum(p.control.own is Own.RULES for p in first.places)
    assert first.reused == 0
    assert again.reused == len(again.places) - 1  # the root is always asked
    # the root once more by HEAD, its access document, and the group's document
    assert again.requests == containers + own + 2 == len(double.requests)
    assert essence(again) == essence(first)


def untagged(double: PodDouble, line: Dated) -> None:
    prove(double)
    line.tags = False


NOT_PROVED: dict[str, Callable[[PodDouble, Dated], object]] = {
    "never tested": lambda double, line: None,
    "tested and not so": lambda double, line: prove(double, proved=False),
    "tested too long ago": lambda double, line: prove(double, age=timedelta(hours=25)),
    "another version since": lambda double, line: prove(double, said="Double 2"),
    "no version tags": untagged,
}


@pytest.mark.parametrize("make", NOT_PROVED.values(), ids=NOT_PROVED.keys())
async def test_without_proof_every_survey_asks_for_everything(make: Callable[[PodDouble, Dated], object]) -> None:
    double = grown()
    line = Dated(double)
    make(double, line)
    first, again = await taken(line), await taken(line)
    assert again.reused == 0
    assert essence(again) == essence(first)
    assert again.requests == first.requests


async def test_a_version_from_this_very_second_is_not_relied_on() -> None:
    """The next change may come within the same tick of the server's clock and carry the same tag."""
    double = grown()
    prove(double)
    double.put("b/c/d/9.ttl", "")
    line = Dated(double)
    line.delay = timedelta(seconds=1)
    first = await taken(line)
    listings = {p.url.removeprefix(double.base): p.listing for p in first.places if p.is_container}
    assert listings["b/c/d/"] == ""
    assert all(listings[path] for path in ("a/", "b/", "b/c/"))
    again = await taken(line)
    assert 0 < again.reused < len(again.places) - 4
    assert essence(again) == essence(first)


async def test_a_full_survey_can_be_asked_for() -> None:
    double = grown()
    prove(double)
    await taken(Dated(double))
    assert (await taken(Dated(double), full=True)).reused == 0


async def test_where_the_owner_lost_control_nothing_is_taken_for_inherited() -> None:
    """The container's version stands still when its rules are changed, but what lies below now answers 403."""
    double = grown()
    double.ldp.owner_override = False
    double.owner_acl("b/")
    prove(double)
    await taken(Dated(double))
    double.acl("b/", rule(double, "b/", double.owner) + rule(double, "b/", ACME, "Read Control"))
    again = await taken(Dated(double))
    found = {p.url.removeprefix(double.base): p.control.own for p in again.places}
    assert found["b/1.ttl"] is found["b/c/"] is found["b/c/3"] is Own.BLIND
    assert found["a/1.ttl"] is Own.NONE
    assert essence(again) == essence(await taken(Dated(double), full=True))


async def test_a_group_that_is_newly_named_is_read_though_its_document_is_unchanged() -> None:
    double = grown()
    double.put(TEAM.split("#")[0], group(ACME) + group(BOLT).replace("#team", "#team2"))
    prove(double)
    await taken(Dated(double))
    double.owner_acl("a/", rule(double, "a/", f"acl:agentGroup <{TEAM}2>"))
    again = await taken(Dated(double))
    assert dict(again.groups) == {TEAM: (ACME,), f"{TEAM}2": (BOLT,)}
    assert again.reused


PLACES = ("a/", "a/1.ttl", "b/", "b/1.ttl", "b/c/", "b/c/1.ttl", "b/c/2%20x.ttl", "b/c/d/", "b/c/d/3", "b/new", "n/x")
EDITS = st.lists(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(("acl", "shut", "closed", "none", "put", "gone", "group"))),
    max_size=6,
)


def edit(double: PodDouble, path: str, what: str) -> None:
    url = double.url(path)
    if what == "acl":
        double.owner_acl(path, rule(double, path, BOLT, "Read Write"))
    elif what == "shut":
        double.acl(path, rule(double, path, ACME, "Read Control"))
    elif what == "closed":
        double.acl(path, "")
    elif what == "none" and url in double.shelf.controls:
        double.shelf.delete_control(url)
    elif what == "put" and not path.endswith("/"):
        double.put(path, "<s> <p> <o>.")
    elif what == "gone" and url in double.shelf.things and not double.shelf.members(url):
        double.shelf.delete(url)
    elif what == "group":
        double.put(TEAM.split("#")[0], group(ACME, BOLT, double.url(path)))


@given(EDITS, EDITS, st.booleans())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_confirmed_survey_equals_a_full_one_whatever_was_changed_between(
    before: list[tuple[str, str]], between: list[tuple[str, str]], override: bool
) -> None:
    double = grown()
    double.ldp.owner_override = override
    for path, what in before:
        edit(double, path, what)
    prove(double)
    await taken(Dated(double), full=True)
    for path, what in between:
        edit(double, path, what)
    again = await taken(Dated(double))
    assert essence(again) == essence(await taken(Dated(double), full=True))


# Taken up again


async def cut(line: Dated, requests: int) -> None:
    line.double.requests.clear()
    line.dies_after = requests
    with pytest.raises(Killed):
        await taken(line)
    line.dies_after = None


def part(double: PodDouble) -> Path:
    return kept.folder_of(double.base, double.owner) / "unfinished"


@pytest.mark.parametrize("after", [3, 8, 15, 22])
async def test_a_survey_that_was_killed_goes_on_where_it_ended(after: int) -> None:
    double = grown()
    line = Dated(double)
    whole = await taken(line)
    await cut(line, after)
    found = part(double).read_text().splitlines()
    assert part(double).stat().st_mode & 0o777 == 0o600
    again = await taken(line)
    assert again.resumed == len(found) - 1
    assert essence(again) == essence(whole)
    assert again.requests <= whole.requests - again.resumed + 2  # the root and the naming are asked anew
    assert not part(double).exists()


async def test_its_time_is_the_time_of_the_first_part(monkeypatch: pytest.MonkeyPatch) -> None:
    double = grown()
    await cut(Dated(double), 12)
    began = part(double).read_text().splitlines()[0].split()[-1]
    again = await taken(Dated(double))
    assert again.resumed
    assert datetime.fromisoformat(again.surveyed_at) == datetime.fromisoformat(began).replace(microsecond=0)


async def test_a_confirmation_that_was_cut_off_is_taken_up_too() -> None:
    double = grown()
    prove(double)
    await taken(Dated(double))
    double.owner_acl("b/3", rule(double, "b/3", BOLT))
    await cut(Dated(double), 7)
    again = await taken(Dated(double))
    assert again.resumed
    assert again.reused
    assert essence(again) == essence(await taken(Dated(double), full=True))


def flipped(path: Path, pod: PodDouble) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"none", b"NONE").replace(b"http", b"HTTP")
    path.write_bytes(b"".join(lines))


def old(path: Path, pod: PodDouble) -> None:
    from lifepod.owner.findings import Findings, mark_of

    path.unlink()
    long_ago = datetime.now(UTC) - timedelta(seconds=LIMITS.survey_part_seconds + 5)
    findings = Findings.opened(path, mark_of(pod.base, pod.owner, ""), long_ago)
    findings.found(pod.base + "a/1.ttl", kept_blank())
    findings.close()


def foreign(path: Path, pod: PodDouble) -> None:
    from lifepod.owner.findings import Findings, mark_of

    path.unlink()
    findings = Findings.opened(path, mark_of(pod.base, "https://mallory.example/#me", ""), datetime.now(UTC))
    findings.found(pod.base + "a/1.ttl", kept_blank())
    findings.close()


def kept_blank() -> Control:
    return Control(Own.NONE)


SPOILT: dict[str, Callable[[Path, PodDouble], object]] = {
    "damaged": flipped,
    "not ours alone": lambda path, pod: path.chmod(0o644),
    "noise": lambda path, pod: path.write_bytes(b"\xff\x00\n" * 30),
    "empty": lambda path, pod: path.write_bytes(b""),
    "old": old,
    "of another login": foreign,
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
async def test_what_is_damaged_old_or_foreign_is_not_taken_up(spoil: Callable[[Path, PodDouble], object]) -> None:
    double = grown()
    await cut(Dated(double), 15)
    spoil(part(double), double)
    again = await taken(Dated(double))
    assert again.resumed == 0
    assert essence(again) == essence(await taken(Dated(double)))


async def test_a_line_that_was_cut_off_with_its_writer_costs_only_itself() -> None:
    double = grown()
    await cut(Dated(double), 15)
    data = part(double).read_bytes()
    part(double).write_bytes(data[:-9])
    again = await taken(Dated(double))
    assert again.resumed == len(data.splitlines()) - 2
    assert essence(again) == essence(await taken(Dated(double)))


# Readable while it grows


async def test_what_was_not_looked_at_yet_is_unknown_and_never_closed() -> None:
    double = grown()
    seen: list[Survey] = []
    async with signed_in(double) as pod:
        look = Look(pod, pod.storage, Way(tell=lambda done, known: seen.append(look.so_far())))
        final = (await look.run()).survey
    truth = Audit(final)
    assert len(seen) == len(final.places) - 1
    assert any(s.blind for s in seen)
    for survey in seen:
        audit = Audit(survey)
        for place in survey.places:
            for visitor in (Visitor(BOLT), NOBODY):
                said = audit.verdict(place.url, visitor, Mode.READ).answer
                real = truth.verdict(place.url, visitor, Mode.READ).answer
                assert said in (real, Answer.UNKNOWN), place.url
    assert not final.blind


async def test_a_screen_gets_what_is_known_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    double, shown = grown(), list[Audit]()
    ticks = iter(range(0, 100_000))
    monkeypatch.setattr("lifepod.owner.surveys.time.monotonic", lambda: next(ticks) / 4)
    async with signed_in(double) as pod:
        whole = await surveys.take(pod, show=shown.append)
    assert 2 <= len(shown) < len(whole.survey.places)
    assert {a.survey.surveyed_at for a in shown} == {whole.survey.surveyed_at}


# Kept


def at(survey: Survey, minute: int) -> Survey:
    return dataclasses.replace(survey, surveyed_at=f"2026-03-01T10:{minute:02d}:00Z")


async def test_the_last_twenty_are_kept_and_can_be_compared() -> None:
    double = grown()
    survey = await taken(Dated(double))
    kept_before = kept.times(double.base, double.owner)
    assert kept_before == (survey.surveyed_at,)
    for minute in range(30):
        kept.keep(at(survey, minute))
    times = kept.times(double.base, double.owner)
    assert len(times) == LIMITS.surveys_kept
    assert list(times) == sorted(times, reverse=True)
    when = datetime(2026, 3, 1, 10, 25, 30, tzinfo=UTC)
    older = kept.remembered(double.base, double.owner, when)
    assert older is not None
    assert older.survey == at(survey, 25)
    assert kept.remembered(double.base, double.owner, datetime(2026, 1, 1, tzinfo=UTC)) is None
    assert kept.remembered(double.base, "https://mallory.example/#me") is None


async def test_one_that_cannot_be_read_does_not_hide_the_one_before() -> None:
    double = grown()
    first = await taken(Dated(double))
    second = await taken(Dated(double))
    newest = max(kept.folder_of(double.base, double.owner).glob("*Z-*.json"))
    assert second.surveyed_at >= first.surveyed_at
    newest.write_bytes(newest.read_bytes()[:100])
    found = kept.remembered(double.base, double.owner)
    assert found is not None
    assert found.survey == first


# Bounds


async def test_a_group_with_too_many_members_is_named_and_unknown() -> None:
    double = grown()
    members = [f"https://x.example/{n}#me" for n in range(30)]
    double.put(TEAM.split("#")[0], group(*members))
    tight = dataclasses.replace(LIMITS, group_members=29)
    async with signed_in(double) as pod:
        audit = Audit((await Look(pod, pod.storage, Way(limits=tight)).run()).survey)
    assert audit.groups == {TEAM: None}
    assert any("30 members, more than 29" in b.cause for b in audit.blind)
    assert audit.verdict(double.url("b/c/d/3"), Visitor(members[0]), Mode.READ).answer is Answer.UNKNOWN


async def test_forty_levels_are_walked_as_deep_as_a_look_may_and_the_rest_is_named() -> None:
    double = PodDouble(seeded=False)
    double.put("/".join(["d"] * 40) + "/x.ttl", "")
    survey = await taken(Dated(double))
    [spot] = survey.blind
    assert spot.place == double.url("d/" * LIMITS.walk_depth)
    assert "more lies below" in spot.cause
    assert next(p for p in survey.places if p.url == spot.place).listing == ""


async def test_a_line_that_dies_while_it_looks_makes_no_picture_of_blind_spots_and_the_next_look_goes_on() -> None:
    double = grown()
    dead = [False]

    async def line(request: httpx2.Request) -> httpx2.Response:
        if len(double.requests) >= 12 and dead[0]:
            raise httpx2.ConnectError("All connection attempts failed", request=request)
        return await double(request)

    async with signed_in(double, through=httpx2.MockTransport(line)) as pod:
        dead[0] = True
        with pytest.raises(Unreachable):
            await surveys.take(pod)
        assert kept.times(double.base, double.owner) == ()
        dead[0] = False
        audit = await surveys.take(pod)
    assert audit.survey.resumed
    assert {spot.place for spot in audit.blind} == set()
