"""Agreements in words, as the screen shows them: terms, duties, what happened, what was promised and came of it.

It refuses to say that a promise was kept because the vendor says so, and to boil the answers of a check down to one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from textual.content import Content

from lifepod.owner.standing import COPIES, account_as_rows, case_as_value, fingerprint, sums_in_words, whole_as_value
from lifepod.owner.statements import clauses_as_value
from lifepod.plain import plain
from lifepod.tui.preview import failure_words as failure_words  # why something of it is not known
from lifepod.tui.views import ALERT as ALERT  # how its words are painted
from lifepod.tui.views import QUIET as QUIET
from lifepod.tui.views import TITLE, TONES, clause_words, day, line, moment, shown
from lifepod.tui.words import brief, place_name

if TYPE_CHECKING:
    from lifepod.owner.standing import Account, Case, Ledger
    from lifepod.owner.verifying import Verified

_STATES = {"open": "$text-success", "overdue": "bold $text-error", "missed": "bold $text-error", "due": ALERT}


def due_in(case: Case) -> str:
    """What is still owed, in short; empty where nothing is."""
    found = [one for one in case.life.duties if not one.state.startswith("attested")]
    return ", ".join(f"{one.clause} {one.state} {one.due_by[:10]}".strip() for one in found)


def case_row(case: Case) -> Content:
    """Who, how it stands since when, until when, what is owed."""
    life, owed = case.life, due_in(case)
    state = plain(life.state, 40)
    lines = [
        Content.styled(brief(case.policy.assignee, ""), "bold"),
        Content.assemble("  ", (state, _STATES.get(state, "")), f" since {day(life.since)}"),
        Content.styled(f"  until {day(life.until) or 'no end'}", QUIET),
    ]
    return Content("\n").join([*lines, *([Content.styled(f"  {plain(owed, 200)}", ALERT)] if owed else [])])


def case_words(case: Case, storage: str, promises: Iterable[Content]) -> Iterator[Content]:
    """An agreement whole; ``promises``: what became of them, in words."""
    life, value = case.life, whole_as_value(case)
    yield line("Who", (plain(case.policy.assignee, 300), "bold"))
    yield line("State", (plain(life.state, 40), _STATES.get(life.state, "")), f" since {moment(life.since)}")
    yield line("Until", moment(life.until) or "no end")
    yield line("Terms", plain(case_as_value(case)["terms"], 120))
    for number, signer in enumerate(sorted(case.signers)):
        yield line("" if number else "Signed", f"by {plain(signer, 200)}")
    if not case.signers:
        yield line("Signed", "by nobody")
    yield line("Id", case.id)
    yield line("Digest", f"graph {fingerprint(case.digest)}")
    yield line("", f"bytes {fingerprint(case.main.digest)}")
    if case.forked:
        yield Content.styled("Two texts stand under its one name.", ALERT)
    yield from _duties(case)
    yield from promises
    yield Content.styled("\nWhat happened", TITLE)
    events = value["events"]
    assert isinstance(events, list)
    if not events:
        yield Content("Nothing since it was signed.")
    for one in events:
        yield Content(f"• {moment(str(one['at']))}  {plain(one['step'], 40)}  by {plain(one['by'], 200)}")
    yield from (Content.styled(f"Not counted: {plain(url, 200)}: {plain(why)}", ALERT) for url, why in case.amiss)
    yield Content.styled("\nWhat was agreed", TITLE)
    yield from clause_words(clauses_as_value(case.policy), storage)


def _duties(case: Case) -> Iterator[Content]:
    if not case.life.duties:
        return
    yield Content.styled("\nWhat is owed after the end", TITLE)
    for one in case.life.duties:
        amiss = f" (what came settles nothing: {plain(one.amiss)})" if one.amiss else ""
        said = (plain(one.state, 60), _STATES.get(one.state, ""))
        yield Content.assemble(f"• {plain(one.clause, 80)}: ", said, f", by {day(one.due_by) or 'no day'}{amiss}")


def ledger_words(found: Ledger, storage: str) -> Iterator[Content]:
    """What was promised beside what is known of it."""
    yield Content.styled("\nWhat became of the promises", TITLE)
    for account in found.accounts:
        yield from _account(account)
    for path, why in found.unread:
        said = f"• unknown: {place_name(path, storage)} could not be read ({plain(why)}); a match may be missing"
        yield Content.styled(said, ALERT)


def _account(account: Account) -> Iterator[Content]:
    rows = account_as_rows(account)
    if not rows:
        yield Content("It promises nothing that is tracked.")
    for clause, due_by, amount, state, says in rows:
        money = f" {plain(amount, 60)}" if amount != "-" else ""
        by = f" by {plain(due_by, 20)}" if due_by != "-" else ""
        tone = _STATES.get(state, "bold")
        yield Content.assemble(f"• {plain(clause, 80)}{money}{by}: ", (plain(state, 40), tone))
        yield Content.styled(f"  {plain(says, 300)}", QUIET)
    sums = sums_in_words(account)
    if sums:
        yield Content(plain(sums))


# A check


def check_words(found: Verified, copy: str) -> Iterator[Content]:
    """Four answers and how both copies compare: signatures, keys as copied, keys now, how it stands."""
    verdict = found.verdict
    good = len({one.by for one in verdict.signatures if one.counts})
    signed = "yes" if verdict.is_signed else "no"
    said = f", {good} of {len(verdict.wanted)} count"
    yield Content.assemble(("1  Are the signatures valid? ", "bold"), (signed, TONES[signed]), said)
    for one in verdict.signatures:
        amiss = f": {plain(one.amiss)}" if one.amiss else ""
        by = plain(one.by, 200) or "nobody named"
        yield Content(f"   {one.fit}: {by}, dated {moment(one.created)}{amiss}")
    yield Content.styled("2  Do the kept copies of the profiles show the keys?", "bold")
    yield from _keys((one.by, str(one.shown), one.at) for one in verdict.cached)
    yield Content.styled("3  Do the profiles show the keys now?", "bold")
    yield from _keys(((one.by, str(one.shown), one.at) for one in verdict.live), now=True)
    since = f" since {moment(found.case.life.since)}" if found.case else ""
    yield Content.assemble(("4  How does it stand? ", "bold"), f"{plain(verdict.status, 40)}{since}")
    yield Content.assemble(("\nBoth copies: ", "bold"), plain(COPIES.get(copy, copy)))
    yield Content.styled(
        "\nA signature shows control of a WebID document. It proves no time and no legal person.\n"
        "Anyone can check it from files: lifepod agreements ID --record > FILE, then lifepod verify FILE.",
        QUIET,
    )


def _keys(answers: Iterable[tuple[str, str, str]], *, now: bool = False) -> Iterator[Content]:
    for by, word, at in answers:
        answer, why = shown(word, at)
        why = f"asked at {moment(at)}" if now and answer == "yes" else why
        yield Content.assemble("   ", (answer, TONES[answer]), f": {plain(by, 200)}, {why}")
