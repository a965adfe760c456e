"""Every capability on every server; what a server cannot do is pinned beside the question."""

from __future__ import annotations

import pytest
from tests.interop.stage import TITLES, Kind, Stage
from tests.interop.suite import Can, Capability, capabilities, no, partly
from tests.interop.table import BEGIN, END, put_into, table_of


@pytest.mark.live
@pytest.mark.parametrize("question", capabilities(), ids=lambda one: one.name)
async def test_each_server_answers_as_it_is_pinned(stage: Stage, question: Capability) -> None:
    await question.asked(stage)


async def _never(stage: Stage) -> Can:
    raise AssertionError("not asked")


def test_a_reason_that_two_servers_share_stands_once_below_the_table() -> None:
    row = Capability("Flying", _never, {Kind.NSS: no("has no wings"), Kind.JSS: partly("has no wings")})
    table = table_of([row], {(kind, "Flying"): row.pin(kind) for kind in Kind})
    assert "| Flying | yes | yes | no (1) | partly (1) |" in table
    assert table.endswith("\n1. has no wings\n")
    assert all(title in table.splitlines()[0] for title in TITLES.values())


def test_a_table_is_never_made_without_all_answers() -> None:
    with pytest.raises(KeyError):
        table_of([Capability("Flying", _never, {})], {})


def test_the_table_goes_between_its_marks_and_nowhere_else() -> None:
    assert put_into(f"a {BEGIN} old {END} b", "new\n") == f"a {BEGIN}\nnew\n{END} b"
    assert put_into("a page without marks", "new\n") is None


def test_whatever_cannot_be_done_has_a_reason_and_no_title_stands_twice() -> None:
    every = capabilities()
    assert all(pin.why and pin.can is not Can.YES for one in every for pin in one.pins.values())
    assert len({one.title for one in every}) == len({one.name for one in every}) == len(every)
