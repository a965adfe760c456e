"""Wants of the person as they lie in the pod: filed, told to chosen vendors or put where everyone may read, taken back.

It refuses to send a want to anyone who was not chosen, to let an answer be read by another vendor (they lie where the
owner alone may read), and to say that a vendor was told before its inbox took it.

Whom it is for is kept first, the want second, the public copy third; messages come last. Taking back: the public copy
first, for whom that is second, the record of it third, messages last. Each step that is repeated writes the same.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from lifepod.errors import Conflict, LifepodError, Malformed, Missing
from lifepod.parties.filing import Filed, file_bytes, file_record, folders_in, records_in
from lifepod.parties.filing import opened as opened  # whoever files an answer opens it first
from lifepod.parties.outbox import Notice, put_aside, take_away, tell, why_never
from lifepod.parties.outbox import Told as Told  # part of what this room hands out
from lifepod.parties.outbox import must_be_tellable as must_be_tellable  # whoever says a want asks this first
from lifepod.parties.pen import Pen
from lifepod.parties.pen import pen_for as pen_for
from lifepod.parties.rooms import Opens, make_room
from lifepod.plain import plain
from lifepod.solid.pod import Pod
from lifepod.terms.events import Event, Step, address_of, event_of
from lifepod.terms.intents import Answer, answer_of, answers_compared, has_ended, want_of, want_record
from lifepod.terms.intents import Row as Row
from lifepod.terms.intents import Want as Want

WANTS, PUBLIC = "lifepod/wants/", "lifepod/wants-public/"
OPEN, ENDED, WITHDRAWN = "open", "ended", "withdrawn"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One want with what became of it."""

    id: str
    """The UUID, as people type it."""
    folder: str
    filed: Filed
    want: Want
    state: str
    """``open``, ``ended``, ``withdrawn``."""
    since: str
    """UTC: since when it is so."""
    rows: tuple[Row, ...]
    """The answers, side by side."""
    to: tuple[str, ...]
    """WebIDs it was sent to."""
    public: str
    """Where everyone may read it; empty where nobody else may."""
    amiss: tuple[tuple[str, str], ...] = ()
    """Files that cannot be read, and why."""

    @property
    def digest(self) -> str:
        """Of its graph."""
        return self.filed.graph_digest


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person looks for."""

    title: str
    until: str
    """UTC, whole seconds, ``Z``."""
    price: tuple[Decimal, str] | None = None
    """The most it may cost, and the currency."""
    region: str = ""


def draft(pod: Pod, wish: Wish, terms: tuple[str, str], now: str) -> Want:
    """The want as it would be signed; ``terms``: address and digest of the version. Raises :class:`Malformed`."""
    want = Want(
        root=f"urn:uuid:{_random_uuid()}",
        actor=pod.webid,
        published=now,
        valid_through=wish.until,
        title=wish.title,
        under=terms[0],
        max_price=wish.price[0] if wish.price else None,
        currency=wish.price[1] if wish.price else "",
        region=wish.region,
        under_digest=terms[1],
    )
    want_record(want)  # raises for what makes no want
    return want


def _random_uuid() -> str:
    """A version 4 UUID (RFC 9562 §5.4)."""
    raw = bytearray(os.urandom(16))
    raw[6], raw[8] = raw[6] & 0x0F | 0x40, raw[8] & 0x3F | 0x80
    digits = raw.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


Sent = tuple[Wanted, tuple[Told, ...]]
"""A want as it stands after it was told, and who was told."""


async def publish(pod: Pod, pen: Pen, want: Want, to: Iterable[str], *, public: bool) -> Sent:
    """Sign and file a want, make it public if wanted, and send it to those who were chosen.

    Raises :class:`Malformed` for a WebID that nobody could be told under, before anything is signed.
    """
    to = tuple(to)
    must_be_tellable(pod, to)
    await make_room(pod, pod.storage + "lifepod/")
    await make_room(pod, pod.storage + WANTS)
    name = _name(want.root)
    signed = pen.signed(want_record(replace(want, keys=(pen.public,))))
    notes = await _put_aside(pod, name, to)
    filed = await file_record(pod, f"{pod.storage}{WANTS}{name}/want.jsonld", signed)
    if public:
        await make_room(pod, pod.storage + PUBLIC, Opens(public=True))
        await file_bytes(pod, f"{pod.storage}{PUBLIC}{name}.jsonld", filed.body)
    told = await _tell(pod, notes, pen.now)
    return await wanted(pod, name, pen.now), told


async def send(pod: Pod, one: Wanted, to: Iterable[str], now: str) -> tuple[Told, ...]:
    """Send a want that was filed to more vendors, or to the same again."""
    if one.state != OPEN:
        raise Conflict(f"It is {one.state} since {one.since}, so it is sent to nobody.")
    to = tuple(to)
    must_be_tellable(pod, to)
    return await _tell(pod, await _put_aside(pod, one.id, to), now)


async def _put_aside(pod: Pod, name: str, to: Iterable[str]) -> tuple[Notice, ...]:
    """Keep for whom a want is, so that nobody who was chosen stays untold wherever this is cut off."""
    folder, notes = f"{pod.storage}{WANTS}{name}/", []
    for webid in dict.fromkeys(to):
        note = Notice(f"lifepod-{name}-{_mark(webid)}", webid, folder + "want.jsonld")
        await put_aside(pod, note)
        await file_bytes(pod, f"{folder}to-{_mark(webid)}.json", json.dumps({"to": webid}).encode(), _JSON)
        notes.append(note)
    return tuple(notes)


async def _tell(pod: Pod, notes: Iterable[Notice], now: str) -> tuple[Told, ...]:
    return tuple([await tell(pod, note, now) for note in notes])


def _mark(webid: str) -> str:
    """What stands for a WebID in the name of a file."""
    return hashlib.sha256(webid.encode()).hexdigest()[:16]


def _name(root: str) -> str:
    address_of(root, "want")  # raises for what may not become part of a path
    return root.removeprefix("urn:uuid:")


# Reading


async def wants(pod: Pod, now: str) -> tuple[tuple[Wanted, ...], tuple[tuple[str, str], ...]]:
    """Every want, the newest first; and folders that cannot be read, with why."""
    found, amiss = list[Wanted](), list[tuple[str, str]]()
    for folder in await folders_in(pod, pod.storage + WANTS):
        try:
            found.append(await wanted(pod, folder.rstrip("/").rpartition("/")[2], now))
        except LifepodError as error:
            amiss.append((folder, str(error)))
    order = sorted(found, key=lambda one: (one.want.published, one.id), reverse=True)
    return tuple(order), tuple(amiss)


async def wanted(pod: Pod, name: str, now: str) -> Wanted:
    """The want of an id; raises :class:`Missing` where there is none, :class:`Malformed` where it cannot be read."""
    folder = f"{pod.storage}{WANTS}{_name('urn:uuid:' + name)}/"
    filed, unread = await records_in(pod, folder)
    main = next((one for one in filed if one.url == folder + "want.jsonld"), None)
    if main is None:
        raise next((error for _, error in unread), Missing("There is no such want.", place=folder))
    want, answers, gone = want_of(main.record), list[Answer](), ""
    amiss = [(url, str(error)) for url, error in unread]
    for one in filed:
        try:
            if one.url == folder + "withdrawal.jsonld":
                gone = event_of(one.record).published
            elif one.url != main.url:
                answers.append(answer_of(one.record))
        except Malformed as error:
            amiss.append((one.url, str(error)))
    at = datetime.fromisoformat(now).astimezone(UTC)
    state, since = (OPEN, want.published) if not has_ended(want, at) else (ENDED, want.valid_through)
    state, since = (WITHDRAWN, gone) if gone else (state, since)
    rows = answers_compared(want, answers, at)
    return Wanted(
        name, folder, main, want, state, since, rows, await _to(pod, folder), await _public(pod, name), tuple(amiss)
    )


async def _to(pod: Pod, folder: str) -> tuple[str, ...]:
    out = []
    for url, _ in (await pod.list(folder)).members:
        if url.startswith(folder + "to-"):
            try:
                out.append(str(json.loads((await pod.get(url, accept=_JSON)).body)["to"]))
            except (LifepodError, ValueError, KeyError, TypeError, RecursionError):
                continue  # nothing of ours
    return tuple(sorted(out))


async def _public(pod: Pod, name: str) -> str:
    url = f"{pod.storage}{PUBLIC}{name}.jsonld"
    try:
        await pod.head(url)
    except Missing:
        return ""
    return url


def find(known: Iterable[Wanted], word: str) -> Wanted:
    """The want of an id or its beginning; raises :class:`Missing`."""
    begins = word.lower().removeprefix("urn:uuid:")
    found = [one for one in known if len(begins) >= 4 and one.id.startswith(begins)]
    if len(found) != 1:
        said = "is more than one want" if found else "is no want of yours"
        raise Missing(f"{plain(word, 60)} {said}.", advice="`lifepod intents` lists them.")
    return found[0]


# Answers, and the end


async def file_answer(pod: Pod, one: Wanted, answer: Answer, body: bytes, profile: bytes) -> bool:
    """Keep an answer as it came, with a copy of its sender's profile; whether it is new. Raises :class:`Conflict`."""
    name = f"{one.folder}answer-{_name(answer.root)}"
    new = all(row.answer.root != answer.root for row in one.rows)
    await file_bytes(pod, f"{name}.jsonld", body)
    try:
        await pod.put(f"{name}.sender.ttl", profile, match=None, content_type="text/turtle")
    except Conflict:
        pass  # from an earlier time; what was known first stands
    return new


