"""Wants and the answers to them, for people and for programs: side by side, nothing added up, nothing recommended.

It refuses to say "within your price" of another currency, and to put a vendor's words beside ours without a mark.
"""

from __future__ import annotations

from collections.abc import Iterable

from lifepod.owner.statements import clauses_in_words
from lifepod.owner.want_terms import Drawn
from lifepod.owner.wanting import Row, Told, Want, Wanted
from lifepod.plain import plain
from lifepod.terms.intents import decimal_text

Value = dict[str, object]
HEAD = ("id", "what", "at most", "until", "state", "answers", "told to")
ROWS = ("price", "over", "vendor", "holds until", "the vendor's words")
_OVER = {True: "yes", False: "no", None: "other currency"}


def price_in_words(want: Want) -> str:
    """``100 EUR``; empty where it names no most."""
    return "" if want.max_price is None else f"{decimal_text(want.max_price)} {want.currency}"


def want_as_value(one: Wanted) -> Value:
    """``id url state since published until title max currency region to public terms answers amiss``."""
    want = one.want
    return {
        "id": one.id,
        "url": one.filed.url,
        "state": one.state,
        "since": one.since,
        "published": want.published,
        "until": want.valid_through,
        "title": want.title,
        "max": None if want.max_price is None else decimal_text(want.max_price),
        "currency": want.currency,
        "region": want.region,
        "to": list(one.to),
        "public": one.public,
        "terms": want.under,
        "answers": [row_as_value(row) for row in one.rows],
        "amiss": [{"url": url, "why": why} for url, why in one.amiss],
    }


def draft_as_value(want: Want, to: Iterable[str], *, public: bool) -> Value:
    """A want that is not signed yet: ``title max currency until region terms to public``."""
    return {
        "title": want.title,
        "max": None if want.max_price is None else decimal_text(want.max_price),
        "currency": want.currency,
        "until": want.valid_through,
        "region": want.region,
        "terms": want.under,
        "to": list(to),
        "public": public,
    }


def row_as_value(row: Row) -> Value:
    """``id who price currency over until ended says``; over is null where that cannot be told."""
    answer = row.answer
    return {
        "id": answer.root.rpartition(":")[2],
        "who": answer.actor,
        "price": decimal_text(answer.price),
        "currency": answer.currency,
        "over": row.over,
        "published": answer.published,
        "until": answer.valid_through,
        "ended": row.ended,
        "says": answer.description,
    }


def want_as_row(one: Wanted) -> tuple[str, ...]:
    """One line of the list, as :data:`HEAD` has it."""
    told = ", ".join(filter(None, [f"{len(one.to)} chosen" if one.to else "", "everyone" if one.public else ""]))
    most = price_in_words(one.want) or "not said"
    until = one.want.valid_through[:10]
    return one.id[:8], plain(one.want.title, 60), most, until, one.state, str(len(one.rows)), told or "nobody"


def answers_as_rows(one: Wanted) -> list[tuple[str, ...]]:
    """The answers side by side, as :data:`ROWS` has it."""
    return [
        (
            f"{decimal_text(row.answer.price)} {row.answer.currency}",
            _OVER[row.over] if one.want.max_price is not None else "no limit",
            plain(row.answer.actor, 200),
            row.answer.valid_through[:10] + (" (over)" if row.ended else ""),
            f"“{plain(row.answer.description, 200)}”" if row.answer.description else "",
        )
        for row in one.rows
    ]


def whole_in_words(one: Wanted) -> list[str]:
    """The head of one want; the answers follow as a table."""
    lines = [f"{plain(one.want.title, 200)} ({one.state} since {one.since})"]
    lines += [f"  at most {price_in_words(one.want) or 'not said'}, until {one.want.valid_through}"]
    lines += [f"  in {one.want.region}"] if one.want.region else []
    lines += [f"  sent to {plain(webid, 200)}" for webid in one.to]
    lines += [f"  everyone can read it: {one.public}"] if one.public else []
    lines += [f"  answers are bound to {one.want.under}"]
    return lines + [f"  does not count: {url} ({why})" for url, why in one.amiss]


def draft_in_words(want: Want, terms: Drawn | None, to: Iterable[str], *, public: bool) -> list[str]:
    """All that is to be known before it is signed."""
    lines = [f"You want: {plain(want.title, 1000)}"]
    lines += [f"  at most {price_in_words(want)}"] if want.max_price is not None else []
    lines += [f"  until {want.valid_through}", *([f"  in {want.region}"] if want.region else [])]
    lines += [f"  sent to {plain(webid, 200)}" for webid in to]
    lines += ["  put where everyone can read it"] if public else []
    lines += [
        "  What they learn is this, and that it is you: your WebID, with your wants before it. No record of yours"
    ]
    lines += ["  goes along. Who should not know it is you is asked from a second WebID."]
    if terms is not None:
        lines += [f"Who answers is bound to terms that are published first, as {terms.name}:"]
        lines += clauses_in_words(terms.policy)
    else:
        lines += [f"Who answers is bound to your terms {want.under}."]
    return lines


def told_in_words(told: Iterable[Told]) -> list[str]:
    """Who was told, and who was not yet."""
    return [
        f"Sent to {plain(one.note.to, 200)}."
        if one.arrived
        else f"Not told yet: {plain(one.note.to, 200)} ({one.why}) It waits, and is sent again with the next messages."
        for one in told
    ]


def told_as_values(told: Iterable[Told]) -> list[Value]:
    """``to arrived why``."""
    return [{"to": one.note.to, "arrived": one.arrived, "why": one.why} for one in told]
