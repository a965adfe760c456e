"""Names, badges, times and commands as the screen words them; what strangers wrote is shown harmlessly and aligned."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from rich.cells import cell_len
from tests.access.worlds import ACME, ANYONE, BASE, BOLT, OWNER, SIGNED, TEAM, owned, rule, world
from tests.double.pod_double import PodDouble
from tests.owner.signed import signed_in
from tests.tui.look import shown
from tests.tui.stage import agent_rule, seated, small_pod, stage_of

from lifepod.access.audit import Audit
from lifepod.access.survey import Control, Own, Place
from lifepod.errors import Unreachable
from lifepod.tui.branches import Branches
from lifepod.tui.picture import Progress, Trouble
from lifepod.tui.preview import plan_words
from lifepod.tui.why import reasons
from lifepod.tui.widgets.answers import rows_of
from lifepod.tui.widgets.tree import PlaceTree, fitted
from lifepod.tui.words import Request, agent_name, badge, brief, place_name, taken, twin

NOW = datetime(2026, 3, 14, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rules", "word", "tone"),
    [
        ("", "me", "me"),
        (rule("a", ACME, here="x/"), "1 agent", "agents"),
        (rule("a", ACME, here="x/") + rule("b", BOLT, "Append", here="x/"), "1 agent", "agents"),
        (rule("a", ACME, here="x/") + rule("b", BOLT, here="x/"), "2 agents", "agents"),
        (rule("a", ACME, "Append", here="x/"), "1 agent append", "agents"),
        (rule("a", ACME, "Control", here="x/"), "1 agent control", "agents"),
        (rule("a", SIGNED, here="x/"), "signed-in", "signed"),
        (rule("a", SIGNED, "Append", here="x/"), "signed-in append", "signed"),
        (rule("a", ANYONE, here="x/"), "public", "public"),
        (rule("a", ANYONE, here="x/") + rule("b", SIGNED, here="x/"), "public", "public"),
        (rule("t", f"acl:agentGroup <{TEAM}>", here="x/"), "unknown", "unknown"),
        (rule("t", f"acl:agentGroup <{TEAM}>", here="x/") + rule("a", ACME, here="x/"), "unknown", "unknown"),
        (rule("t", f"acl:agentGroup <{TEAM}>", here="x/") + rule("a", ANYONE, here="x/"), "public", "public"),
    ],
)
def test_a_badge_names_the_widest_audience_and_unknown_before_all_but_the_public(
    rules: str, word: str, tone: str
) -> None:
    ground = world({"": owned(""), "x/": owned("x/", rules)}, groups={TEAM: None})
    found = badge(Audit(ground.survey).who(BASE + "x/"), OWNER)
    assert (found.word, found.tone) == (word, tone)


def test_a_place_nobody_could_look_into_is_unknown_with_all_below_it() -> None:
    branches = Branches(Audit(world({"": owned("")}, "x/y", blind={"x/": "403"}).survey))
    assert [branches.badge(BASE + path).word for path in ("", "x/", "x/y")] == ["me", "unknown", "unknown"]


def test_short_names_are_only_used_where_they_tell_one_from_all_others() -> None:
    one, other, third = "https://a.example/profile/card#me", "http://a.example/profile/card#me", "https://b.example/#me"
    rules = "".join(rule(f"r{n}", who, here="x/") for n, who in enumerate((one, other, third)))
    rows = rows_of(Audit(world({"": owned(""), "x/": owned("x/", rules)}).survey).who(BASE + "x/"), OWNER)
    assert [row.short for row in rows] == [other, one, "b.example", "you"]
    assert [row.label for row in rows] == [other, one, third, "you"]


@pytest.mark.parametrize(
    ("audience", "full", "short"),
    [
        (OWNER, "you", "you"),
        ("public", "public (anyone)", "public"),
        ("signed-in", "signed-in (anyone who signs in)", "signed-in"),
        ("anyone", "anyone (not known)", "anyone"),
        (ACME, ACME, "acme.example"),
        ("https://a.example/\u202ecod", r"https://a.example/\u202ecod", r"a.example/\u202ecod"),
    ],
)
def test_an_audience_is_named_in_full_and_in_short(audience: str, full: str, short: str) -> None:
    assert agent_name(audience, OWNER) == full
    assert brief(audience, OWNER) == short


@pytest.mark.parametrize(
    ("stamp", "words"),
    [
        ("2026-03-14T14:04:30Z", "picture of 14:04, just now"),
        ("2026-03-14T14:03:00Z", "picture of 14:03, 2 min ago"),
        ("2026-03-14T11:00:00Z", "picture of 11:00, 3 h ago"),
        ("2026-03-13T14:00:00Z", "picture of 13 Mar 2026 14:00, 1 day ago"),
        ("2026-03-01T14:00:00Z", "picture of 01 Mar 2026 14:00, 13 days ago"),
        ("2026-03-14T15:00:00Z", "picture of 15:00, just now"),
        ("2026-03-14T14:03:00", "picture of an unknown time"),
        ("yesterday", "picture of an unknown time"),
    ],
)
def test_a_picture_says_when_it_was_taken(stamp: str, words: str) -> None:
    survey = replace(world({"": owned("")}).survey, surveyed_at=stamp)
    assert taken(Audit(survey), NOW) == words


def test_times_are_told_in_the_zone_of_the_clock() -> None:
    survey = replace(world({"": owned("")}).survey, surveyed_at="2026-03-14T23:30:00Z")
    there = datetime(2026, 3, 15, 2, 0, tzinfo=timezone(timedelta(hours=2)))
    assert taken(Audit(survey), there) == "picture of 01:30, 30 min ago"


@pytest.mark.parametrize(
    ("request_", "login", "words"),
    [
        (Request("grant", ACME, "a/", ("read",)), "", ["lifepod", "grant", ACME, "a/", "--read"]),
        (Request("revoke", ACME, "", ()), "work", ["lifepod", "--profile", "work", "revoke", ACME, "/"]),
        (
            Request("grant", ACME, "it's; rm -rf $HOME/", ("read", "write"), all_below=True, unchecked=True),
            "",
            ["lifepod", "grant", ACME, "it's; rm -rf $HOME/", "--read", "--write", "--all-below", "--unchecked"],
        ),
        (Request("grant", ACME, "x" * 3000, ("read",)), "", ["lifepod", "grant", ACME, "x" * 3000, "--read"]),
    ],
    ids=lambda value: value.verb if isinstance(value, Request) else None,
)
def test_the_command_twin_is_whole_and_safe_to_paste(request_: Request, login: str, words: list[str]) -> None:
    assert shlex.split(twin(request_, login)) == words


@pytest.mark.parametrize(
    ("name", "room", "end", "shown"),
    [
        ("short", 9, False, "short"),
        ("journal/purchases/2026.ttl", 9, False, "journal/…"),
        ("journal/purchases/2026.ttl", 9, True, "…2026.ttl"),
        ("日本語日本語", 7, False, "日本語…"),
        ("日本語日本語", 7, True, "…日本語"),
        ("日本語日本語", 6, False, "日本…"),
        ("日本語日本語", 6, True, "…本語"),
    ],
)
def test_a_name_that_is_too_long_is_cut_by_cells(name: str, room: int, end: bool, shown: str) -> None:
    assert fitted(name, room, end=end) == shown
    assert cell_len(fitted(name, room, end=end)) <= room


def test_places_hang_from_the_nearest_container_that_is_there() -> None:
    audit = Audit(world({"": owned("")}, "a/b/c", "z").survey)
    places = tuple(p for p in audit.survey.places if p.url != BASE + "a/b/")
    branches = Branches(Audit(replace(audit.survey, places=places)))
    assert branches.below(BASE) == [BASE + "a/", BASE + "z"]
    assert branches.below(BASE + "a/") == [BASE + "a/b/c"]
    assert branches.named(BASE + "a/b/c") == "b/c"
    assert branches.nearest(BASE + "a/b/gone/x") == BASE + "a/"
    assert branches.nearest("https://elsewhere.example/x") == BASE
    assert branches.count(BASE) == 2


def test_failures_and_progress_are_sentences() -> None:
    assert Trouble.of(Unreachable("No answer.")).advice.startswith("Check that the server runs")
    assert Trouble.fault(ValueError("\x1b[2J")).sentence.endswith(r"lifepod: ValueError: \x1b[2J.")
    assert Progress(3, 20).words == "looked at 3 of 20 places"
    assert Progress().words == "looking …"
    assert place_name(BASE, BASE) == "/"


NASTY = (
    "esc\x1b[31mred\x1b[0m",
    "bell\x07\x9b2J",
    "[bold red]markup",
    "[@click=app.quit]click",
    "rtl\u202egnp.exe",
    "zero\u200bwidth",
    "wide日本語名前",
    "combin\u0301e\u0301ing",
    "שלום",
    "line\nbreak",
    "emoji👩‍👩‍👧",
)


async def test_names_that_strangers_chose_are_shown_harmlessly_and_aligned() -> None:
    stage = await stage_of(small_pod()).keep(f"x/{name}" for name in NASTY)
    async with seated(stage, (120, 50)) as seat:
        await seat.settle()
        seat.app.screen_of("places").point_at(f"{stage.double.base}x/")
        await seat.press("right")
        picture = seat.app.export_screenshot()
        assert not {"\x1b", "\x07", "\x9b", "\u202e", "\u200b", "\u200d"} & set(picture)
        assert "[bold red]markup" in seat.text
        assert r"rtl\u202egnp.exe" in seat.text
        assert r"esc\x1b[31mred" in seat.text
        tree = seat.app.screen.query_one(PlaceTree)
        rows = [row for row in shown(seat.app.screen, tree.region)[1:] if row.startswith(("│ ", "├ ", "└ "))]
        ends = {cell_len(row) for row in rows if row.endswith("me")}
        assert len(rows) >= len(NASTY)
        assert len(ends) == 1, "the badges do not stand below each other"


async def test_rules_that_strangers_wrote_are_shown_harmlessly() -> None:
    agent = "https://a.example/[b]x[/b]/\u202eevil#me"
    double = small_pod("x/")
    double.owner_acl("x/", agent_rule(double, "x/", agent.replace("[", "%5B").replace("]", "%5D")))
    async with seated(await stage_of(double).keep(), (120, 30)) as seat:
        await seat.settle()
        seat.app.screen_of("places").point_at(double.base + "x/")
        await seat.settle()
        assert "\u202e" not in seat.app.export_screenshot()
        assert r"\u202eevil" in seat.said("#why")


def test_causes_and_documents_in_the_reasons_are_plain_text() -> None:
    survey = world({"": owned("")}, "x/").survey
    places = tuple(
        replace(p, control=Control(Own.BLIND, cause="\x1b]0;title\x07 [bold]no[/]")) if p.url.endswith("x/") else p
        for p in survey.places
    )
    said = reasons(Audit(replace(survey, places=places)), BASE + "x/", "anyone").plain
    assert r"\x1b]0;title\x07 [bold]no[/]" in said
    assert "\x1b" not in said


def test_many_blind_spots_are_counted_and_none_is_forgotten() -> None:
    survey = world({"": owned("")}).survey
    unseen = tuple(Place(f"{BASE}d{n:03}", Control(Own.BLIND, cause="403")) for n in range(70))
    said = reasons(Audit(replace(survey, places=survey.places + unseen)), BASE, OWNER).plain
    assert said.count("403") == 50
    assert "… and 20 more: lifepod blind" in said


def test_a_plan_in_words_leaves_nothing_out() -> None:
    from lifepod.access.change import plan
    from lifepod.access.plans import Wish
    from lifepod.access.rules import Mode

    ground = world({"": owned("", rule("a", ACME, here=".", below=".")), "x/": owned("x/")}, "y")
    made = plan(ground, Wish("revoke", ACME, BASE, frozenset(Mode)))
    said = plan_words(made, BASE, "lifepod revoke …").plain
    for edit in made.edits:
        assert place_name(edit.after.url, BASE) in said
        assert all(line in said for line in edit.lines)
    for shift in made.shifts:
        assert f"{shift.who} loses {shift.mode.value}, {shift.before.word} → {shift.after.word}" in said
    assert all(warning in said for warning in made.warnings)
    assert said.endswith("The same as: lifepod revoke …")


@pytest.mark.parametrize("name", ["a b.txt", "100%25.txt", "grün/", "what?", "a#b", "it's/", "100%"])
async def test_a_place_is_named_as_a_person_can_type_it(name: str) -> None:
    double = PodDouble()
    async with signed_in(double) as pod:
        assert place_name(pod.url(name), pod.storage) == name
        assert pod.url(place_name(pod.url(name), pod.storage)) == pod.url(name)


@pytest.mark.parametrize("path", ["a%2Fb.txt", "%FF.txt"])
def test_a_name_that_cannot_be_typed_is_told_by_its_address(path: str) -> None:
    assert place_name(BASE + path, BASE) == BASE + path