async def withdraw(pod: Pod, pen: Pen, one: Wanted) -> Sent:
    """Take a want back: for everyone, on record, and told to those it was sent to.

    Of whoever can never be told, what still waits for them is forgotten: it is taken back, and they never had it.
    """
    if one.state == ENDED:
        raise Conflict(f"Its time was over on {one.since}; there is nothing to take back.")
    await _take_down(pod, one)
    root, url = address_of(one.want.root, Step.WITHDRAWAL), one.folder + "withdrawal.jsonld"
    never = {webid: why for webid in one.to if (why := why_never(pod, webid))}
    notes = [Notice(f"lifepod-{_name(root)}-{_mark(webid)}", webid, url) for webid in one.to]
    for note in notes:
        if note.to not in never:
            await put_aside(pod, note)
    if one.state != WITHDRAWN:
        event = Event(root, Step.WITHDRAWAL, pod.webid, pen.now, one.want.root, one.digest)
        await file_record(pod, url, pen.event(event))
    for note in notes:
        if note.to in never:
            await take_away(pod, note)
            await take_away(pod, replace(note, name=f"lifepod-{one.id}-{_mark(note.to)}"))
    told = await _tell(pod, [note for note in notes if note.to not in never], pen.now)
    lost = tuple(Told(note, arrived=False, why=never[note.to]) for note in notes if note.to in never)
    return await wanted(pod, one.id, pen.now), (*told, *lost)


async def take_down_ended(pod: Pod, now: str) -> tuple[Wanted, ...]:
    """Delete the public copies of wants whose time is over; those that had one. For guard."""
    over = [one for one in (await wants(pod, now))[0] if one.state != OPEN and one.public]
    for one in over:
        await _take_down(pod, one)
    return tuple(over)


async def _take_down(pod: Pod, one: Wanted) -> None:
    if one.public:
        try:
            await pod.delete(one.public)
        except Missing:
            pass  # gone meanwhile, which is what is wanted
