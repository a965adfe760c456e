"""Everything a person can do, in one object that doors hold; it signs in when the first remote thing is asked for.

It refuses to hold logic: each method hands on to the room that does the work.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Self

from lifepod.access.audit import Audit as Audit  # what every look hands out
from lifepod.access.audit import Entry as Entry
from lifepod.access.audit import in_words as in_words
from lifepod.owner import guard, pausing, records, share, surveys, watching
from lifepod.owner.changes import Change as Change
from lifepod.owner.changes import ChangeLog
from lifepod.owner.collect import Collected, Hear, Wanted, collect
from lifepod.owner.ending import apply_and_end
from lifepod.owner.exporting import Exported, export
from lifepod.owner.exporting import quiet as unheard
from lifepod.owner.guard import Rounds as Rounds
from lifepod.owner.papers import Papers as Papers
from lifepod.owner.pausing import Grant as Grant
from lifepod.owner.records import Found as Found
from lifepod.owner.records import Shown as Shown
from lifepod.owner.records import Sought as Sought
from lifepod.owner.records import Unread as Unread
from lifepod.owner.settle import Settled, settle
from lifepod.owner.share import Note as Note
from lifepod.owner.share import Outcome as Outcome
from lifepod.owner.share import Plan as Plan
from lifepod.owner.share import Wish as Wish
from lifepod.owner.surveys import Tell, quiet
from lifepod.solid.door import Door, agent_of
from lifepod.solid.pod import Pod as Pod
from lifepod.solid.trees import Step


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

    async def pod(self) -> Pod:
        """The pod's client, signed in, for all that needs no plan; the desk closes it."""
        return await self._door.pod()

    async def stirrings(
        self, every: float = 60.0, places: Sequence[str] = watching.PLACES
    ) -> AsyncGenerator[str, None]:
        """The word to look again: the address of each thing that came, went or changed; close it with ``aclose``."""
        async with aclosing(watching.stirrings(await self._door.pod(), every, places)) as words:
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
        return surveys.remembered(self.profile.storage, self.profile.webid)

    async def survey(self, tell: Tell = quiet, *, show: surveys.Show | None = None, full: bool = False) -> Audit:
        """Look at the whole pod now, and keep what was found; ``show`` gets what is known so far once a second."""
        return await surveys.take(await self._door.pod(), tell, show=show, full=full)

    async def self_test(self) -> surveys.Proof:
        """Try in a scratch container whether this server lets a later survey be confirmed cheaply."""
        return await surveys.self_test(await self._door.pod())

    async def look(self, path: str, *, below: bool = True, tell: Tell = quiet) -> Audit:
        """Look at one place now, with all under it if wanted."""
        return await surveys.at(await self._door.pod(), path, below=below, tell=tell)

    async def rehearse(self, wish: Wish, *, unchecked: bool = False, tell: Tell = quiet) -> Plan:
        """The exact edits of a grant or revoke and what they change for everyone; nothing is written."""
        return await share.rehearse(await self._door.pod(), wish, unchecked=unchecked, tell=tell)

    async def apply(self, plan: Plan, say: share.Say = share.silent, note: Note = share.NO_NOTE) -> Outcome:
        """Put a plan on record, make it true, and look again before saying so; a revoke ends agreements too."""
        return await apply_and_end(await self._door.pod(), self._door.store(), plan, say, note)

    async def changes(self) -> tuple[Change, ...]:
        """The change log, the oldest first."""
        return await ChangeLog(await self._door.pod()).every()

    async def recover(self, say: share.Say = share.silent) -> Change | None:
        """Finish or roll back a change that was cut off; ``None`` where none was."""
        return await ChangeLog(await self._door.pod()).recover(say)

    async def last_change(self) -> Change | None:
        """The newest change that was not taken back since."""
        return await ChangeLog(await self._door.pod()).last()

    async def rehearse_undo(self, change: Change, tell: Tell = quiet) -> Plan:
        """The plan that takes a change back; nothing is written."""
        return await share.rehearse_undo(await self._door.pod(), change, tell)

    async def to_suspend(self, agent: str, place: str) -> Wish:
        """The wish that takes for a while what an agent has at a place by name."""
        return await pausing.to_suspend(await self._door.pod(), agent, place)

    async def to_resume(self, agent: str, place: str) -> tuple[Change, str]:
        """The suspension that a resume takes back (:meth:`rehearse_undo`), and the end of what comes back."""
        return await pausing.to_resume(await self._door.pod(), agent, place)

    async def rounds(self, *, dry: bool = False, say: share.Say = share.silent, tell: Tell = quiet) -> Rounds:
        """One pass of the guard: close what has ended, report what has drifted."""
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
        wanted = Wanted(tuple(paths), answers or {}, again=again, partition=partition)
        return await collect(await self._door.pod(), wanted, hear)

    async def export(self, folder: Path, tell: Step = unheard, *, dry: bool = False) -> Exported:
        """The whole journal as files of this machine (:func:`lifepod.owner.exporting.export`)."""
        return await export(await self._door.pod(), folder, tell, dry=dry)

    async def records(
        self, sought: Sought, *, newest_first: bool = True, as_told: bool = False
    ) -> AsyncGenerator[Found | Unread, None]:
        """The journal's records that fit (:func:`lifepod.owner.records.records`); close it with ``aclose``."""
        found = records.records(await self._door.pod(), sought, newest_first=newest_first, as_told=as_told)
        async with aclosing(found) as each:
            async for one in each:
                yield one

    async def record(self, address: str) -> Shown:
        """One record by its address, with the import that brought it; raises :class:`~lifepod.errors.Missing`."""
        return await records.show(await self._door.pod(), address)

    async def papers(self) -> Papers:
        """Terms, requests and agreements."""
        return Papers(await self._door.pod(), self._door.store())

    async def settle(self, *, listed: bool = False) -> Settled:
        """Make a fresh pod ready; says what it did."""
        return await settle(await self._door.pod(), listed=listed)
