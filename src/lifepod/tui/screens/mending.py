"""Bringing a change that was cut off to its end, and a round of the guard: shown before it is done.

It refuses to do any of them without a yes, and to say "not done" where it may have been done.
"""

from __future__ import annotations

from textual.content import Content

from lifepod.errors import Conflict, Missing, NotReady
from lifepod.owner.tracks import tracks_of
from lifepod.plain import plain
from lifepod.tui import logged, outside
from lifepod.tui.deeds import Step
from lifepod.tui.screens.sign import SignScreen


class Mending(SignScreen):
    """A deed that need not sign anything."""

    TOPIC = "deed"
    READS, CANNOT = "Reading it afresh. Nothing is written.", "It cannot be done now: nothing was written"


class RecoverScreen(Mending):
    """Finishes or rolls back a change that was cut off."""

    VERB, ASKS, DOES = "recover", "A change was cut off. Bring it to its end?", "Yes, do it"
    LAST = "Bringing it to its end, and putting that on record."

    async def prepare(self) -> Content:
        """What recovering would do."""
        found, storage = await tracks_of(await self.desk.pod()), self.desk.profile.storage
        if found.amiss:
            raise NotReady(found.amiss, advice="Nothing was written.")
        if found.torn is None:
            raise Missing("No change is cut off: it has come to its end meanwhile.", advice="Look at the list again.")
        if found.torn.waits:
            raise NotReady(f"Left alone for now: {found.torn.waits}.", advice="Wait, then try again.")
        lines = [
            *logged.torn_words(found.torn, storage),
            Content.styled("\nThe same as: lifepod changes", logged.QUIET),
        ]
        return Content("\n").join(lines)

    async def act(self) -> Content:
        """Recover, and say how it ended."""
        self.reached(Step.SIGNING)
        heard = list[str]()
        done = await self.desk.recover(heard.append)
        if done is None:
            self.reached(Step.READING)
            raise Conflict(" ".join(map(plain, heard)) or "No change is cut off any more.", advice="Look again.")
        return Content("\n").join(Content(plain(said, 2000)) for said in heard)


class GuardScreen(Mending):
    """One round: close what has ended, report the rest."""

    VERB, ASKS, DOES = "guard", "A round of the guard: nothing is closed yet", "Yes, close it"
    LAST = "Closing what has ended; each is looked at again before it is called closed."

    def begin(self) -> None:
        """A round looks at the whole pod."""
        self._ends = 0
        super().begin()

    async def prepare(self) -> Content:
        """What would be closed, and what stands."""
        found = await self.desk.rounds(dry=True, tell=self.tell)
        self._ends = outside.would_close(found)
        same = Content.styled("\nThe same as: lifepod guard", logged.QUIET)
        return Content("\n").join([*outside.rounds_words(found, self.desk.profile.storage, dry=True), same])

    async def ready(self, body: Content) -> None:
        """Ask only where something is to be closed."""
        if self._ends:
            self.paint(self.ASKS, body, buttons="no yes")
        else:
            self.paint("A round of the guard: nothing to close", body, buttons="no", leave="Close")

    async def act(self) -> Content:
        """The round."""
        self.reached(Step.SIGNING)
        found = await self.desk.rounds(say=self.hear, tell=self.tell)
        return Content("\n").join(list(outside.rounds_words(found, self.desk.profile.storage, dry=False)))
