"""What the change log says is held: each mode with the end it was given with, and what was taken for a while."""

from __future__ import annotations

import pytest

from lifepod.access.changelog import Change
from lifepod.access.grants import held, standing, suspended_at, suspension_of
from lifepod.access.rules import MODES, Mode

ACME, BOLT = "https://acme.example/#me", "https://bolt.example/#me"
TOP, BELOW = "https://pod.example/journal/", "https://pod.example/journal/ads/"
READ, APPEND, WRITE = Mode.READ, Mode.APPEND, Mode.WRITE
Told = dict[tuple[str, str, str], tuple[str, str]]


class Log:
    """Changes one after the other."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def add(self, verb: str, *modes: Mode, place: str = TOP, until: str = "", agent: str = ACME) -> Log:
        at = f"2026-01-01T00:{len(self.changes):02}:00Z"
        self.changes.append(Change(verb, agent, place, frozenset(modes), at, state="finished", until=until))
        return self

    def back(self, verb: str = "undo", number: int = -1) -> Log:
        """Take a change back."""
        old, at = self.changes[number], f"2026-01-01T00:{len(self.changes):02}:00Z"
        new = Change(verb, old.agent, old.place, old.modes, at, state="finished", undoes=old.name)
        self.changes.append(new)
        return self

    def told(self, agent: str = ACME) -> dict[str, list[tuple[str, str, str]]]:
        """Place → end, open modes, suspended modes."""
        out: dict[str, list[tuple[str, str, str]]] = {}
        for grant in held(self.changes):
            if grant.agent == agent:
                out.setdefault(grant.place, []).append((grant.until, words(grant.modes), words(grant.suspended)))
        return out


def words(modes: frozenset[Mode]) -> str:
    return " ".join(mode.value for mode in MODES if mode in modes)


END, LATER = "2026-06-01", "2026-12-01"


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (Log().add("grant", READ, until=END).add("grant", APPEND), [("", "append", ""), (END, "read", "")]),
        (Log().add("grant", READ).add("grant", APPEND, until=END), [("", "read", ""), (END, "append", "")]),
        (Log().add("grant", READ, until=END).add("grant", READ), [("", "read", "")]),
        (Log().add("grant", READ).add("grant", READ, until=END), [(END, "read", "")]),
        (Log().add("grant", READ, until=END).add("grant", WRITE, until=LATER),
         [(END, "read", ""), (LATER, "append write", "")]),
        (Log().add("grant", APPEND).add("grant", WRITE, until=END), [("", "append", ""), (END, "write", "")]),
    ],
)  # fmt: skip
def test_an_end_belongs_to_the_modes_it_was_given_for(log: Log, expected: list[tuple[str, str, str]]) -> None:
    assert log.told() == {TOP: expected}


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ((APPEND,), [("", "read", "")]),  # who may not append may not write
        ((WRITE,), [("", "read append", "")]),
        ((READ,), [("", "append write", "")]),
        (MODES, []),
    ],
)
def test_writing_includes_appending(taken: tuple[Mode, ...], left: list[tuple[str, str, str]]) -> None:
    log = Log().add("grant", READ, WRITE).add("revoke", *taken)
    assert log.told() == ({TOP: left} if left else {})


def test_a_suspension_takes_below_too_and_keeps_each_end() -> None:
    log = Log().add("grant", READ, until=END).add("grant", WRITE, place=BELOW).add("suspend", READ, APPEND, WRITE)
    assert log.told() == {TOP: [("", "", "append write"), (END, "", "read")], BELOW: [("", "", "append write")]}
    assert {g.place for g in suspended_at(log.changes, ACME, TOP)} == {TOP, BELOW}
    log.back("resume")
    assert log.told() == {TOP: [(END, "read", "")], BELOW: [("", "append write", "")]}


def test_a_grant_on_top_of_a_suspension_forgets_nothing() -> None:
    log = Log().add("grant", READ).add("suspend", READ).add("grant", APPEND)
    assert log.told() == {TOP: [("", "append", "read")]}
    suspension = suspension_of(log.changes, ACME, TOP)
    assert suspension is log.changes[1]
    assert log.back("resume", 1).told() == {TOP: [("", "read append", "")]}
    assert suspension_of(log.changes, ACME, TOP) is None


def test_what_is_granted_anew_is_not_suspended_any_more() -> None:
    assert Log().add("grant", READ).add("suspend", READ).add("grant", READ, until=END).told() == {
        TOP: [(END, "read", "")]
    }


def test_a_resume_of_earlier_days_gives_back_with_its_end() -> None:
    log = Log().add("grant", READ, until=END).add("suspend", READ).add("resume", READ)
    assert log.told() == {TOP: [(END, "read", "")]}


def test_a_revoke_takes_what_was_suspended_as_well() -> None:
    assert Log().add("grant", READ).add("suspend", READ).add("revoke", READ).told() == {}
    assert Log().add("grant", READ, place=BELOW).add("suspend", READ, place=BELOW).add("private", READ).told() == {}


def test_what_was_taken_back_stands_again_when_the_taking_back_is_taken_back() -> None:
    log = Log().add("grant", READ).add("suspend", READ).back("resume")
    assert log.told() == {TOP: [("", "read", "")]}
    assert log.back().told() == {TOP: [("", "", "read")]}
    assert [c.verb for c in standing(log.changes)] == ["grant", "suspend", "undo"]


def test_nobody_else_loses_by_a_revoke() -> None:
    log = Log().add("grant", READ).add("grant", READ, agent=BOLT).add("revoke", READ)
    assert (log.told(), log.told(BOLT)) == ({}, {TOP: [("", "read", "")]})


def test_a_document_is_not_below_one_whose_name_begins_like_its_own() -> None:
    one, other = TOP + "a.ttl", TOP + "a.ttl.old"
    log = Log().add("grant", READ, place=other).add("suspend", READ, place=other)
    assert suspended_at(log.changes, ACME, one) == ()
    assert len(suspended_at(log.changes, ACME, other)) == 1
