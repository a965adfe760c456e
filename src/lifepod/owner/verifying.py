"""Is this record what it says? For anyone, from files alone: signatures, keys in copies of profiles, keys now, status.

It refuses to fetch, to boil the four answers down to one, and to take a profile's word about anyone but its own WebID.

A profile counts for one WebID: the one that is said, or else the one it confirms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lifepod.errors import LifepodError, Malformed, TooBig, Undecided
from lifepod.owner.standing import fingerprint
from lifepod.owner.wishing import stamp_of
from lifepod.parties.cases import Case, case_of, fault_of
from lifepod.parties.filing import Filed, must_agree, opened
from lifepod.parties.senders import Card, card_from
from lifepod.plain import plain
from lifepod.terms.judge import KeyAnswer, Read, Shown, Verdict, read_as, shown_in, signatures_of
from lifepod.terms.policy import OFFER

Value = dict[str, object]
SOUND, UNSIGNED, DENIED, UNCONFIRMED, NOT_IN_FORCE = "sound", "unsigned", "denied", "unconfirmed", "not in force"
_IN_FORCE = ("agreed", "open")
_ANSWERS = {
    SOUND: "Every party signed it, and each key is shown in its signer's profile.",
    UNSIGNED: "Not every party signed it: it is no agreement.",
    DENIED: "A profile does not show a key that signed it, or withdrew that key.",
    UNCONFIRMED: "The signatures fit, but nobody confirmed whose keys they are: give --profile FILE, or --live.",
    NOT_IN_FORCE: "Every party signed it, but it is not in force.",
}


@dataclass(frozen=True, slots=True)
class Given:
    """A file, and when its copy was made."""

    name: str
    body: bytes
    at: str = ""
    """UTC; of a profile."""
    webid: str = ""
    """Whose profile it is, where that was said."""


@dataclass(frozen=True, slots=True)
class When:
    """Times that a check is made with; all UTC, whole seconds, ``Z``."""

    now: str
    seen: str = ""
    """Since when the record is known, for keys that were withdrawn since; now where it is empty."""


def when(seen: str = "") -> When:
    """Now, and the day a record is known since (maybe empty); raises :class:`~lifepod.errors.Malformed`."""
    return When(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), stamp_of(seen) if seen else "")


@dataclass(frozen=True, slots=True)
class Verified:
    """The answers about one file."""

    name: str
    kind: str
    """``agreement``, ``request``, ``counter-offer``, ``terms``, or the step of an event."""
    filed: Filed
    verdict: Verdict
    case: Case | None
    """With the events beside it; ``None`` for terms and events."""
    note: str = ""
    """Of an event: whether it counts for the agreement beside it."""
    twice: bool | None = None
    """Whether a second implementation reads the same; ``None`` where it was not asked."""

    def outcome(self, *, in_force: bool, signatures_only: bool) -> str:
        """What it comes to, for whoever needs one word."""
        verdict = self.verdict
        if not verdict.is_signed:
            return UNSIGNED
        if verdict.is_contradicted:
            return DENIED
        if not verdict.is_confirmed and not signatures_only:
            return UNCONFIRMED
        return NOT_IN_FORCE if in_force and verdict.status not in _IN_FORCE else SOUND


def read_given(given: Given) -> Read:
    """The record in a file; raises :class:`~lifepod.errors.Malformed`."""
    return read_as(opened(given.body))


Live = Mapping[str, Card | LifepodError]
"""What the profile of each WebID says now, or why it cannot be asked."""


def verify(
    main: Given, beside: Iterable[Given], copies: Sequence[Given], times: When, live: Live | None = None
) -> Verified:
    """The four answers about a file; ``beside``: files that may tell what happened, ``copies``: profiles.

    Raises :class:`~lifepod.errors.Malformed` where the file itself is no record.
    """
    read, at = read_given(main), datetime.fromisoformat(times.now).astimezone(UTC)
    filed, others = Filed(main.name, read.record, main.body), tuple(beside)
    case = _case(filed, read, others, times.now) if read.policy and read.policy.kind != OFFER else None
    cached = tuple(_cached(read, copies, times))
    now = tuple(_live(read, webid, live, times) for webid in read.parties)
    status = ("forked" if case.forked else case.life.state) if case else "terms" if read.policy else "event"
    status = "proposal" if status in ("asked", "countered") else status
    verdict = Verdict(signatures_of(read, at), read.parties, cached, now, status)
    note = _note(read, others, at) if read.event else ""
    return Verified(main.name, _kind(read, verdict), filed, verdict, case, note)


def reads_the_same(found: Verified) -> bool:
    """Whether a second implementation reads the very same words."""
    try:
        must_agree(found.filed.record)
    except LifepodError:
        return False
    return True


def _kind(read: Read, verdict: Verdict) -> str:
    if read.event is not None:
        return str(read.event.step)
    policy = read.policy
    if policy is None or policy.kind == OFFER:
        return "terms"
    if verdict.is_signed:
        return "agreement"
    mine = policy.proposal is not None and policy.proposal.actor == policy.assigner
    return "counter-offer" if mine else "request"


# What lies beside it


def _case(filed: Filed, read: Read, others: Iterable[Given], now: str) -> Case:
    """The record with the files beside it that are about it; those that cannot be read are named."""
    found, unread = list[Filed](), list[tuple[str, LifepodError]]()
    for one in others:
        try:
            other = read_given(one)
        except LifepodError as error:
            unread.append((one.name, error))
            continue
        about = other.event.object if other.event else other.record.root
        if about == read.record.root:
            found.append(Filed(one.name, other.record, one.body))
    return case_of("", filed, (tuple(found), tuple(unread)), now)


def _note(read: Read, others: Iterable[Given], at: datetime) -> str:
    assert read.event is not None
    about = list[tuple[Filed, Read]]()
    for one in others:
        try:
            other = read_given(one)
        except LifepodError:
            continue
        if other.policy is not None and other.record.root == read.event.object:
            about.append((Filed(one.name, other.record, one.body), other))
    if not about:
        return "What it is about does not lie beside it."
    same = [pair for pair in about if pair[0].graph_digest == read.event.graph_digest] or about
    fault = fault_of(read, same[0][1], same[0][0].graph_digest, at)
    return f"It does not count: {fault}." if fault else "It counts for what lies beside it."


# Keys


def _cached(read: Read, copies: Sequence[Given], times: When) -> Iterator[KeyAnswer]:
    """What the copies say of each party's key; one answer where none does."""
    told: dict[str, list[KeyAnswer]] = {webid: [] for webid in read.parties}
    for copy in copies:
        for answer in _of_copy(read, copy, times):
            told[answer.by].append(answer)
    for webid, answers in told.items():
        yield from answers or [KeyAnswer(webid, Shown.NO_COPY)]


