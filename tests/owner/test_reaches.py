"""What an audience could use, by class of records and by time, over a survey made by hand."""

from __future__ import annotations

from lifepod.access.audit import Audit
from lifepod.access.rules import Kind, Mode, Rule, Who
from lifepod.access.rules import Test as Match
from lifepod.access.survey import Control, Own, Place, Survey
from lifepod.owner.reaches import OUTSIDE, reach_of, sights_of

BASE = "https://pod.example/alice/"
ME, ACME, BOB, CLUB = BASE + "me", "https://acme.example/#me", "https://bob.example/#me", "https://club.example/#us"


def rule(who: Who, *modes: Mode) -> Rule:
    return Rule(BASE + ".acl", f"#{who.word}", frozenset(modes), (Match((who,)),), here=True, below=True)


def agent(iri: str) -> Who:
    return Who(Kind.AGENT, iri)


def ruled(path: str, *rules: Rule) -> Place:
    mine = rule(agent(ME), *Mode)
    return Place(BASE + path, Control(Own.RULES, f"{BASE}{path}.acl", (mine, *rules)))


def plainly(path: str) -> Place:
    return Place(BASE + path, Control(Own.NONE, f"{BASE}{path}.acl"))


def audit(*places: Place, members: tuple[str, ...] | None = (BOB,)) -> Audit:
    found = {place.url: place for place in (ruled(""), *places)}
    for url in list(found):
        while (url := url[: url.rstrip("/").rfind("/") + 1]).startswith(BASE):
            found.setdefault(url, plainly(url.removeprefix(BASE)))
    ordered = tuple(found[url] for url in sorted(found))
    return Audit(Survey(BASE, BASE, ME, "2026-03-01T00:00:00Z", ordered, ((CLUB, members),)))


POD = (
    ruled("journal/", rule(agent(ACME), Mode.READ)),
    plainly("journal/searches/"),
    plainly("journal/searches/phone/2024/11.ttl"),
    plainly("journal/searches/phone/2026/02.ttl"),
    plainly("journal/searches/phone/2026/01.ttl"),
    ruled("journal/purchases/", rule(agent(ACME), Mode.APPEND)),
    plainly("journal/purchases/shop/2025.ttl"),
    plainly("journal/stays/phone/2025/02/07.ttl"),
    plainly("journal/stays/phone/notes.ttl"),
    Place(BASE + "journal/dark/", Control(Own.BLIND, cause="403")),
    plainly("journal/dark/phone/2020/01.ttl"),
    ruled("club/", rule(Who(Kind.GROUP, CLUB), Mode.READ)),
    plainly("club/minutes.ttl"),
)


def test_places_are_counted_by_class_with_the_time_of_what_could_be_read() -> None:
    found = {share.name: share for share in reach_of(audit(*POD), ACME).shares}
    searches = found["searches"]
    assert (searches.places, searches.files, searches.first, searches.last) == (7, 3, "2024-11", "2026-02")
    assert (found["stays"].places, found["stays"].files, found["stays"].last) == (6, 1, "2025-02-07")
    assert found["purchases"].modes == {Mode.APPEND}
    assert (found["purchases"].files, found["purchases"].first) == (0, ""), (
        "records that could not be read have no time"
    )
    assert found[OUTSIDE].places == 1, "the journal itself"


def test_what_is_not_known_is_counted_apart() -> None:
    reach = reach_of(audit(*POD), ACME)
    dark = next(share for share in reach.shares if share.name == "dark")
    assert (dark.places, dark.unsure, dark.files) == (0, 4, 0)
    assert (reach.places, reach.unsure) == (17, 4)


def test_a_year_reaches_further_than_its_own_months() -> None:
    places = (ruled("journal/x/", rule(agent(ACME), Mode.READ)), plainly("journal/x/a/2026/03.ttl"))
    [share] = reach_of(audit(*places, plainly("journal/x/b/2026.ttl")), ACME).shares
    assert (share.first, share.last) == ("2026", "2026")


def test_a_group_is_what_a_member_of_it_alone_could_use_even_where_nobody_knows_its_members() -> None:
    for members in ((BOB,), (), None):
        found = audit(*POD, members=members)
        entries = [e for e in sights_of(found, CLUB) if "dark" not in e.place]
        assert [(e.place, e.audience) for e in entries] == [(BASE + "club/", CLUB)]
        assert reach_of(found, CLUB).places == 2


def test_an_agent_that_nobody_names_could_use_nothing() -> None:
    reach = reach_of(audit(*(place for place in POD if "dark" not in place.url)), "https://else.example/#me")
    assert reach.shares == ()
    assert (reach.places, reach.unsure) == (0, 0)
