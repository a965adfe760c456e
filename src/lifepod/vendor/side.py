"""The vendor's side at work: its pod, its keys, and the time of this run; what it puts on record and tells.

It refuses to sign a step twice (the record that was filed first stands, with its time), and to say that somebody was
told before their inbox took it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from lifepod.errors import Malformed, Missing, NotReady
from lifepod.parties.filing import Closed, Filed, file_record, read_record
from lifepod.parties.outbox import Notice, Told, put_aside, tell, tell_again
from lifepod.parties.pen import Pen, pen_for
from lifepod.plain import plain
from lifepod.solid.keyring import Store
from lifepod.solid.pod import Pod
from lifepod.terms.events import Event
from lifepod.terms.policy import Policy

Result = dict[str, object]
"""What a command gives back: JSON."""
FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Side:
    """A vendor at work. Its methods read and write its own pod."""

    pod: Pod
    store: Store
    """Where its signing key rests."""
    now: str
    """UTC, whole seconds, ``Z``: the time that everything of this run is dated."""

    @property
    def at(self) -> datetime:
        """:attr:`now` as a moment."""
        return datetime.fromisoformat(self.now).astimezone(UTC)

    def place(self, path: str) -> str:
        """A place of the vendor's own pod; raises :class:`NotReady` for a login without one."""
        if not self.pod.storage:
            raise NotReady(
                "This login has no pod, and agreements are kept in one.",
                advice="Use a login with a pod of its own, then run `lifepod vendor init`.",
            )
        return self.pod.storage + path

    async def kept(self, url: str) -> Filed | None:
        """A record that was filed; ``None`` where there is none yet."""
        try:
            return await read_record(self.pod, url)
        except Missing:
            return None

    async def pen(self) -> Pen:
        """The vendor's key, dated now."""
        return await pen_for(self.pod, self.store, self.now)

    async def signed(self, url: str, policy: Policy) -> Filed:
        """A request with our proof, kept; where one lies there already, that one.

        So below. That the person is to be told is put aside first, so that nothing stays untold; what cannot be signed
        leaves nothing.
        """
        return await self._kept(url, policy.assigner, (await self.pen()).policy(policy))

    async def _kept(self, url: str, to: str, record: Closed) -> Filed:
        await put_aside(self.pod, _note(record.root, to, url))
        return await self.kept(url) or await file_record(self.pod, url, record)

    async def countersigned(self, url: str, offer: Filed, to: str) -> Filed:
        """Somebody's proposal with our proof beside theirs."""
        return await self._kept(url, to, (await self.pen()).signed(offer.record))

    async def on_record(self, url: str, event: Event) -> Filed:
        """An event with our proof."""
        return await self._kept(url, event.target, (await self.pen()).event(event))

    async def told(self, filed: Filed, to: str) -> Result:
        """Send a record to somebody; what cannot be delivered waits in the outbox."""
        said = await tell(self.pod, _note(filed.record.root, to, filed.url), self.now)
        return {"record": filed.url, "told": said.arrived, "why": said.why}

    async def untold(self) -> tuple[Told, ...]:
        """What waits in the outbox still, after it was sent once more."""
        return tuple([one for one in await tell_again(self.pod, self.now) if not one.arrived])


def _note(root: str, to: str, url: str) -> Notice:
    return Notice(f"lifepod-{root.rpartition(':')[2]}", to, url)


def stamp() -> str:
    """Now, UTC, whole seconds, as records hold it."""
    return datetime.now(UTC).strftime(FORM)


def moment(text: str) -> str:
    """A day or a time a person typed, as records hold it; raises :class:`Malformed`.

    A day is its beginning in UTC; a time without a zone is the local one.
    """
    try:
        found = datetime.fromisoformat(text)
        if "T" not in text and " " not in text.strip():
            found = found.replace(tzinfo=UTC)
        return (found if found.tzinfo else found.astimezone()).astimezone(UTC).strftime(FORM)
    except (ValueError, OverflowError):
        said = f"{plain(text, 40)} is no day and no time."
        raise Malformed(said, advice="Say a day (2027-05-01) or a time (2027-05-01T18:00Z).") from None
