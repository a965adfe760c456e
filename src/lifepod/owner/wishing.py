"""What a person typed, made into terms, a counter-offer or a reason: from plain words to the values they stand for.

It refuses to guess where a word fits more than one thing, and to look anything up outside of our own tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from lifepod.errors import Malformed, Undecided
from lifepod.journal.activity import CLASSES
from lifepod.owner.offers import Offering
from lifepod.plain import plain
from lifepod.terms.countering import Narrower
from lifepod.terms.drafting import Price
from lifepod.terms.purposes import PURPOSES, find, known, label_of
from lifepod.terms.roster import ROSTER, Entry
from lifepod.terms.within import moment_of

_PRICE = re.compile(r"\s*([0-9]{1,15}(?:[.,][0-9]{1,9})?)\s*([A-Za-z]{3})\s*\Z")
_PREFIX = "dpv:"
REPLY_DAYS = 14
"""Days a vendor has to answer a counter-offer, unless others are said."""


@dataclass(frozen=True, slots=True)
class Wished:
    """Terms as a person says them."""

    name: str
    title: str
    places: tuple[str, ...]
    """Full addresses."""
    purpose: str
    days: int
    roster: str = "sd-once"
    modes: tuple[str, ...] = ("read",)
    also: tuple[str, ...] = ()
    price: str = ""
    """``5 EUR``."""
    every: int = 0
    """Days between two payments; 0 for a single one."""
    delete_days: int = 1


def offering(wished: Wished) -> Offering:
    """What terms are drawn up from; raises :class:`Malformed` or :class:`Undecided` for a word that means nothing."""
    return Offering(
        name=wished.name,
        entry=entry_called(wished.roster),
        title=wished.title,
        places=wished.places,
        purpose=purpose_called(wished.purpose),
        days=wished.days,
        modes=wished.modes,
        more=wished.also,
        delete_days=wished.delete_days,
        price=_price(wished.price, wished.every),
    )


def entry_called(word: str) -> Entry:
    """The entry of the roster with that name, in small or capital letters."""
    found = ROSTER.get(word.strip().lower())
    if found is None:
        raise Undecided(
            f"The roster has no entry {plain(word, 40)}.",
            choices=tuple(ROSTER),
            advice=f"One of: {', '.join(ROSTER)}; `lifepod terms roster` says what they come to.",
        )
    return found


def purpose_called(word: str) -> str:
    """IRI of the one purpose a word means: an IRI, an exact name or label, or part of a single one."""
    if known(word):
        return word
    found = find(word.removeprefix(_PREFIX))
    exact = [iri for iri in found if _same(word, iri)]
    if len(exact) == 1 or len(found) == 1:
        return (exact or list(found))[0]
    if not found:
        said = f"DPV defines no purpose called {plain(word, 60)}."
        raise Undecided(said, advice="`lifepod terms purposes` lists them all.")
    names = tuple(short_purpose(iri).removeprefix(_PREFIX) for iri in found)
    more = " …" if len(names) > 8 else ""
    raise Undecided(
        f"{plain(word, 60)} is part of {len(names)} purposes.",
        choices=names,
        advice=f"Say one of: {', '.join(names[:8])}{more}.",
    )


def _same(word: str, iri: str) -> bool:
    wanted = word.removeprefix(_PREFIX).strip().casefold()
    return wanted in (short_purpose(iri).removeprefix(_PREFIX).casefold(), label_of(iri).casefold())


def short_purpose(iri: str) -> str:
    """``dpv:Personalisation``; what is no purpose of DPV stays as it is, harmless to show."""
    return _PREFIX + iri.rpartition("#")[2] if known(iri) else plain(iri, 200)


def purposes_with(word: str = "") -> tuple[str, ...]:
    """IRIs of the purposes with a word in them; all of them without one."""
    return find(word.removeprefix(_PREFIX)) if word else tuple(PURPOSES)


def _price(said: str, every: int) -> Price | None:
    if not said:
        if every:
            raise Malformed("There are days between payments, and no price.", advice='Say --price "5 EUR" too.')
        return None
    found = _PRICE.match(said)
    try:
        amount = Decimal(found[1].replace(",", ".")) if found else None
    except InvalidOperation:
        amount = None
    if found is None or amount is None:
        raise Malformed(f"{plain(said, 40)} is no price.", advice="Say an amount and a currency: --price '5 EUR'.")
    return Price(amount, found[2].upper(), every)


def kinds_of(words: Iterable[str]) -> tuple[str, ...]:
    """Kinds of records of the journal, as its folders are called; raises :class:`Undecided` for one that is none."""
    found = tuple(dict.fromkeys(words))
    for word in found:
        if word not in CLASSES:
            said = f"The journal has no kind of records called {plain(word, 40)}."
            raise Undecided(said, choices=CLASSES, advice=f"One of: {', '.join(CLASSES)}.")
    return found


def stamp_of(said: str) -> str:
    """A day (its first moment, UTC) or a time, as records hold it; raises :class:`Malformed`."""
    try:
        found = datetime.fromisoformat(said)
        day = re.fullmatch(r"\d{4}-\d\d-\d\d", said) is not None
        found = found if found.tzinfo else found.replace(tzinfo=UTC) if day else found.astimezone()
        stamp = found.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):  # also what no clock can show once it is put into UTC
        stamp = ""
    if moment_of(stamp) is None:
        raise Malformed(f"{plain(said, 40)} is no day and no time.", advice="Say 2027-02-22 or 2027-02-22T18:00.")
    return stamp


def days_after(now: str, days: int) -> str:
    """A stamp some days later."""
    return (datetime.fromisoformat(now) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def narrower(now: str, times: tuple[str, str], *, places: tuple[str, ...], purpose: str, description: str) -> Narrower:
    """What a counter-offer says instead; ``times``: its end and until when an answer is awaited, each maybe empty."""
    until, reply_by = times
    return Narrower(
        until=stamp_of(until) if until else "",
        places=places,
        purpose=purpose_called(purpose) if purpose else "",
        reply_by=stamp_of(reply_by) if reply_by else days_after(now, REPLY_DAYS),
        description=description,
    )
