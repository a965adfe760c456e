"""One record of the journal corrected or deleted, and that taken back again, for as long as the program runs.

It refuses to keep what was deleted in the pod, to take back what somebody changed since, and to touch what is not what
was shown.

* Taking back a deletion puts the record back first and takes it off the list of deletions last: where that is cut off
  nothing is lost, and asking again goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from lifepod.errors import Conflict, Missing
from lifepod.journal.editing import record_text, with_record, with_text
from lifepod.journal.forms import Field as Field  # what a form of a record is made of
from lifepod.journal.forms import fields_of, with_values
from lifepod.limits import LIMITS
from lifepod.owner import tending
from lifepod.owner.tending import Draft as Draft  # one record as it was shown
from lifepod.plain import plain
from lifepod.solid.pod import Pod

_TURTLE = "text/turtle"


@dataclass(frozen=True, slots=True)
class Mend:
    """A correction or a deletion, with all that takes it back."""

    draft: Draft
    """The record before."""
    after: bytes
    """The record after; empty where it was deleted."""

    @property
    def address(self) -> str:
        """Of the record."""
        return f"{self.draft.url}#{self.draft.name}"

    @property
    def was_deleted(self) -> bool:
        """Whether it was deleted rather than corrected."""
        return not self.after


async def draft(pod: Pod, address: str) -> Draft:
    """A record to be corrected or deleted; raises what :func:`lifepod.owner.tending.draft` raises."""
    return await tending.draft(pod, address)


def form(before: Draft) -> tuple[Field, ...]:
    """Its values, one by one."""
    return fields_of(before.text, before.url, before.name)


def filled(before: Draft, said: Mapping[Field, str]) -> bytes:
    """The record with other values; raises :class:`~lifepod.errors.Malformed` where one is none of its kind."""
    return with_values(before.text, before.url, said)


async def correct(pod: Pod, before: Draft, text: bytes) -> Mend | None:
    """Write a record as it was corrected, if it is still what was shown; ``None`` where nothing changes."""
    if not await tending.save(pod, before, text):
        return None
    there = await pod.get(before.url, accept=_TURTLE)
    return Mend(before, record_text(there.body, there.url, before.name) or text)


async def corrected(pod: Pod, before: Draft, text: bytes) -> Mend | None:
    """The correction, where it stands though its answer was lost; ``None`` where something else does."""
    now = await tending.draft(pod, f"{before.url}#{before.name}")
    sent = with_text(before.text, before.url, before.name, text) or before.text
    return Mend(before, now.text) if now.text == record_text(sent, before.url, before.name) else None


async def removed(pod: Pod, before: Draft) -> Mend | None:
    """The deletion, where the record is gone though the answer was lost; ``None`` where it is there."""
    try:
        await tending.draft(pod, f"{before.url}#{before.name}")
    except Missing:
        return Mend(before, b"")
    return None


def must_fit(before: Draft, text: bytes) -> None:
    """Raise what :func:`correct` would raise of the text alone, before anything is sent."""
    with_text(before.text, before.url, before.name, text)


async def must_stand(pod: Pod, before: Draft) -> None:
    """Raise :class:`Conflict` where a record is not what was shown any more; nothing is written."""
    now = await tending.draft(pod, f"{before.url}#{before.name}")
    if now.text != before.text:
        raise Conflict(
            "Somebody changed this record since it was shown; nothing was deleted.",
            place=before.url,
            advice="Look at it again.",
        )


async def remove(pod: Pod, before: Draft) -> Mend:
    """Delete a record, if it is still what was shown; no import brings it back."""
    await must_stand(pod, before)
    path = before.url.removeprefix(pod.storage)
    await tending.delete(pod, tending.Deletion(((path, (before.name,)),)))
    return Mend(before, b"")


async def must_be_left(pod: Pod, mend: Mend) -> None:
    """Raise :class:`Conflict` where a record is neither what the mend left nor what it was before."""
    try:
        there = await pod.get(mend.draft.url, accept=_TURTLE)
    except Missing:
        _judge(mend, b"")
        return
    _judge(mend, record_text(there.body, there.url, mend.draft.name) or b"")


def _judge(mend: Mend, stands: bytes) -> bool:
    """Whether the record is what it was before already; raises :class:`Conflict` where it became something else."""
    if stands not in (mend.draft.text, mend.after):
        raise Conflict(
            f"{plain(mend.address)} was changed since; it was left as it is.",
            place=mend.draft.url,
            advice="Look at the record again, and correct it by hand.",
        )
    return stands == mend.draft.text


async def take_back(pod: Pod, mend: Mend) -> None:
    """Make a record what it was before; raises :class:`Conflict` where it is not what the mend left."""
    await _put_back(pod, mend)
    if mend.was_deleted:
        source = "/".join(mend.draft.url.removeprefix(pod.storage).split("/")[:3]) + "/"
        with suppress(Missing):  # off the list already
            await tending.let_return(pod, source, (mend.draft.name,))


async def _put_back(pod: Pod, mend: Mend) -> None:
    draft = mend.draft
    for _ in range(LIMITS.write_tries):
        try:
            there = await pod.get(draft.url, accept=_TURTLE)
            body, url, match = there.body, there.url, there.etag or "*"
        except Missing:
            body, url, match = b"", draft.url, None
        if _judge(mend, record_text(body, url, draft.name) or b""):
            return
        try:
            await pod.put(draft.url, with_record(body, url, draft.name, draft.text), match=match)
        except Conflict:
            continue
        return
    raise Conflict(f"{plain(draft.url)} keeps being changed by someone else; try again.", place=draft.url)
