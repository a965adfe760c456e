"""What the form of a grant asks beside who, where and what: until when, and why."""

from __future__ import annotations

from tests.tui.stage import VISA, seated, small_pod, stage_of

SEARCHES = "journal/searches/"


async def test_a_grant_may_have_an_end_and_a_reason_and_both_are_on_record() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 36)) as seat:
        await seat.settle()
        await seat.press("g")
        for name, said in (("agent", VISA), ("place", SEARCHES), ("until", "2020-01-01"), ("why", "a trial")):
            seat.fill(f"#{name}", said)
        seat.app.screen.query_one("#place").focus()
        await seat.press("enter")
        assert "2020-01-01 lies in the past" in seat.said("#trouble")
        assert seat.focus is seat.app.screen.query_one("#until")
        seat.fill("#until", "2999-01-01")
        await seat.press("enter")
        plan = seat.said("#plan")
        assert "until 2999-01-01: nothing closes by itself; the guard does" in plan
        assert "--until 2999-01-01 --why 'a trial'" in plan
        await seat.press("y")
        assert seat.said("#title") == "Done, and confirmed"
    async with stage.desk as desk:
        last = (await desk.changes())[-1]
    assert (last.verb, last.until, last.why) == ("grant", "2999-01-01", "a trial")
