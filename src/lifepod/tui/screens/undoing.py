"""Taking a change of access back: a new plan towards how things were, shown first; a suspension is resumed.

It refuses to take back what was taken back already, and to give anything back after its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from lifepod.errors import Conflict
from lifepod.owner.tracks import Note, Tracks, log_of
from lifepod.tui.logged import ALERT, QUIET, deed_of, when
from lifepod.tui.preview import plan_words
from lifepod.tui.screens.change import ChangeScreen
from lifepod.tui.screens.change import Done as Done  # what it gives back
from lifepod.tui.words import WHOLE, Request, place_name, twin

if TYPE_CHECKING:
    from lifepod.tui.logged import Change, Desk, Outcome, Plan
    from lifepod.tui.picture import Clock as Clock


class UndoScreen(ChangeScreen):
    """The plan that takes a change back; written after a yes."""

    def __init__(self, desk: Desk, change: Change, clock: Clock) -> None:
        self._change, self._later, self._until = change, 0, ""
        self._verb = "resume" if change.verb == "suspend" else "undo"
        path = place_name(change.place, desk.profile.storage, WHOLE)
        super().__init__(desk, Request(self._verb, change.agent, "" if path == "/" else path, ()), clock)

    async def planned(self) -> Plan:
        """The plan, if the change still stands; raises what planning raises."""
        desk, change = self._desk, self._change
        tracks = Tracks(await log_of(await desk.pod()))
        if not tracks.can_be_taken_back(change):
            raise Conflict("It was taken back already, or does not stand any more.", advice="Look at the list again.")
        if self._verb == "resume":
            paused, self._until = await desk.to_resume(change.agent, change.place)
            if paused.name != change.name:
                raise Conflict("A newer suspension stands at that place.", advice="Resume that one first.")
        self._later = sum(one.began > change.began for one in tracks.log.changes)
        return await desk.rehearse_undo(change, self.tell)

    async def carried_out(self, plan: Plan) -> Outcome:
        """Write it, and put on record which change it takes back."""
        return await self._desk.apply(plan, self.hear, Note(self._verb, self._until, undoes=self._change.name))

    def shown(self, plan: Plan) -> Content:
        """Which change it is, what was changed since, and the plan."""
        storage, profile = self._desk.profile.storage, self._desk.profile
        deed, where = deed_of(self._change, storage), place_name(self._change.place, storage)
        lines = [
            Content.assemble((f"The change of {when(self._change.began)}: ", QUIET), (deed, "bold"), f" at {where}")
        ]
        if self._later:
            more = f"{self._later} change{'' if self._later == 1 else 's'} since: what they wrote stays."
            lines.append(Content.styled(more, ALERT))
        login = "" if profile.is_default else profile.name
        same = twin(self._request, login) if self._verb == "resume" else _undo(login)
        if self._verb == "undo" and self._later:
            same += f" {self._change.name}"
        return Content("\n").join([*lines, Content(""), plan_words(plan, storage, same)])


def _undo(login: str) -> str:
    return twin(Request("undo", "", "", (), everywhere=True), login).removesuffix(" --everywhere")
