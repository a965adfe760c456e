"""Agents × places: each place in one row, each cell with what holds everywhere and somewhere."""

from __future__ import annotations

from tests.access.worlds import ACME, ANYONE, BASE, OWNER, at, owned, rule, world

from lifepod.access.audit import Audit
from lifepod.access.matrix import Cell, behind, counts, matrix
from lifepod.access.rules import Answer

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
GROUND = world(
    {
        "": owned("", rule("p", ANYONE, here=".")),
        "journal/": owned("journal/", rule("a", ACME, below="journal/")),
        "journal/places/secret.ttl": owned("journal/places/secret.ttl"),
    },
    "journal/places/2026.ttl",
    "journal/searches/2026.ttl",
    "x.ttl",
    blind={"dark/": "403"},
)


def cells(place: str) -> dict[str, Cell]:
    found = matrix(Audit(GROUND.survey))
    [row] = [row for row in found.rows if row.place == at(place)]
    return dict(zip(found.audiences, row.cells, strict=True))


def test_each_place_is_in_exactly_one_row() -> None:
    found = matrix(Audit(GROUND.survey))
    rows = {row.place.removeprefix(BASE): row.covers for row in found.rows}
    assert rows == {"": 2, "dark/": 1, "journal/": 1, "journal/places/": 3, "journal/searches/": 2}
    assert found.audiences == ("public", "signed-in", *sorted([ACME, OWNER]))


def test_a_cell_says_what_holds_everywhere_and_what_somewhere() -> None:
    assert cells("journal/searches/")[ACME] == Cell((YES, NO, NO, NO), (YES, NO, NO, NO))
    assert cells("journal/places/")[ACME] == Cell((NO,) * 4, (YES, NO, NO, NO))
    assert cells("journal/")[ACME] == Cell((NO,) * 4, (NO,) * 4)
    assert cells("")["public"].most == (YES, NO, NO, NO)


def test_where_nobody_could_look_no_cell_says_no() -> None:
    """V4."""
    assert all(cell == Cell((UNKNOWN,) * 4, (UNKNOWN,) * 4) for cell in cells("dark/").values())


def test_counts_say_the_same_as_the_places_one_by_one() -> None:
    """The short way, by whom rules name, and the long way agree, for everyone and every mode."""
    audit = Audit(GROUND.survey)
    found = counts(audit)
    for who, cells in zip(found.audiences, found.cells, strict=True):
        for (place, covers), cell in zip(found.columns, cells, strict=True):
            listed = [answers for _, answers in behind(audit, place, who)]
            assert len(listed) == covers
            assert cell.yes == tuple(sum(a[mode] is YES for a in listed) for mode in range(4))
            assert cell.unknown == tuple(sum(a[mode] is UNKNOWN for a in listed) for mode in range(4))
            assert cell.any_unknown == sum(max(a) is UNKNOWN for a in listed)
    assert dict(found.columns)[at("journal/places/")] == 3
