"""Commands about agreements: ``agreements``, ``end`` and ``ledger``.

It refuses to call a promise kept because the vendor says so, and to end one without showing what closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import click

from lifepod.cli.asking import How, declined, how, tell
from lifepod.cli.options import Common, common, gathered
from lifepod.cli.say import run, table
from lifepod.errors import LifepodError, Missing
from lifepod.plain import plain

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk, Papers
    from lifepod.owner.standing import Account, Case, Ledger

HEAD = ("id", "vendor", "terms", "state", "since", "until", "still owed")


def _desk(options: Common) -> Desk:
    from lifepod.owner.desk import Desk

    return Desk.open(options.profile)


@dataclass(frozen=True, slots=True)
class Form:
    """How to show agreements."""

    compare: bool
    record: bool


@click.command()
@click.argument("which", required=False)
@click.option("--compare", is_flag=True, help="Look whether the vendor holds the same bytes.")
@click.option("--record", is_flag=True, help="Print the signed record (JSON-LD), the bytes both sides keep.")
@common
@gathered(Form)
def agreements(options: Common, form: Form, which: str | None) -> None:
    """What you agreed with whom, and how it stands.

    WHICH is an id or the beginning of one: its clauses, who keeps each, what happened, and what is still owed. Of the
    digests people compare the first 16 digits.

    \b
    Examples: lifepod agreements    lifepod agreements 6a0c2f4e --compare
              lifepod agreements 6a0c2f4e --record > agreement.jsonld
    --json: {"agreements": [{"id", "vendor", "terms", "state", "since", "until", "opens",
            "duties": [{"clause", "due_by", "state", "amiss"}], "graph_digest", "bytes_digest", "url", "copy"}],
            "unreadable": [{"folder", "why"}]}; copy is null without --compare.
            With WHICH: that one, with "signers", "clauses", "events": [{"step", "at", "by", "id", "url"}], "amiss",
            "forked"
    """
    if which is None:
        if form.record:
            raise click.UsageError("Say which one: lifepod agreements ID --record.")
        run(_list(options, form))
    else:
        run(_one(options, form, which))


async def _list(options: Common, form: Form) -> None:
    from lifepod.owner.standing import COPIES, case_as_row, case_as_value

    async with _desk(options) as desk:
        papers = await desk.papers()
        found, amiss = await papers.agreements()
        copies = {case.id: await _copy(papers, case) for case in found} if form.compare else {}
        words = table(HEAD, [case_as_row(case) for case in found]) if found else ["No agreements yet."]
        words += [f"{case.id[:8]}: {COPIES.get(copies[case.id], copies[case.id])}" for case in found if copies]
        words += [f"Could not be read: {folder} ({why})" for folder, why in amiss]
        values = [case_as_value(case) | {"copy": copies.get(case.id)} for case in found]
        unread = [{"folder": folder, "why": why} for folder, why in amiss]
        options.voice.data({"agreements": values, "unreadable": unread}, words)


async def _copy(papers: Papers, case: Case) -> str:
    """How the vendor's copy compares; what could not be looked at is not known."""
    try:
        return await papers.compare(case)
    except LifepodError as error:
        return f"not readable: {plain(error)}"


async def _one(options: Common, form: Form, which: str) -> None:
    from lifepod.owner.standing import whole_as_value, whole_in_words

    async with _desk(options) as desk:
        papers = await desk.papers()
        case = await papers.agreement(which)
        if form.record:
            options.voice.document(case.main.body)
            return
        copy = await _copy(papers, case) if form.compare else ""
        options.voice.data(whole_as_value(case) | {"copy": copy or None}, whole_in_words(case, copy))


@click.command()
@click.argument("which")
@how
@common
@gathered(How)
def end(options: Common, way: How, which: str) -> None:
    """End an agreement: close what it opened, and sign that.

    Access is closed and looked at first, then the end is signed and the vendor told. What the vendor promised for the
    end falls due from then on. What was read before stays with whoever read it.

    \b
    Examples: lifepod end 6a0c2f4e --dry-run    lifepod end 6a0c2f4e
    --json: {"id", "plans": [as in revoke], "applied", "record", "closed": [{"place", "confirmed_at"}],
            "dues": [{"clause", "due_by"}], "told", "untold"}
    """
    run(_end(options, way, which))


