"""Agreements and what became of their promises: in sentences for people, as plain values for ``--json``.

It refuses to say more than is known: a claim is the vendor's word, a match two records that look alike, and overdue a
day that passed without word.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from decimal import Decimal

from lifepod.access.plans import Plan
from lifepod.owner.agreements import Ended
from lifepod.owner.ledger import Account as Account  # what is stated, for doors that name it
from lifepod.owner.ledger import Case as Case
from lifepod.owner.ledger import Ledger as Ledger
from lifepod.owner.ledger import Row, says_of, sums_of
from lifepod.owner.statements import clauses_as_value, clauses_in_words, opens, told_in_words
from lifepod.owner.words import Value, plan_as_value, plan_in_words
from lifepod.parties.cases import dues_at
from lifepod.plain import plain
from lifepod.terms.events import Event
from lifepod.terms.words import title_of

COPIES = {
    "identical": "the vendor holds the very same bytes",
    "same graph, other bytes": "the vendor's copy says the same, in other bytes",
    "different": "the vendor's copy says something else",
    "not readable": "the vendor's copy could not be read: nothing is known of it",
}
"""What comparing two copies found, in words."""


def fingerprint(digest: str) -> str:
    """The first 16 hex digits of a digest, in fours, as people compare them."""
    try:
        raw = base64.urlsafe_b64decode(digest[1:] + "=" * (-len(digest[1:]) % 4))[2:10]
    except ValueError:
        return plain(digest, 20)
    return " ".join(raw.hex()[at : at + 4] for at in range(0, 16, 4))


def _is_due(state: str) -> bool:
    return not state.startswith("attested")


# Agreements


def case_as_value(case: Case) -> Value:
    """An agreement in short: ``id vendor terms state since until opens duties graph_digest bytes_digest``."""
    policy, life = case.policy, case.life
    value: Value = {"id": case.id, "vendor": policy.assignee, "terms": _terms(case), "state": life.state}
    value |= {"since": life.since, "until": life.until, "opens": opens(policy)}
    value["duties"] = [
        {"clause": one.clause, "due_by": one.due_by, "state": one.state, "amiss": one.amiss} for one in life.duties
    ]
    return value | {"graph_digest": case.digest, "bytes_digest": case.main.digest, "url": case.main.url}


def _terms(case: Case) -> str:
    return case.policy.under.partition("#")[0].rpartition("/")[2]


def case_as_row(case: Case) -> tuple[str, ...]:
    """The first 8 digits of its id, vendor, terms, state, since, until, duties that are due."""
    due = [f"{one.clause} {one.state} {one.due_by[:10]}" for one in case.life.duties if _is_due(one.state)]
    life = case.life
    cells = (case.id[:8], case.policy.assignee, _terms(case), life.state, life.since[:10], life.until[:10] or "no end")
    return tuple(plain(cell, 120) for cell in (*cells, ", ".join(due) or "-"))


def whole_as_value(case: Case, dialect: str = "") -> Value:
    """An agreement with its clauses and events."""
    value = case_as_value(case) | {"signers": sorted(case.signers), "clauses": clauses_as_value(case.policy, dialect)}
    value["events"] = [_event(event) | {"url": filed.url} for filed, event in case.events]
    return value | {"amiss": [{"url": url, "why": why} for url, why in case.amiss], "forked": case.forked}


def _event(event: Event) -> Value:
    return {"step": str(event.step), "at": event.published, "by": event.actor, "id": event.root}


def whole_in_words(case: Case, copy: str = "", dialect: str = "") -> list[str]:
    """An agreement for people: clauses, events in order, digests, duties, and how the copies compare."""
    policy, life = case.policy, case.life
    lines = [title_of(policy), f"  id       {case.id}", f"  vendor   {plain(policy.assignee, 200)}"]
    lines += [f"  state    {life.state} since {life.since}", f"  until    {life.until or 'no end'}"]
    lines += [f"  signed   {', '.join(plain(one, 200) for one in sorted(case.signers)) or 'by nobody'}"]
    lines += [f"  graph    {fingerprint(case.digest)}", f"  bytes    {fingerprint(case.main.digest)}"]
    lines += [f"  copy     {COPIES.get(copy, copy)}"] if copy else []
    lines += ["It says:", *clauses_in_words(policy, dialect)]
    if case.events:
        lines.append("What happened:")
        lines += [f"  {event.published}  {event.step}  by {plain(event.actor, 200)}" for _, event in case.events]
    if life.duties:
        lines.append("What is owed:")
        lines += [f"  {one.clause}: {one.state}, by {one.due_by or 'no day'}{_amiss(one.amiss)}" for one in life.duties]
    return lines + [f"  Not counted: {plain(url, 200)}: {plain(why)}" for url, why in case.amiss]


def _amiss(why: str) -> str:
    return f" (what came settles nothing: {plain(why)})" if why else ""


def closing_in_words(case: Case, plans: Iterable[Plan], now: str) -> list[str]:
    """What ending an agreement at a time would close, and what the vendor would owe from then on."""
    lines = [title_of(case.policy), "Ending it would change:"]
    lines += [f"  {line}" for plan in plans for line in plan_in_words(plan)]
    for due in dues_at(case.policy, case.policy.root, now):
        lines.append(f"  The vendor would owe {due.fulfils.rpartition('#')[2]} by {due.by or 'no day to be told'}.")
    return lines


def closing_as_values(plans: Iterable[Plan]) -> list[Value]:
    """The plans as plain values."""
    return [plan_as_value(plan) for plan in plans]


def ended_as_value(ended: Ended) -> Value:
    """``record closed dues told untold``."""
    closed = [{"place": one.plan.wish.place, "confirmed_at": one.confirmed_at} for one in ended.outcomes]
    dues = [{"clause": clause, "due_by": day} for clause, day in ended.dues]
    return {"record": ended.record, "closed": closed, "dues": dues, "told": ended.told, "untold": ended.untold}


def ended_in_words(ended: Ended) -> list[str]:
    """The same for people."""
    lines = [f"Ended, and signed: {ended.record}"]
    lines += [
        f"Closed, confirmed by a fresh look at {one.confirmed_at}: {one.plan.wish.place}" for one in ended.outcomes
    ]
    lines += [f"The vendor owes {clause} by {day or 'no day that can be told'}." for clause, day in ended.dues]
    return [
        *lines,
        "What was read before stays with whoever read it.",
        told_in_words(told=ended.told, why=ended.untold),
    ]


# Ledger


def ledger_as_value(found: Ledger) -> Value:
    """Rows and sums of each agreement, each currency for itself."""
    accounts = [
        {
            "agreement": one.case.id,
            "vendor": one.case.policy.assignee,
            "state": one.case.life.state,
            "rows": [_row(row) for row in one.rows],
            "sums": {state: _sums(one.rows, state) for state in STATES},
        }
        for one in found.accounts
    ]
    return {"accounts": accounts, "unread": [{"path": path, "why": why} for path, why in found.unread]}


STATES = ("promised", "claimed", "matched", "possible", "overdue")
"""States of payments that are summed up."""


def _row(row: Row) -> Value:
    value: Value = {"clause": row.clause.rpartition("#")[2], "kind": row.kind, "due_by": row.due_by}
    value |= {"state": row.state, "amount": _number(row.amount), "currency": row.currency}
    return value | {"claim": row.claim, "match": row.match, "says": row.says}


def _number(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _sums(rows: Iterable[Row], state: str) -> dict[str, str]:
    return {currency: f"{amount:f}" for currency, amount in sorted(sums_of(rows, state).items())}


def account_as_rows(account: Account) -> list[tuple[str, ...]]:
    """Clause, due by, amount, state and what it says, of each row."""
    return [
        (
            row.clause.rpartition("#")[2] or "-",
            row.due_by[:10] or "-",
            f"{_number(row.amount)} {row.currency}" if row.amount is not None else "-",
            row.state,
            plain(row.says or says_of(row), 160),
        )
        for row in account.rows
    ]


def sums_in_words(account: Account) -> str:
    """What the payments of an agreement come to, state by state; empty where it promises none."""
    parts = []
    for state in STATES:
        sums = _sums(account.rows, state)
        parts += [f"{state} {' + '.join(f'{amount} {currency}' for currency, amount in sums.items())}"] if sums else []
    return "Money: " + ", ".join(parts) if parts else ""
