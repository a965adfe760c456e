"""The ledger of a vendor in words: what the pod keeps by itself, what was promised, what came, what is overdue.

It refuses to say that money moved or data is gone: there are promises, the vendor's word, and records that look alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from lifepod.owner.standing import account_as_rows, case_as_value, sums_in_words
from lifepod.owner.statements import clauses_as_value
from lifepod.plain import plain
from lifepod.tui.picture import Trouble as Trouble  # what its screens tell
from lifepod.tui.views import ALERT as ALERT  # and how their words are painted
from lifepod.tui.views import QUIET as QUIET
from lifepod.tui.views import TITLE as TITLE
from lifepod.tui.views import day, line, moment
from lifepod.tui.words import brief as brief

if TYPE_CHECKING:
    from lifepod.owner.standing import Account
    from lifepod.owner.standing import Case as Case
    from lifepod.owner.standing import Ledger as Ledger
    from lifepod.tui.widgets.picks import Part, Picked

MEANS = {
    "promised": "The vendor's word; its day has not come.",
    "due": "It has fallen due; its day has not passed.",
    "overdue": "Its day passed without word.",
    "claimed": "The vendor's word; nothing of your own beside it.",
    "attested": "The vendor's signed word that it was done. It proves nothing.",
    "matched": "A record of your bank looks alike. Two records that look alike are no proof.",
    "possible": "A record of your bank may be it: do you know it?",
    "missed": "Its day passed without word.",
    "seen": "Records came to lie in your pod.",
    "not counted": "It answers none of the promises.",
}
"""What each state says, and does not say."""
_BY = {
    "pod": "your pod's rules keep it",
    "pod, by guard": "your pod's rules keep it, each time guard runs",
    "vendor": "the vendor promises it",
    "unknown": "it is not understood",
}
_TONES = {
    "overdue": "bad",
    "missed": "bad",
    "not counted": "alert",
    "possible": "alert",
    "due": "alert",
    "matched": "good",
}
_CLAUSE = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """What one line of the ledger is about."""

    case: Case
    title: str
    lines: tuple[Content, ...]
    breach: str = ""
    """Clause of which a note of a breach can be signed; empty where nothing is overdue."""
    match: str = ""
    """Address of the record of the journal that looks alike."""


@dataclass(frozen=True, slots=True)
class Page:
    """All lines, each with what it is about."""

    rows: tuple[Picked, ...]
    entries: tuple[Entry | None, ...]


def page_of(found: Ledger, storage: str) -> Page:
    """The ledger line by line, agreement by agreement."""
    lines = [one for account in found.accounts for one in _account(account, storage)]
    for path, why in found.unread:
        said = f"unknown: {plain(path, 300)} could not be read ({plain(why)}); a match may be missing"
        lines.append((((said, "alert"),), None))
    keys = [("journal", entry.match) if entry is not None and entry.match else None for _, entry in lines]
    rows = tuple((key, row) for key, (row, _) in zip(keys, lines, strict=True))
    return Page(rows, tuple(entry for _, entry in lines))


_Line = tuple[tuple["Part", ...], Entry | None]


def _account(account: Account, storage: str) -> Iterator[_Line]:
    case, life = account.case, account.case.life
    terms = plain(case_as_value(case)["terms"], 60)
    until = f", until {day(life.until)}" if life.until else ", no end"
    about = Entry(case, f"Agreement {case.id}", tuple(_about(case)))
    yield (
        ((f"{case.id[:8]}  {terms}  ", "title"), (f"{plain(life.state, 40)} since {day(life.since)}{until}", "")),
        about,
    )
    sums = sums_in_words(account)
    if sums:
        yield (((f"  {plain(sums, 400)}", "name"),), about)
    tracked = {row.clause for row in account.rows}
    clauses = clauses_as_value(case.policy)
    kept = [one for one in clauses if str(one["by"]).startswith("pod")]
    rest = [one for one in clauses if one not in kept and one["node"] not in tracked]
    yield from _clauses("Enforced by the pod", kept, (case, storage))
    yield from _tracked(account)
    yield from _clauses("Promised by the vendor; nothing here tells whether it is kept", rest, (case, storage))
    yield from _came(case)
    yield ((), None)


def _about(case: Case) -> Iterator[Content]:
    yield line("Vendor", plain(case.policy.assignee, 300))
    for one in case.life.duties:
        amiss = f" (what came settles nothing: {plain(one.amiss)})" if one.amiss else ""
        yield line("Owed", f"{plain(one.clause, 80)}: {plain(one.state, 60)}, by {day(one.due_by) or 'no day'}{amiss}")
    yield from (Content.styled(f"Not counted: {plain(url, 300)}: {plain(why)}", ALERT) for url, why in case.amiss)


def _clauses(title: str, clauses: Sequence[dict[str, object]], at: tuple[Case, str]) -> Iterator[_Line]:
    if not clauses:
        return
    yield (((f"  {title}", "quiet"),), None)
    case, storage = at
    for one in clauses:
        name, says = plain(one["clause"], 80), plain(one["says"], 400)
        detail = plain(str(one["detail"]).replace(storage, "") or ("the whole pod" if one["detail"] else ""), 600)
        words = [Content(says), *([Content(detail)] if detail else [])]
        words.append(Content.styled(f"{_BY.get(str(one['by']), _BY['unknown'])}.".capitalize(), QUIET))
        yield (
            ((f"    {_fit(name, _CLAUSE)}  ", "name"), (says, ""), (f"  {detail}", "quiet")),
            Entry(case, name, tuple(words)),
        )


def _tracked(account: Account) -> Iterator[_Line]:
    if not account.rows:
        return
    yield (((f"  {'Promised by the vendor':{_CLAUSE + 2}}  {'by':10}  {'amount':10}  state", "quiet"),), None)
    for row, cells in zip(account.rows, account_as_rows(account), strict=True):
        clause, due_by, amount, state, says = (plain(cell, 160) for cell in cells)
        overdue = clause if row.state == "overdue" else ""
        parts = (
            (f"    {_fit(clause, _CLAUSE)}  ", "name"),
            (f"{_fit(due_by, 10)}  {_fit(amount, 10)}  ", ""),
            (state, _TONES.get(row.state.split()[0] if row.state.startswith("attested") else row.state, "")),
        )
        entry = Entry(account.case, clause, tuple(_entry(row.state, says, (row.claim, row.match))), overdue, row.match)
        yield (parts, entry)


def _entry(state: str, says: str, papers: tuple[str, str]) -> Iterator[Content]:
    yield Content(says)
    means = MEANS.get("attested" if state.startswith("attested") else state, "")
    if means:
        yield Content.assemble((plain(state, 60), "bold"), f": {means}")
    claim, match = papers
    if claim:
        yield line("Receipt", (plain(claim, 400), QUIET))
    if match:
        yield line("Bank", (plain(match, 400), QUIET))
    if state == "overdue":
        yield Content.styled("b signs a note that it was not kept in time. The note stays with you.", ALERT)


def _came(case: Case) -> Iterator[_Line]:
    """Receipts, attestations and notes: signed by the vendor, in order of time."""
    vendor = case.policy.assignee
    found = [event for _, event in case.events if event.actor == vendor]
    if not found:
        return
    yield ((("  Signed by the vendor", "quiet"),), None)
    for event in found:
        about = ", ".join(one.rpartition("#")[2] for one in event.fulfils)
        money = f" {event.price} {event.currency}" if event.price else ""
        words = [line("Record", (plain(event.root, 400), QUIET))]
        words += [line("Paid at", f"{moment(event.paid_at)}, says the vendor")] if event.paid_at else []
        words += [line("Says", plain(event.description, 600))] if event.description else []
        said = f"{plain(event.step, 40)}{plain(money, 60)}" + (f" for {plain(about, 200)}" if about else "")
        head = (f"    {_fit(moment(event.published).removesuffix(' UTC'), _CLAUSE)}  ", "")
        yield ((head, (said, "name")), Entry(case, said, tuple(words)))


def entry_words(entry: Entry | None) -> Content:
    """What the picked line is about."""
    if entry is None:
        return Content("")
    return Content("\n").join([Content.styled(entry.title, TITLE), *entry.lines])


def breach_words(account: Account, clause: str) -> Iterator[Content]:
    """What a note of a breach would state."""
    case = account.case
    late = [row for row in account.rows if row.state == "overdue" and row.clause.rpartition("#")[2] == clause]
    first = min(late, key=lambda row: row.due_by)
    yield line("With", (plain(case.policy.assignee, 300), "bold"))
    yield line("Agreement", case.id)
    yield line("Clause", f"{plain(clause, 80)}: {plain(first.says, 300)}" if first.says else plain(clause, 80))
    yield line("Due by", moment(first.due_by) or "no day")
    yield Content(
        "\nThe note states that this day passed and nothing was received. It is signed by you, dated now, and stays in "
        "your pod: nobody is told. It gives no other reason, and closes nothing."
    )
    if len(late) > 1:
        yield Content.styled(f"{len(late)} days passed without word; this note is about the earliest.", ALERT)
    yield Content.styled(f"\nThe same as: lifepod ledger {case.id[:8]} --breach {plain(clause, 80)}", QUIET)


def _fit(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text)) if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"