def _of_copy(read: Read, copy: Given, times: When) -> list[KeyAnswer]:
    """What one profile says: of the WebID it confirms, or of each that it could be about."""
    answers = []
    for webid in dict.fromkeys(read.parties):
        if copy.webid in ("", webid):
            card = _card_in(copy, webid)
            answers += [shown_in(read, webid, card, times.seen or times.now)] if card.keys else []
    confirmed = [one for one in answers if one.shown is Shown.YES]
    if len(confirmed) > 1:
        raise Undecided(
            f"{plain(copy.name)} shows the keys of more than one party.",
            choices=tuple(one.by for one in confirmed),
            advice="Say whose profile it is: --profile WEBID=FILE.",
        )
    return confirmed or answers


def _card_in(copy: Given, webid: str) -> Card:
    """The card in a copy; what cannot be read is told of the file, since nobody's own profile was looked at."""
    try:
        return card_from(copy.body, webid, copy.at)
    except TooBig as error:
        said = f"{plain(copy.name)} is larger than a profile may be ({error.bound})."
        raise TooBig(said, bound=error.bound, place=copy.name) from None
    except Malformed as error:
        where = f": line {error.line}, column {error.column}" if error.line is not None else ""
        said = f"{plain(copy.name)} is no copy of a profile in Turtle{where}."
        raise Malformed(said, place=copy.name, line=error.line, column=error.column) from None


