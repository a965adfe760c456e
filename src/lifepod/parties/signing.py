"""One side of an agreement at work: its pod, its key, the time of this run; what it signs, keeps and tells.

It refuses to sign an event twice with two times (what was filed first stands), and to say that the other side was told
before their inbox took it.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifepod.errors import Conflict, Missing
from lifepod.parties.filing import AGREEMENTS, Filed, as_turtle, file_bytes, file_record, read_record
from lifepod.parties.identity import show_in_profile
from lifepod.parties.outbox import Notice, put_aside, tell
from lifepod.parties.pen import Pen as Pen  # what a side signs with
from lifepod.parties.pen import policy_of as policy_of
from lifepod.parties.rooms import Opens, make_room
from lifepod.rdf.closed import Closed
from lifepod.solid.pod import Pod
from lifepod.terms.events import Event
from lifepod.terms.policy import Policy


@dataclass(frozen=True, slots=True)
class Said:
    """An event that was put on record, and whether the other side was told."""

    url: str
    arrived: bool
    why: str = ""


class Desk:
    """A side at work."""

    def __init__(self, pod: Pod, pen: Pen) -> None:
        self.pod = pod
        self.now = pen.now
        """UTC, whole seconds, ``Z``: the time everything of this run is dated."""
        self._pen = pen

    async def there(self, url: str) -> Filed:
        """A record that was filed before; raises :class:`Missing`."""
        return await read_record(self.pod, url)

    async def folder_for(self, name: str, reader: str) -> str:
        """The folder of an agreement, which the other side may read; nobody may read the list of them."""
        storage = self.pod.storage
        await make_room(self.pod, storage + "lifepod/")
        await make_room(self.pod, storage + AGREEMENTS)
        folder = f"{storage}{AGREEMENTS}{name}/"
        await make_room(self.pod, folder, Opens(readers=(reader,)))
        return folder

    async def agreement(self, folder: str, proposal: Closed, completed: bool) -> Filed:
        """The agreement with both proofs, kept; ``completed``: the proposal has both already."""
        url = folder + "agreement.jsonld"
        try:
            filed = await read_record(self.pod, url)
            if filed.record.triples != proposal.triples:
                raise Conflict("Another text was agreed under this name.", place=url)
        except Missing:
            record = proposal if completed else self._pen.signed(proposal)
            filed = await file_record(self.pod, url, record)
        await file_bytes(self.pod, folder + "agreement.ttl", as_turtle(filed.record), "text/turtle")
        return filed

    async def public_room(self, url: str) -> None:
        """A container below ``lifepod/`` that everyone may read."""
        await make_room(self.pod, self.pod.storage + "lifepod/")
        await make_room(self.pod, url, Opens(public=True))

    async def terms(self, url: str, policy: Policy) -> tuple[Policy, Filed]:
        """Terms with our key and proof, kept; and what they say now."""
        filed = await file_record(self.pod, url, self._pen.terms(policy))
        return policy_of(filed.record), filed

    async def text(self, url: str, words: str) -> None:
        """Plain words beside a record."""
        await file_bytes(self.pod, url, words.encode(), "text/plain")

    async def show_terms(self, index: str) -> bool:
        """Name the index of terms in our WebID document; whether that was new."""
        return await show_in_profile(self.pod, self.now, terms=index)

    async def proposal(self, url: str, policy: Policy) -> Filed:
        """A request or counter-offer with our proof alone, kept."""
        return await file_record(self.pod, url, self._pen.policy(policy))

    async def said(self, folder: str, event: Event) -> Said:
        """Put an event on record in a folder, and tell whom it is for; done before, the first record stands."""
        url = f"{folder}{event.step}.jsonld"
        note, record = Notice(f"lifepod-{event.root.rpartition(':')[2]}", event.target, url), self._pen.event(event)
        if event.target:
            await put_aside(self.pod, note)
        try:
            await read_record(self.pod, url)
        except Missing:
            await file_record(self.pod, url, record)
        if not event.target:
            return Said(url, arrived=False, why="nobody is told")
        told = await tell(self.pod, note, self.now)
        return Said(url, told.arrived, told.why)