async def _end(options: Common, way: How, which: str) -> None:
    from lifepod.owner.standing import closing_as_values, closing_in_words, ended_as_value, ended_in_words

    voice = options.voice
    async with _desk(options) as desk:
        papers = await desk.papers()
        case = await papers.agreement(which)
        plans = await papers.rehearse_end(case, partial(voice.progress, "looking at who has access"))
        voice.clear()
        tell(voice, closing_in_words(case, plans, papers.now))
        said = declined(voice, way, f"End the agreement with {case.policy.assignee}?")
        value = {"id": case.id, "plans": closing_as_values(plans), "applied": not said}
        if said:
            voice.data(value, [said])
            return
        ended = await papers.end(case, voice.progress)
        voice.clear()
        voice.data(value | ended_as_value(ended), ended_in_words(ended))


# Promises


@dataclass(frozen=True, slots=True)
class Noting:
    """What is to be put on record."""

    breach: str
    dry_run: bool
    yes: bool


@click.command()
@click.argument("which", required=False)
@click.option("--breach", default="", metavar="CLAUSE", help="Sign a note that this promise was not kept in time.")
@how
@common
@gathered(Noting)
def ledger(options: Common, noting: Noting, which: str | None) -> None:
    """What vendors promised, and what is known of it.

    WHICH is a vendor's WebID or part of it, or the beginning of an agreement's id. "claimed" and "attested" are the
    vendor's word; "matched" and "possible" are records of your bank that look alike; "overdue" is a day that passed
    without word. Nothing is added up across currencies. A note of a breach stays with you.

    \b
    Examples: lifepod ledger    lifepod ledger shop.example    lifepod ledger 6a0c2f4e --breach delete-at-end
    --json: {"accounts": [{"agreement", "vendor", "state", "rows": [{"clause", "kind", "due_by", "state", "amount",
            "currency", "claim", "match", "says"}], "sums": {STATE: {CURRENCY: AMOUNT}}}],
            "unread": [{"path", "why"}], "breach": null or {"record", "applied"}}
    """
    run(_ledger(options, noting, which))


async def _ledger(options: Common, noting: Noting, which: str | None) -> None:
    from lifepod.owner.standing import ledger_as_value

    voice = options.voice
    async with _desk(options) as desk:
        papers = await desk.papers()
        cases = _meant((await papers.agreements())[0], which or "")
        found = await papers.ledger(cases)
        words = _words(found)
        value = ledger_as_value(found) | {"breach": None}
        if noting.breach:
            if len(cases) != 1:
                raise click.UsageError("Say of which agreement: lifepod ledger ID --breach CLAUSE.")
            tell(voice, words)
            words = await _note(options, papers, noting, found, value)
        voice.data(value, words)


def _meant(cases: tuple[Case, ...], which: str) -> tuple[Case, ...]:
    found = tuple(case for case in cases if _is_meant(case, which))
    if which and not found:
        raise Missing(
            f"{plain(which, 80)} is no agreement and no vendor of one.", advice="`lifepod agreements` lists them."
        )
    return found


def _is_meant(case: Case, which: str) -> bool:
    by_id = len(which) >= 4 and case.id.startswith(which.lower().removeprefix("urn:uuid:"))
    return by_id or which in case.policy.assignee


async def _note(options: Common, papers: Papers, noting: Noting, found: Ledger, value: dict[str, object]) -> list[str]:
    """Sign a note of a breach where that is wanted; what is to be said of it."""
    account = found.accounts[0]
    papers.must_be_overdue(account, noting.breach)
    question = f"Sign a note that {noting.breach} was not kept in time?"
    said = declined(options.voice, How(noting.dry_run, noting.yes), question)
    if said:
        value["breach"] = {"record": "", "applied": False}
        return [said]
    done = await papers.note_breach(account.case, noting.breach)
    value["breach"] = {"record": done.url, "applied": True}
    return [f"Noted, and signed: {done.url}", "It stays with you: nobody was told."]


def _words(found: Ledger) -> list[str]:
    lines: list[str] = []
    for account in found.accounts:
        lines += [*([""] if lines else []), *_account(account)]
    lines = lines or ["No agreements yet, so nothing is promised."]
    return lines + [f"Could not look: {path} ({why}); a match may be missing." for path, why in found.unread]


def _account(account: Account) -> list[str]:
    from lifepod.owner.standing import account_as_rows, sums_in_words

    case = account.case
    lines = [f"{case.policy.assignee}  {case.id[:8]}  {case.life.state} since {case.life.since[:10]}"]
    rows = account_as_rows(account)
    lines += [f"  {line}" for line in table(("clause", "due by", "amount", "state", "what is known"), rows)]
    sums = sums_in_words(account)
    return [*lines, *([f"  {sums}"] if sums else [])]
