"""The change log in the pod: who was given or lost what, when and why; a change that was cut off, brought to its end.

It refuses to let two changes run at once, and to leave a torn one lying: the next change first finishes it or rolls it
back, and says which.

* ``lifepod/access/pending.ttl`` stands exactly while a change is under way, with every document before and after.
* A finished change is one document of its own, named by its time; for the owner alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lifepod.access.changelog import FINISHED, ROLLED_BACK, UNCONFIRMED, Image, read_change, write_change
from lifepod.access.changelog import Change as Change
from lifepod.errors import Conflict, LifepodError, Malformed, Missing, NotReady, Undecided
from lifepod.owner.gather import now as now  # changes are stamped as imports are
from lifepod.owner.kept import forget_unfinished
from lifepod.owner.settle import ensure_private, must_be_closed
from lifepod.plain import plain
from lifepod.solid.pod import Document, Pod, same_as_text

CHANGES = "lifepod/access/"
"""Container of the records, below the pod."""
_PENDING = CHANGES + "pending.ttl"
_TURTLE = "text/turtle"
_CLOSING = frozenset({"revoke", "suspend", "private"})
"""Changes that only close: torn, they are finished; others are rolled back, so that in doubt less is open."""

Say = Callable[[str], None]


class ChangeLog:
    """The records of one pod."""

    def __init__(self, pod: Pod) -> None:
        self._pod = pod

    async def begin(self, change: Change, say: Say) -> None:
        """Before the first byte: bring a torn change to its end, then put this one on record.

        Raises :class:`NotReady` where another change is under way just now.
        """
        if not await ensure_private(self._pod, "lifepod/"):
            await must_be_closed(self._pod, "lifepod/")
        await self.recover(say)
        forget_unfinished(self._pod.storage, self._pod.webid)
        try:
            await self._pod.put(self._pod.storage + _PENDING, write_change(change), match=None)
        except Conflict:
            raise NotReady(
                "Another change of access is under way in this pod.", advice="Wait until it is done, then try again."
            ) from None

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

    async def pending(self) -> Change | None:
        """The change that is under way, or was cut off; ``None`` where there is none."""
        try:
            reply = await self._pod.get(self._pod.storage + _PENDING, accept=_TURTLE)
        except Missing:
            return None
        return read_change(reply.body, reply.url)

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
        done = await self.every()
        undone = {change.undoes for change in done if change.state == FINISHED}
        open_ = [c for c in done if c.state in (FINISHED, UNCONFIRMED) and c.name not in undone and c.verb != "undo"]
        return open_[-1] if open_ else None

    async def recover(self, say: Say = lambda line: None) -> Change | None:
        """Finish or roll back a change that was cut off; the change as it ended, ``None`` where none was."""
        try:
            torn = await self.pending()
        except Malformed as error:
            raise Undecided(
                f"A change of access was cut off, and its record cannot be read: {error}",
                advice=f"Look with `lifepod who`, then delete {_PENDING} from your pod.",
            ) from None
        if torn is None:
            return None
        state = await self._settled(torn)
        words = {FINISHED: "finished it", ROLLED_BACK: "rolled it back", UNCONFIRMED: "could not bring it to an end"}
        say(f"A change of access ({torn.verb} {plain(torn.agent)} at {plain(torn.place)}) was cut off: {words[state]}.")
        return await self.end(torn, state)

    async def _settled(self, torn: Change) -> str:
        stands = [await self._stand(image) for image in torn.images]
        if all(where == "after" for where, _ in stands):
            return FINISHED
        if all(where == "before" for where, _ in stands):
            return ROLLED_BACK
        wanted = "after" if torn.verb in _CLOSING else "before"
        sure = True
        for image, (where, there) in zip(torn.images, stands, strict=True):
            if where == "other":
                sure = False
            elif where not in (wanted, "same"):
                try:
                    await self._put(image, getattr(image, wanted), there)
                except LifepodError:
                    sure = False
        if not sure:
            return UNCONFIRMED
        return FINISHED if wanted == "after" else ROLLED_BACK

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