def _live(read: Read, webid: str, live: Live | None, times: When) -> KeyAnswer:
    if live is None:
        return KeyAnswer(webid, Shown.NOT_ASKED)
    card = live.get(webid)
    if card is None or isinstance(card, LifepodError):
        return KeyAnswer(webid, Shown.UNREACHABLE)
    return shown_in(read, webid, card, times.seen or times.now)


# In words


def as_value(found: Verified, outcome: str) -> Value:
    """All answers as a plain value; the shape is told by ``lifepod verify --help``."""
    verdict, case = found.verdict, found.case
    value: Value = {"file": found.name, "kind": found.kind, "id": found.filed.record.root, "outcome": outcome}
    value |= {"wanted": list(verdict.wanted), "status": verdict.status}
    value |= {"since": case.life.since if case else "", "until": case.life.until if case else ""}
    value["signatures"] = [
        {"by": one.by, "method": one.method, "created": one.created, "fit": str(one.fit), "amiss": one.amiss}
        for one in verdict.signatures
    ]
    for name, answers in (("cached", verdict.cached), ("live", verdict.live)):
        value[name] = [{"by": one.by, "shown": str(one.shown), "at": one.at} for one in answers]
    events = case.events if case else ()
    value["events"] = [{"file": file.url, "step": str(event.step), "at": event.published} for file, event in events]
    value["not_counted"] = [{"file": name, "why": why} for name, why in (case.amiss if case else ())]
    value |= {"graph_digest": found.filed.graph_digest, "bytes_digest": found.filed.digest}
    return value | {"note": found.note, "twice": found.twice}


def in_words(found: Verified, outcome: str) -> list[str]:
    """The four answers for people, and what they come to."""
    verdict, case = found.verdict, found.case
    good = len({one.by for one in verdict.signatures if one.counts})
    lines = [f"{plain(found.name, 200)}: {_called(found)}", f"  id      {plain(found.filed.record.root, 200)}"]
    lines += [f"  graph   {fingerprint(found.filed.graph_digest)}", f"  bytes   {fingerprint(found.filed.digest)}"]
    lines.append(f"Signatures: {good} of {len(verdict.wanted)} count.")
    for one in verdict.signatures:
        amiss = f": {plain(one.amiss)}" if one.amiss else ""
        lines.append(f"  {one.fit}: {plain(one.by, 200) or 'nobody named'}, dated {plain(one.created, 40)}{amiss}")
    unsigned = [one for one in verdict.wanted if one not in {each.by for each in verdict.signatures}]
    lines += [f"  missing: {plain(one, 200)}" for one in unsigned]
    lines += ["Keys in the copies of profiles:", *map(_answered, verdict.cached)]
    lines += ["Keys in the profiles now:", *map(_answered, verdict.live)]
    since = f" since {case.life.since}" if case else ""
    until = f", until {case.life.until}" if case and case.life.until else ""
    lines.append(f"Status: {verdict.status}{since}{until}")
    lines += [f"  {event.published}  {event.step}" for _, event in (case.events if case else ())]
    lines += [f"  Not counted: {plain(name, 200)}: {plain(why)}" for name, why in (case.amiss if case else ())]
    lines += [found.note] if found.note else []
    if found.twice is not None:
        lines.append(f"Read by a second implementation: {'the same' if found.twice else 'NOT the same'}.")
    lines.append(_ANSWERS[outcome])
    return [*lines, "A signature shows control of a WebID document. It proves no time and no legal person."]


def _called(found: Verified) -> str:
    if found.verdict.status in ("event", "terms"):
        return found.kind if found.kind == "terms" else f"an event ({found.kind})"
    return "an agreement" if found.kind == "agreement" else f"a {found.kind}: not an agreement"


def _answered(one: KeyAnswer) -> str:
    at = f" ({'since' if one.shown is Shown.WITHDRAWN else 'copy of'} {plain(one.at, 40)})" if one.at else ""
    return f"  {one.shown}: {plain(one.by, 200)}{at}"
