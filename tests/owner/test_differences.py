"""Two kept surveys beside the change log: which change accounts for a move, and what none accounts for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.double.pod_double import PodDouble
from tests.owner.signed import ACME, BOLT, rule, signed_in

from lifepod.access.audit import Audit
from lifepod.access.changelog import FINISHED, ROLLED_BACK, Change
from lifepod.access.grants import Grant
from lifepod.access.rules import Mode
from lifepod.errors import Missing
from lifepod.owner import kept
from lifepod.owner.differences import Compared, compared, outside
from lifepod.owner.look import look

READ = frozenset({Mode.READ})
DAY_1, DAY_2 = "2026-03-01T08:00:00Z", "2026-03-02T08:00:00Z"


def pod() -> PodDouble:
    double = PodDouble(seeded=False)
    double.owner_acl("")
    for path in ("a/1.ttl", "b/1.ttl"):
        double.put(path)
    return double


async def seen(double: PodDouble, when: str, seconds: float = 0.0) -> Audit:
    """What a look finds, kept as if it was taken at a time."""
    async with signed_in(double) as client:
        survey = replace((await look(client, client.storage)).survey, surveyed_at=when, seconds=seconds)
    kept.keep(survey)
    return Audit(survey)


def change(double: PodDouble, began: str, path: str = "a/", agent: str = ACME, **more: object) -> Change:
    effects = (f"{agent} read: no -> yes at {double.url(path)}",)
    made = Change("grant", agent, double.url(path), READ, began, (), effects, FINISHED, began)
    return replace(made, **more)  # type: ignore[arg-type]


async def opened(*changes: Change, double: PodDouble, seconds: float = 0.0) -> Compared:
    """Acme came to read ``a/`` between two looks."""
    await seen(double, DAY_1)
    double.owner_acl("a/", rule(double, "a/", ACME))
    audit = await seen(double, DAY_2, seconds)
    return compared(audit.survey.storage, audit.survey.owner, (DAY_1, DAY_2), changes)


async def test_a_change_of_that_time_place_audience_and_mode_accounts_for_a_move() -> None:
    double = pod()
    mine = change(double, "2026-03-01T12:00:00Z")
    found = await opened(mine, double=double)
    (one,) = found.moves
    assert (one.move.audience, one.move.gained, one.by) == (ACME, (Mode.READ,), (mine,))


@pytest.mark.parametrize(
    "more",
    [
        {"at": "2026-02-27T12:00:00Z"},
        {"at": "2026-03-03T12:00:00Z"},
        {"agent": BOLT, "effects": (f"{BOLT} read: no -> yes at x",)},
        {"effects": (f"{ACME} append: no -> yes at x",)},
        {"place": "b/"},
    ],
    ids=["before", "after", "somebody else", "another mode", "elsewhere"],
)
async def test_another_change_accounts_for_nothing(more: dict[str, object]) -> None:
    double = pod()
    rest = {key: value for key, value in more.items() if key not in ("at", "place")}
    rest |= {"place": double.url("b/")} if "place" in more else {}
    at = str(more.get("at", "2026-03-01T12:00:00Z"))
    found = await opened(change(double, at, **rest), double=double)  # type: ignore[arg-type]
    assert [one.by for one in found.moves] == [()]


async def test_a_change_above_or_below_accounts_for_it_as_does_one_rolled_back_or_written_during_the_look() -> None:
    double = pod()
    above = change(double, "2026-03-01T12:00:00Z", "")
    rolled = change(double, "2026-03-01T13:00:00Z", state=ROLLED_BACK)
    late = change(double, "2026-03-02T08:00:30Z")
    found = await opened(above, rolled, late, double=double, seconds=60.0)
    assert [one.by for one in found.moves] == [(above, rolled, late)]


async def test_a_change_without_effects_on_record_is_taken_by_its_agent_and_modes() -> None:
    double = pod()
    mine = change(double, "2026-03-01T12:00:00Z", effects=())
    assert (await opened(mine, double=double)).moves[0].by == (mine,)


async def test_a_change_with_a_broken_time_accounts_for_nothing() -> None:
    double = pod()
    found = await opened(change(double, "never", ended="2026"), double=double)
    assert found.moves[0].by == ()


async def test_a_survey_that_is_gone_is_not_answered_by_an_older_one() -> None:
    double = pod()
    audit = await seen(double, DAY_1)
    with pytest.raises(Missing, match="2026-03-02"):
        compared(audit.survey.storage, audit.survey.owner, (DAY_1, DAY_2), ())


# Outside lifepod


async def test_what_is_open_and_was_not_granted_is_outside_and_what_was_granted_is_not() -> None:
    double = pod()
    double.owner_acl("a/", rule(double, "a/", ACME))
    double.owner_acl("b/", rule(double, "b/", BOLT))
    audit = await seen(double, DAY_2)
    found = outside(audit, [change(double, "2026-03-01T12:00:00Z")], ())
    assert [(one.kind, one.agent, one.place) for one in found] == [("access-without-record", BOLT, double.url("b/"))]


async def test_what_was_changed_since_the_look_is_left_to_the_next_one() -> None:
    double = pod()
    audit = await seen(double, DAY_2)
    assert [one.kind for one in outside(audit, [change(double, "2026-03-01T12:00:00Z")], ())] == [
        "record-without-access"
    ]
    assert outside(audit, [change(double, "2026-03-02T12:00:00Z")], ()) == ()
    double.owner_acl("a/", rule(double, "a/", ACME))
    audit = await seen(double, DAY_2)
    taken = change(double, "2026-03-02T12:00:00Z", verb="revoke")
    assert outside(audit, [taken], ()) == ()


async def test_a_vendor_reads_its_own_contract_by_right() -> None:
    double = pod()
    double.owner_acl("a/", rule(double, "a/", ACME))
    audit = await seen(double, DAY_2)
    assert outside(audit, (), [Grant(ACME, double.url("a/"), READ, DAY_1)]) == ()
    later = Grant(ACME, double.url("b/"), READ, "2026-03-09T00:00:00Z")
    assert [one.kind for one in outside(audit, (), [later])] == ["access-without-record"]


async def test_the_folder_of_an_agreement_opens_with_it_and_nothing_else_does() -> None:
    double = pod()
    await opened(double=double)
    survey, times = (double.base, double.owner), (DAY_1, DAY_2)
    for folder, agent, ours in (("a/", ACME, True), ("b/", ACME, False), ("a/", BOLT, False)):
        (one,) = compared(*survey, times, (), [(agent, double.url(folder))]).moves
        assert (one.agreed, one.is_ours, one.by) == (ours, ours, ())
    (one,) = compared(*survey, times, ()).moves
    assert not one.is_ours
