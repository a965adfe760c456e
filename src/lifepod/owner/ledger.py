"""The ledger of a person's agreements: what was promised beside what the bank's records and the vendor's own say.

It refuses to say that money moved or data is gone (a match is two records that look alike), to add up what is not the
same currency, and to pass over what could not be read.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from lifepod.errors import LifepodError, Missing
from lifepod.journal.reading import Json, told_in
from lifepod.owner.records import Found, Sought, Unread, records
from lifepod.parties.cases import Case as Case  # part of an account
from lifepod.plain import plain
from lifepod.solid.pod import Pod
from lifepod.terms.clauses import CLAUSES, clause_of, reason
from lifepod.terms.events import Event, Step, address_of
from lifepod.terms.ledger import Evidence, Payment, ledger_of
from lifepod.terms.ledger import Row as Row  # what an account is made of
from lifepod.terms.ledger import sums_of as sums_of

ROOM = "lifepod/ledger/"
"""Where notes lie that stay with the person, below the pod."""
_TURTLE = "text/turtle"


@dataclass(frozen=True, slots=True)
class Account:
    """One agreement and what became of its promises."""

    case: Case
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """All accounts, and what could not be looked at."""

    accounts: tuple[Account, ...]
    unread: tuple[tuple[str, str], ...]
    """Places of the journal and why they could not be read: a match may be missing."""


async def ledger(pod: Pod, cases: Iterable[Case], now: str) -> Ledger:
    """The rows of each agreement at a time (UTC), beside the bank's records and what was given back."""
    known, at, unread = tuple(cases), datetime.fromisoformat(now).astimezone(UTC), list[tuple[str, str]]()
    money = await _payments(pod, known, unread) if any(_pays(case) for case in known) else ()
    out = []
    for case in known:
        events = tuple(event for _, event in case.events)
        back = await _given_back(pod, case, unread)
        out.append(Account(case, ledger_of(case.policy, case.digest, Evidence(events, money, back), at)))
    return Ledger(tuple(out), tuple(dict.fromkeys(unread)))


def _pays(case: Case) -> bool:
    return any(clause_of(duty.kind, duty.action) == "pay" for rule in case.policy.rules for duty in rule.duties)


# Money that came in


async def _payments(pod: Pod, cases: Iterable[Case], unread: list[tuple[str, str]]) -> tuple[Payment, ...]:
    wanted = {event.identifier for case in cases for _, event in case.events if event.identifier}
    out = list[Payment]()
    stream: AsyncGenerator[Found | Unread, None] = records(pod, Sought(("payments",)), as_told=True)
    async with aclosing(stream) as each:
        async for one in each:
            if isinstance(one, Unread):
                unread.append((one.path, str(one.why)))
            elif (payment := payment_of(one, wanted)) is not None:
                out.append(payment)
    return tuple(out)


def payment_of(found: Found, wanted: Iterable[str] = ()) -> Payment | None:
    """A record of money that came in; ``None`` for what went out, names no amount, or came from a vendor.

    ``wanted`` are references of receipts: the one that stands anywhere in the record is its reference. A bank's own
    numbers are none: that they differ from a receipt's says nothing.
    """
    record, amount = found.record, found.record.get("schema:amount")
    if not found.verified or record.get("lp:direction") != "in" or not isinstance(amount, dict):
        return None
    try:
        when = datetime.fromisoformat(found.when)
        value = Decimal(str(amount.get("schema:value", "")))
    except (ValueError, InvalidOperation):
        return None
    said = _squeezed(" ".join(_texts(record)))
    reference = next((one for one in sorted(wanted, key=len, reverse=True) if _squeezed(one) in said), "")
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return Payment(found.url, when, value, str(amount.get("schema:currency", "")), reference, found.who)


def _texts(record: Json) -> list[str]:
    out = []
    for name in ("schema:identifier", "schema:description"):
        value = record.get(name, [])
        out += [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    return out


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()


# What was given back


async def _given_back(pod: Pod, case: Case, unread: list[tuple[str, str]]) -> tuple[datetime, ...]:
    """When each record came to lie where the vendor gives back, as the server tells it."""
    out = list[datetime]()
    owed = [rule for rule in case.policy.of("obligation") if clause_of(rule.kind, rule.action) == "give-back"]
    for place in sorted({place for rule in owed for place in rule.targets if "/from-" in place}):
        if not place.startswith(pod.storage) or not place.endswith("/"):
            continue
        async with aclosing(pod.walk(place)) as walk:
            async for listing in walk:
                if listing.failure is not None:
                    if not isinstance(listing.failure, Missing):
                        unread.append((listing.url.removeprefix(pod.storage), str(listing.failure)))
                    continue
                for url, when in listing.members:
                    if not url.endswith("/"):
                        out += [_moment(when)] * await _count(pod, url, unread) if when else []
    return tuple(out)


def _moment(when: str) -> datetime:
    found = datetime.fromisoformat(when)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


async def _count(pod: Pod, url: str, unread: list[tuple[str, str]]) -> int:
    try:
        reply = await pod.get(url, accept=_TURTLE)
        return len(told_in(reply.body, reply.url))
    except LifepodError as error:
        unread.append((url.removeprefix(pod.storage), str(error)))
        return 0


# What was not kept


def breach_of(account: Account, clause: str, now: str) -> tuple[str, Event]:
    """A note that a promise was not kept in time, and how its file's name begins; raises :class:`Missing` for none.

    It states a fact with its dates: the earliest day that passed without word. Payments and notes fall due again and
    again: each of their days has a note of its own.
    """
    late = [row for row in account.rows if row.state == "overdue" and row.clause.rpartition("#")[2] == clause]
    if not late:
        raise Missing(f"Nothing is overdue under {plain(clause, 60)}.", advice="`lifepod ledger` shows what is.")
    row, case = min(late, key=lambda one: one.due_by), account.case
    name = clause if row.kind == "delete" else f"{clause}-{row.due_by[:10]}"
    revoked = case.event(Step.REVOCATION) if row.kind == "delete" else None
    return f"{case.id}-{name}", Event(
        root=address_of(case.policy.root, f"breach-{name}"),
        step=Step.BREACH,
        actor=case.policy.assigner,
        published=now,
        object=case.policy.root,
        graph_digest=case.digest,
        about=(row.clause,),
        due_by=row.due_by,
        because=(reason("nothing-received"),),
        derived_from=revoked.root if revoked else "",
    )


def says_of(row: Row) -> str:
    """The plain sentence of the clause a row is about; what the row itself says where it is about none."""
    name = row.clause.rpartition("#")[2]
    return CLAUSES[name].says if name in CLAUSES else row.says
