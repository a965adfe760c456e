"""Everything a person can do, in one object that doors hold; it signs in when the first remote thing is asked for.

It refuses to hold logic, and to enter a room before somebody asks for what is done there: each method hands on to the
room that does the work, and a screen paints what is kept here before the code of all the others is read.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lifepod.solid.door import Door, agent_of

if TYPE_CHECKING:
    from lifepod.access.audit import Audit as Audit  # what every look hands out
    from lifepod.access.audit import Entry as Entry
    from lifepod.owner import share, surveys
    from lifepod.owner.changes import Change as Change
    from lifepod.owner.collect import Collected, Hear
    from lifepod.owner.exporting import Exported
    from lifepod.owner.guard import Rounds as Rounds
    from lifepod.owner.papers import Papers as Papers
    from lifepod.owner.pausing import Grant as Grant
    from lifepod.owner.records import Found as Found
    from lifepod.owner.records import Shown as Shown
    from lifepod.owner.records import Sought as Sought
    from lifepod.owner.records import Unread as Unread
    from lifepod.owner.settle import Settled
    from lifepod.owner.share import Note as Note
    from lifepod.owner.share import Outcome as Outcome
    from lifepod.owner.share import Plan as Plan
    from lifepod.owner.share import Wish as Wish
    from lifepod.owner.surveys import Tell
    from lifepod.solid.pod import Pod as Pod
    from lifepod.solid.trees import Step


def unheard(*said: object) -> None:
    """What hears of progress where nobody listens."""


class Desk:
    """A person at their pod. Use as an async context manager; errors are those of :mod:`lifepod.errors`."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.profile = door.profile
        """The login in use."""

    @classmethod
    def open(cls, profile: str | None = None) -> Self:
        """The desk of a remembered login (the default one unless named); nothing is sent yet."""
        return cls(Door.of(profile))

    async def __aenter__(self) -> Self:
        """The desk itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._door.close()

    def prepare(self) -> None:
        """Read the code of the rooms, so that nothing waits for it later; for a thread, after the first paint."""
        from lifepod.owner import collect, ending, exporting, guard, papers, settle, surveys, tracks, watching  # noqa: F401
        from lifepod.solid import session  # noqa: F401

    async def pod(self) -> Pod:
        """The pod's client, signed in, for all that needs no plan; the desk closes it."""
        return await self._door.pod()

    async def stirrings(self, every: float = 60.0, places: Sequence[str] = ()) -> AsyncGenerator[str, None]:
        """The word to look again: the address of each thing that came, went or changed; close it with ``aclose``."""
        from lifepod.owner import watching

        async with aclosing(watching.stirrings(await self._door.pod(), every, places or watching.PLACES)) as words:
            async for word in words:
                yield word

    def agent(self, word: str) -> str:
        """A WebID from what a person typed: a WebID, the name of a login, ``public`` or ``signed-in``."""
        return agent_of(word)

    async def place(self, path: str) -> str:
        """A full URL from what a person typed: ``journal/purchases/`` is below the pod."""
        return (await self._door.pod()).url(path)

    def kept(self) -> Audit | None:
        """What the last survey of the whole pod says, without asking anyone; ``None`` before the first."""
        from lifepod.owner import kept

        return kept.remembered(self.profile.storage, self.profile.webid)

    async def survey(self, tell: Tell = unheard, *, show: surveys.Show | None = None, full: bool = False) -> Audit:
        """Look at the whole pod now, and keep what was found; ``show`` gets what is known so far once a second."""
        from lifepod.owner import surveys

        return await surveys.take(await self._door.pod(), tell, show=show, full=full)

    async def self_test(self) -> surveys.Proof:
        """Try in a scratch container whether this server lets a later survey be confirmed cheaply."""
        from lifepod.owner import surveys

        return await surveys.self_test(await self._door.pod())

    async def look(self, path: str, *, below: bool = True, tell: Tell = unheard) -> Audit:
        """Look at one place now, with all under it if wanted."""
        from lifepod.owner import surveys

        return await surveys.at(await self._door.pod(), path, below=below, tell=tell)

    async def rehearse(self, wish: Wish, *, unchecked: bool = False, tell: Tell = unheard) -> Plan:
        """The exact edits of a grant or revoke and what they change for everyone; nothing is written."""
        from lifepod.owner import share

        return await share.rehearse(await self._door.pod(), wish, unchecked=unchecked, tell=tell)

    async def apply(self, plan: Plan, say: share.Say = unheard, note: Note | None = None) -> Outcome:
        """Put a plan on record, make it true, and look again before saying so; a revoke ends agreements too."""
        from lifepod.owner import share
        from lifepod.owner.ending import apply_and_end

        return await apply_and_end(await self._door.pod(), self._door.store(), plan, say, note or share.NO_NOTE)

    async def changes(self) -> tuple[Change, ...]:
        """The change log, the oldest first."""
        from lifepod.owner.changes import ChangeLog

        return await ChangeLog(await self._door.pod()).every()

    async def recover(self, say: share.Say = unheard) -> Change | None:
        """Finish or roll back a change that was cut off; ``None`` where none was."""
        from lifepod.owner.changes import ChangeLog

        return await ChangeLog(await self._door.pod()).recover(say)

    async def last_change(self) -> Change | None:
        """The newest change that was not taken back since."""
        from lifepod.owner.changes import ChangeLog

        return await ChangeLog(await self._door.pod()).last()

    async def change(self, name: str) -> tuple[Change, int]:
        """An older change that stands, by its name, and how many came since (:func:`~.tracks.to_take_back`)."""
        from lifepod.owner.tracks import to_take_back

        return await to_take_back(await self._door.pod(), name)

    async def rehearse_undo(self, change: Change, tell: Tell = unheard) -> Plan:
        """The plan that takes a change back; nothing is written."""
        from lifepod.owner import share

        return await share.rehearse_undo(await self._door.pod(), change, tell)

    async def to_suspend(self, agent: str, place: str) -> Wish:
        """The wish that takes for a while what an agent has at a place by name."""
        from lifepod.owner import pausing

        return await pausing.to_suspend(await self._door.pod(), agent, place)

    async def to_resume(self, agent: str, place: str) -> tuple[Change, str]:
        """The suspension that a resume takes back (:meth:`rehearse_undo`), and the end of what comes back."""
        from lifepod.owner import pausing

        return await pausing.to_resume(await self._door.pod(), agent, place)

    async def rounds(self, *, dry: bool = False, say: share.Say = unheard, tell: Tell = unheard) -> Rounds:
        """One pass of the guard: close what has ended, report what has drifted."""
        from lifepod.owner import guard

        return await guard.rounds(await self._door.pod(), dry=dry, say=say, tell=tell)

    async def collect(
        self,
        paths: Sequence[Path],
        hear: Hear,
        *,
        again: bool = False,
        partition: str | None = None,
        answers: Mapping[str, str] | None = None,
    ) -> Collected:
        """Import exports into the journal; see :class:`~lifepod.owner.gather.Wanted` for the options."""
        from lifepod.owner.collect import Wanted, collect

        wanted = Wanted(tuple(paths), answers or {}, again=again, partition=partition)
        return await collect(await self._door.pod(), wanted, hear)

    async def export(self, folder: Path, tell: Step = unheard, *, dry: bool = False) -> Exported:
        """The whole journal as files of this machine (:func:`lifepod.owner.exporting.export`)."""
        from lifepod.owner.exporting import export

        return await export(await self._door.pod(), folder, tell, dry=dry)

    async def records(
        self, sought: Sought, *, newest_first: bool = True, as_told: bool = False
    ) -> AsyncGenerator[Found | Unread, None]:
        """The journal's records that fit (:func:`lifepod.owner.records.records`); close it with ``aclose``."""
        from lifepod.owner import records

        found = records.records(await self._door.pod(), sought, newest_first=newest_first, as_told=as_told)
        async with aclosing(found) as each:
            async for one in each:
                yield one

    async def record(self, address: str) -> Shown:
        """One record by its address, with the import that brought it; raises :class:`~lifepod.errors.Missing`."""
        from lifepod.owner import records

        return await records.show(await self._door.pod(), address)

    async def papers(self) -> Papers:
        """Terms, requests and agreements."""
        from lifepod.owner.papers import Papers

        return Papers(await self._door.pod(), self._door.store())

    async def settle(self, *, listed: bool = False) -> Settled:
        """Make a fresh pod ready; says what it did."""
        from lifepod.owner.settle import settle

        return await settle(await self._door.pod(), listed=listed)
