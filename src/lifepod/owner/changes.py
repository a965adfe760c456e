"""The change log in the pod: who was given or lost what, when and why; a change that was cut off, brought to its end.

It refuses to let two changes run at once, and to leave a torn one lying: the next change first finishes it or rolls it
back, and says which.

* ``lifepod/access/pending.ttl`` stands exactly while a change is under way, with every document before and after.
* A change that is still under way is left alone: on this machine by a lock (:mod:`lifepod.owner.turn`); one begun on
  another machine counts as cut off when its record was not touched for some minutes, by the server's own clock.
* A finished change is one document of its own, named by its time; for the owner alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from lifepod.access.changelog import FINISHED, ROLLED_BACK, STARTED, UNCONFIRMED, Image, read_change, write_change
from lifepod.access.changelog import Change as Change
from lifepod.access.grants import standing
from lifepod.errors import Conflict, LifepodError, Malformed, Missing, NotReady, Undecided
from lifepod.owner.gather import now as now  # changes are stamped as imports are
from lifepod.owner.kept import forget_unfinished
from lifepod.owner.settle import ensure_private, must_be_closed
from lifepod.owner.turn import Turn
from lifepod.plain import plain
from lifepod.solid.pod import Document, Pod, same_as_text
from lifepod.solid.wire import quiet_for

CHANGES = "lifepod/access/"
"""Container of the records, below the pod."""
_PENDING = CHANGES + "pending.ttl"
_TURTLE = "text/turtle"
_CLOSING = frozenset({"revoke", "suspend", "private"})
"""Changes that only close: torn, they are finished; others are rolled back, so that in doubt less is open."""

_BUSY = "Another change of access is under way in this pod."
_WAIT = "Wait until it is done, then try again."

Say = Callable[[str], None]
"""Hears what is being done."""


def silent(line: str) -> None:
    """A :data:`Say` that nobody hears."""


_TOUCHED_EVERY = 20.0
"""Seconds after which a change under way shows that it still is."""
_CUT_OFF_AFTER = 300.0
"""Seconds without a sign after which a change of another machine counts as cut off; one write takes far less."""


@dataclass(frozen=True, slots=True)
class Torn:
    """A change that has begun and not ended."""

    change: Change
    waits: str
    """Why it is left alone for now; empty where it was cut off and can be brought to its end."""
    state: str = STARTED
    """How recovering would leave it, as far as can be told."""
    writes: tuple[str, ...] = ()
    """Documents that recovering would write."""


def fate_of(verb: str, stands: Sequence[str]) -> tuple[str, str]:
    """How a change that was cut off ends, and towards which image (``before``, ``after``) its documents are written.

    ``stands``: whether each is as ``before``, as ``after``, the ``same`` in both, or something ``other`` by now. The
    image is empty where nothing has to be written.
    """
    if all(where == "after" for where in stands):
        return FINISHED, ""
    if all(where == "before" for where in stands):
        return ROLLED_BACK, ""
    wanted, state = ("after", FINISHED) if verb in _CLOSING else ("before", ROLLED_BACK)
    return UNCONFIRMED if "other" in stands else state, wanted


class ChangeLog:
    """The records of one pod. Whoever begins a change releases the log at the end, whatever came of it."""

    def __init__(self, pod: Pod) -> None:
        self._pod = pod
        self._turn = Turn(pod.storage)
        self._touched = 0.0

    def release(self) -> None:
        """The change of this log is over for this process."""
        self._turn.release()

    async def begin(self, change: Change, say: Say) -> None:
        """Before the first byte: bring a torn change to its end, then put this one on record.

        Raises :class:`NotReady` where another change is under way just now.
        """
        if not await ensure_private(self._pod, "lifepod/"):
            await must_be_closed(self._pod, "lifepod/")
        if not self._turn.take():
            raise NotReady(_BUSY, advice=_WAIT)
        await self._recovered(say)
        forget_unfinished(self._pod.storage, self._pod.webid)
        self._turn.begin(change.name)
        try:
            await self._pod.put(self._pod.storage + _PENDING, write_change(change), match=None)
        except Conflict:
            raise NotReady(_BUSY, advice=_WAIT) from None
        self._touched = time.monotonic()

    async def still(self, change: Change) -> None:
        """Show from time to time that the change goes on; raises where somebody took it for cut off meanwhile."""
        if time.monotonic() - self._touched < _TOUCHED_EVERY:
            return
        url = self._pod.storage + _PENDING
        reply = await self._pod.get(url, accept=_TURTLE)
        if read_change(reply.body, reply.url).name != change.name:
            raise Conflict("Another change of access was begun meanwhile.", place=url)
        await self._pod.put(url, write_change(change), match=reply.etag or "*")
        self._touched = time.monotonic()

    async def end(self, change: Change, state: str) -> Change:
        """The change as it ended; its record stands before the pending one goes."""
        done = replace(change, state=state, ended=now())
        url, data = f"{self._pod.storage}{CHANGES}{change.name}.ttl", write_change(done)
        try:
            await self._pod.put(url, data, match=None)
        except Conflict:
            there = await self._pod.get(url, accept=_TURTLE)
            await self._pod.put(url, data, match=there.etag or "*")
        try:
            await self._pod.delete(self._pod.storage + _PENDING)
        except Missing:
            pass
        return done

    async def drop(self) -> None:
        """Nothing was written after all: no record stays."""
        try:
            await self._pod.delete(self._pod.storage + _PENDING)
        except Missing:
            pass

    async def pending(self) -> tuple[Change, float] | None:
        """The change that is under way, or was cut off, and for how many seconds its record was not touched."""
        try:
            reply = await self._pod.get(self._pod.storage + _PENDING, accept=_TURTLE)
        except Missing:
            return None
        change = read_change(reply.body, reply.url)
        quiet = quiet_for(reply)
        return change, quiet if quiet is not None else _seconds_since(change.began)

    async def every(self) -> tuple[Change, ...]:
        """All finished changes, the oldest first; a record that cannot be read raises :class:`Malformed`."""
        try:
            listing = await self._pod.list(self._pod.storage + CHANGES)
        except Missing:
            return ()
        urls = sorted(url for url, _ in listing.members if url.endswith(".ttl") and not url.endswith(_PENDING))
        found = []
        for url in urls:
            reply = await self._pod.get(url, accept=_TURTLE)
            found.append(read_change(reply.body, reply.url))
        return tuple(found)

    async def last(self) -> Change | None:
        """The newest finished change that was not taken back since."""
        done = [change for change in standing(await self.every()) if change.verb != "undo"]
        return done[-1] if done else None

    async def recover(self, say: Say = lambda line: None) -> Change | None:
        """Finish or roll back a change that was cut off; the change as it ended.

        ``None`` where none was, or where it is still under way; that is said.
        """
        if not self._turn.take():
            say(f"{_BUSY} It was left alone.")
            return None
        try:
            return await self._recovered(say)
        finally:
            self._turn.release()

    async def _recovered(self, say: Say) -> Change | None:
        found = await self._begun()
        if found is None:
            return None
        torn, quiet = found
        # Begun here and the turn is ours: the process that began it is gone.
        if torn.name != self._turn.begun and quiet < _CUT_OFF_AFTER:
            say(
                f"A change of access ({torn.verb} {plain(torn.agent)} at {plain(torn.place)}) is under way on another "
                f"machine, or was cut off there {quiet:.0f} seconds ago. It was left alone."
            )
            return None
        state = await self._settled(torn)
        words = {FINISHED: "finished it", ROLLED_BACK: "rolled it back", UNCONFIRMED: "could not bring it to an end"}
        say(f"A change of access ({torn.verb} {plain(torn.agent)} at {plain(torn.place)}) was cut off: {words[state]}.")
        return await self.end(torn, state)

    async def _begun(self) -> tuple[Change, float] | None:
        try:
            return await self.pending()
        except Malformed as error:
            raise Undecided(
                f"A change of access was cut off, and its record cannot be read: {error}",
                advice=f"Look with `lifepod who`, then delete {_PENDING} from your pod.",
            ) from None

    async def torn(self) -> Torn | None:
        """A change that was cut off and what recovering would do, or one under way; nothing is written.

        ``None`` where there is none; raises :class:`Undecided` where its record cannot be read.
        """
        found = await self._begun()
        if found is None:
            return None
        change, quiet = found
        if not self._turn.take():
            return Torn(change, "it is under way on this machine")
        mine = change.name == self._turn.begun
        self._turn.release()
        if not mine and quiet < _CUT_OFF_AFTER:
            said = f"it is under way on another machine, or was cut off there {quiet:.0f} seconds ago"
            return Torn(change, said)
        stands = [(await self._stand(image))[0] for image in change.images]
        state, wanted = fate_of(change.verb, stands)
        writes = [i.document for i, s in zip(change.images, stands, strict=True) if s not in (wanted, "same", "other")]
        return Torn(change, "", state, tuple(writes) if wanted else ())

    async def _settled(self, torn: Change) -> str:
        stands = [await self._stand(image) for image in torn.images]
        state, wanted = fate_of(torn.verb, [where for where, _ in stands])
        if not wanted:
            return state
        for image, (where, there) in zip(torn.images, stands, strict=True):
            if where not in (wanted, "same", "other"):
                try:
                    await self._put(image, getattr(image, wanted), there)
                except LifepodError:
                    state = UNCONFIRMED
        return state

    async def _stand(self, image: Image) -> tuple[str, Document | None]:
        """Whether a document is as before, as after, both, or something else by now; and what stands there."""
        try:
            there = await self._pod.read(image.document)
        except Missing:
            there = None
        is_before, is_after = (same_as_text(there, text) for text in (image.before, image.after))
        if is_before and is_after:
            return "same", there
        return "after" if is_after else "before" if is_before else "other", there

    async def _put(self, image: Image, text: str | None, there: Document | None) -> None:
        if text is None:
            await self._pod.delete(image.document, match=there.etag if there else None)
        else:
            match = (there.etag or "*") if there else None
            await self._pod.write(image.document, text.encode(), match=match)


def stamp() -> str:
    """Now, UTC, to the millisecond: two changes of one second keep their order."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _seconds_since(when: str) -> float:
    """By this machine's clock, for servers that do not say when a document was changed."""
    try:
        began = datetime.fromisoformat(when)
    except ValueError:
        return _CUT_OFF_AFTER
    return max(0.0, (datetime.now(UTC) - began).total_seconds())
