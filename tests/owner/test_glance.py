"""The state of things in one look: counts beside a slow count of each place, ends and lateness, gaps that stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.access.large import Shape, large_survey
from tests.access.worlds import ACME, ANYONE, BOLT, OWNER, SIGNED, TEAM, at, owned, rule, world
from tests.vendor.market import asked as ask_for
from tests.vendor.market import ended, new_market, open_market

from lifepod.access.audit import Audit
from lifepod.access.grants import Grant
from lifepod.access.rules import STRANGER, Answer, Mode
from lifepod.errors import Unreachable
from lifepod.owner.exposure import Exposed, exposed, journal_of
from lifepod.owner.glance import Ending, Gap, Glance, Part, asking_in, ending_in, late_in, vendors_in
from lifepod.owner.reaches import audit_for

READ = frozenset({Mode.READ})
NOW = "2026-03-14T12:00:00Z"


def counted(audit: Audit) -> dict[str, tuple[int, int, int]]:
    """What every audience could read, may read, and could only do otherwise: place by place, the slow way."""
    out = {}
    for audience in ("public", "signed-in", *audit.agents, *audit.groups):
        if audience == audit.survey.owner:
            continue
        found, who = audit_for(audit, audience)
        agent = {"public": None, "signed-in": STRANGER.agent}.get(who, who)
        read = unsure = other = 0
        for place in audit.survey.places:
            answers = found.reach(found.source_of(place.url), agent)
            if answers[0] is Answer.NO:
                other += Answer.YES in answers
                unsure += Answer.YES not in answers and Answer.UNKNOWN in answers
            else:
                read, unsure = read + (answers[0] is Answer.YES), unsure + (answers[0] is Answer.UNKNOWN)
        out[audience] = (read, unsure, other)
    return out


def told(audit: Audit) -> dict[str, tuple[int, int, int]]:
    return {one.audience: (one.places, one.unsure, one.others) for one in exposed(audit)}


@pytest.mark.parametrize("seed", range(4))
def test_the_quick_count_is_the_slow_one(seed: int) -> None:
    survey = large_survey(Shape(400, 60, 9, 40), seed)
    whole = Audit(survey)
    assert told(whole) == counted(whole)
    dark = replace(survey, groups=tuple((iri, None if n % 2 else m) for n, (iri, m) in enumerate(survey.groups)))
    assert told(Audit(dark)) == counted(Audit(dark))


def small(**more: Any) -> Audit:
    mine = {
        "": owned("", rule("all", ANYONE, here=".")),
        "journal/": owned("journal/", rule("a", ACME, below="journal/", here="journal/")),
        "inbox/": owned("inbox/", rule("s", SIGNED, "Append", here="inbox/")),
        "club/": owned("club/", rule("g", f"acl:agentGroup <{TEAM}>", here="club/", below="club/")),
    }
    places = ("journal/visits/b/2026/03.ttl", "journal/visits/b/2025/12.ttl", "journal/stays/g/2026.ttl", "club/list")
    return Audit(world(mine, *places, blind={"dark/": "403"}, groups={TEAM: (BOLT,)}, **more).survey)


def test_the_widest_comes_first_and_what_may_be_open_counts_as_open() -> None:
    rows = exposed(small())
    assert [(one.audience, one.kind) for one in rows] == [
        (ACME, "agent"), (BOLT, "agent"), (TEAM, "group"), ("signed-in", "signed-in"), ("public", "public"),
    ]  # fmt: skip
    acme = rows[0]
    assert (acme.places, acme.unsure, acme.others) == (11, 1, 1), "the root, ten of the journal; dark; inbox"
    assert acme.classes == ("stays", "visits")
    assert (rows[3].places, rows[3].unsure, rows[3].others, rows[3].classes) == (1, 1, 1, ())
    assert rows[4] == Exposed("public", "public", 1, 1, 0, ())
    assert OWNER not in {one.audience for one in rows}


def test_what_lies_in_the_journal_is_counted_by_class() -> None:
    found = [(one.name, one.files, one.first, one.last) for one in journal_of(small())]
    assert found == [("visits", 2, "2025-12", "2026-03"), ("stays", 1, "2026", "2026")]


def grant(until: str, agent: str = ACME, modes: frozenset[Mode] = READ) -> Grant:
    return Grant(agent, at("journal/"), modes, "2026-01-01T00:00:00Z", until)


@pytest.mark.parametrize(
    ("until", "over"),
    [
        ("", None),
        ("2026-03-13", True),
        ("2026-03-14", False),
        ("2026-03-14T11:59:59Z", True),
        ("2026-03-28", False),
        ("2026-03-28T12:00:00Z", False),
        ("2026-03-28T12:00:01Z", None),
        ("2026-03-29", None),
    ],
)
def test_a_grant_is_told_fourteen_days_before_its_end_and_after_it(until: str, over: bool | None) -> None:
    found = ending_in((), (grant(until),), NOW)
    assert [one.over for one in found] == ([] if over is None else [over])


def test_what_is_suspended_has_no_end_to_be_told_and_the_nearest_end_comes_first() -> None:
    suspended = Grant(BOLT, at("club/"), frozenset(), "2026-01-01T00:00:00Z", "2026-03-15", READ)
    found = ending_in((), (grant("2026-03-20"), suspended, grant("2026-03-16", BOLT)), NOW)
    assert found == (
        Ending(BOLT, "2026-03-16", over=False, place=at("journal/"), modes=("read",)),
        Ending(ACME, "2026-03-20", over=False, place=at("journal/"), modes=("read",)),
    )


async def test_an_agreement_that_ends_is_told_once_beside_the_grant_it_made() -> None:
    market, case = await open_market()
    async with market.person("2027-01-25T10:00:00Z") as papers:
        cases, _ = await papers.agreements()
        (one,) = cases
        made = grant(one.life.until, one.policy.assignee)
        assert ending_in(cases, (made,), "2027-01-25T10:00:00Z") == (
            Ending(one.policy.assignee, one.life.until, over=False, agreement=case),
        )
        assert ending_in(cases, (made,), "2027-01-10T10:00:00Z") == ()


async def test_requests_that_wait_are_told_and_those_decided_are_not() -> None:
    market = await new_market()
    case = await ask_for(market)
    async with market.person() as papers:
        assert await papers.letters() == 1
        assert asking_in(await papers.requests()) == (), "nobody looked into the inbox yet"
        found = (await papers.inbox()).requests
        (waits,) = asking_in(found)
        assert (waits.id, waits.who) == (case, found[0].case.policy.assignee)
        assert waits.reply_by.startswith("20")
        assert await papers.letters() == 0
        await papers.decline(found[0], (), silent=True)
        assert asking_in(await papers.requests()) == ()
        assert vendors_in(await papers.requests(), ()) == {waits.who}


async def test_a_promise_whose_day_passed_is_late() -> None:
    market, case = await open_market()
    await ended(market, case)
    for now, late in (("2026-11-26T12:00:00Z", []), ("2026-12-20T10:00:00Z", [(case, "2026-11-27")])):
        async with market.person(now) as papers:
            found = late_in(await papers.ledger((await papers.agreements())[0]))
        assert [(one.agreement, one.due_by[:10]) for one in found] == late


def test_what_could_not_be_read_is_unknown_and_never_none() -> None:
    gap = Gap.of(Unreachable("The pod cannot be reached.", host="pod.example"))
    assert gap.advice
    assert Part((), (gap,)).is_unknown
    assert not Part((1,), (gap,)).is_unknown
    assert not Part().is_unknown
    lost = Glance(ending=Part()).given_up(gap)
    assert (lost.lost, lost.ending) == (gap, Part())
    assert lost.asking is not None
    assert lost.asking.is_unknown
    assert lost.gaps == (gap,)


def test_the_order_does_not_hide_who_may_see_everything() -> None:
    all_dark = Exposed("https://b.example/#me", "agent", 0, 50, 0, ())
    half = Exposed("https://a.example/#me", "agent", 20, 0, 0, ())
    assert sorted((half, all_dark), key=lambda one: one.order) == [all_dark, half]
