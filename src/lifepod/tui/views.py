"""Requests in words, as the screen shows them: who asks, whether it is proved, what they would see, what it changes.

It refuses to show unknown as no, to mix the vendor's words with ours, and to call a promise kept by the pod.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from lifepod.errors import TooBig
from lifepod.owner.intake import reasons
from lifepod.owner.statements import clauses_as_value, opens, request_as_value
from lifepod.plain import plain
from lifepod.tui.preview import REVOKED, plan_words
from lifepod.tui.words import brief, place_name

if TYPE_CHECKING:
    from lifepod.owner.desk import Plan
    from lifepod.owner.sifting import Letter
    from lifepod.owner.statements import Inbox, Request, View

TITLE, QUIET, ALERT = "bold $text-primary", "$foreground 70%", "$text-warning"
KEEPS = {
    "pod": ("enforced by the pod", "$text-success"),
    "pod, by guard": ("enforced by the pod, each time guard runs", "$text-success"),
    "vendor": ("promised by the vendor", ALERT),
    "unknown": ("not understood", "bold $text-error"),
}
"""Who keeps a clause, and its colour."""
TONES = {"yes": "bold $text-success", "no": "bold $text-error", "unknown": f"italic {ALERT}"}
SHOWN = {
    "yes": ("yes", "in the copy of {at}"),
    "no": ("no", "the profile of {at} does not show it"),
    "withdrawn": ("no", "withdrawn on {at}"),
    "no copy": ("unknown", "there is no copy of the profile"),
    "unreachable": ("unknown", "the profile could not be reached"),
    "not asked": ("unknown", "nobody asked"),
}
"""What a WebID document says of a key, as yes, no or unknown, and why."""
_LABEL = 10
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d)?Z\Z")


def line(label: str, *parts: str | tuple[str, str]) -> Content:
    """A labelled line."""
    return Content.assemble((label.ljust(_LABEL), QUIET), *parts)


def shown(word: str, at: str) -> tuple[str, str]:
    """Yes, no or unknown, and why; what is not known here is unknown."""
    answer, why = SHOWN.get(word, ("unknown", plain(word)))
    return answer, why.format(at=moment(at) or "no date")


def day(stamp: str) -> str:
    """The day of a stamp."""
    return plain(stamp[:10], 10)


def moment(stamp: str) -> str:
    """A UTC stamp as a person reads it; anything else as it is."""
    found = _STAMP.match(stamp)
    return f"{found[1]} {found[2]} UTC" if found else plain(stamp, 60)


# The list


def state_of(request: Request) -> str:
    """How it stands, in a word or two."""
    if request.begun:
        return "signed, not opened yet"
    if request.completed:
        return "your counter-offer, signed"
    return plain(request.state, 40)


def purpose_of(request: Request) -> str:
    """What they want it for: the label of the purpose; empty where none is named."""
    said = [str(one["detail"]) for one in clauses_as_value(request.case.policy) if one["clause"] == "purpose"]
    return ", ".join(dict.fromkeys(said))


def request_row(request: Request, storage: str) -> Content:
    """Number, who and since when; what for; what and how it stands."""
    number = str(request.number) if request.number else "-"
    since = day(request.case.life.since)
    return Content("\n").join(
        [
            Content.assemble((f"{number:>2} ", "bold $text-accent"), (brief(request.case.policy.assignee, ""), "bold")),
            Content(f"   {state_of(request)} since {since}"),
            Content.styled(f"   {purpose_of(request) or 'no purpose named'}", QUIET),
            Content.styled(f"   {_opened(opens(request.case.policy, storage))}", QUIET),
        ]
    )


def _opened(said: str) -> str:
    """What it opens, reading first: the list is narrow, and that is what matters most."""
    return "; ".join(sorted(said.split("; "), key=lambda part: not part.startswith("read")))


def in_order(requests: tuple[Request, ...]) -> tuple[Request, ...]:
    """Those that wait, by number; then the others, the newest first."""
    waiting = sorted((one for one in requests if one.number), key=lambda one: one.number)
    others = sorted((one for one in requests if not one.number), key=lambda one: one.first_seen, reverse=True)
    return (*waiting, *others)


# One request


def clause_words(clauses: Iterable[dict[str, object]], storage: str) -> Iterator[Content]:
    """Each clause, and whether the pod enforces it or the vendor promises it; what is opened is named once."""
    opened = set[str]()
    for one in clauses:
        word, tone = KEEPS.get(str(one["by"]), KEEPS["unknown"])
        yield Content.assemble("• ", plain(one["says"], 400), "  ", (f"[{word}]", tone))
        detail = str(one["detail"])
        places, comma, rest = detail.partition(", within ")
        said = f"within {rest}" if comma and places in opened else "" if detail in opened else detail
        if said:
            yield Content.styled(f"  {plain(said.replace(storage, '') or 'the whole pod', 600)}", QUIET)
        opened |= {detail} if one["clause"] in ("read", "append", "change") else set()


def changed_words(asked: list[dict[str, object]], offered: list[dict[str, object]], storage: str) -> Iterator[Content]:
    """What a counter-offer says otherwise than the request, clause by clause."""
    before, after = ([(str(one["says"]), str(one["detail"])) for one in side] for side in (asked, offered))
    for sign, tone, ours, theirs in (("-", "$text-error", before, after), ("+", "$text-success", after, before)):
        for says, detail in ours:
            if (says, detail) not in theirs:
                said = detail.replace(storage, "") or "the whole pod"
                yield Content.styled(f"{sign} {plain(says, 400)}  {plain(said, 600) if detail else ''}".rstrip(), tone)


def request_words(request: Request, storage: str, dialect: str = "") -> Iterator[Content]:
    """Who asks, what is proved, what differs, why it cannot be approved, each clause."""
    policy, value = request.case.policy, request_as_value(request)
    yield line("Who", (plain(policy.assignee, 300), "bold"))
    yield line("State", f"{state_of(request)} since {moment(request.case.life.since)}")
    signed = "yes" if policy.assignee in request.case.signers else "no"
    yield line("Signature", (signed, TONES[signed]), ": it holds" if signed == "yes" else ": it does not hold")
    answer, why = shown(str(request.sender.shown), request.sender.at)
    yield line("Key", "shown in their profile: ", (answer, TONES[answer]), f", {why}")
    yield line("Terms", *_under(request))
    yield line("Until", moment(str(value["until"])) or "no end")
    yield line("Answer", f"by {moment(str(value['reply_by'])) or 'any day'}")
    if value["price"]:
        yield line("Price", plain(value["price"], 200))
    yield from _vendors_words(request)
    yield from _differs(request)
    yield Content.styled("\nWhat you would agree to", TITLE)
    yield from clause_words(clauses_as_value(policy, dialect), storage)
    yield from (Content.styled(f"Not counted: {plain(url, 200)}: {plain(w)}", ALERT) for url, w in request.case.amiss)


def _under(request: Request) -> tuple[str | tuple[str, str], ...]:
    if request.offered is None:
        return (("none of yours", f"bold {ALERT}"), f": {plain(request.amiss)}" if request.amiss else "")
    listed, policy = request.offered.listed, request.offered.policy
    title = plain(policy.title, 200) if policy else ""
    return ((plain(listed.name, 80), "bold"), f" ({plain(listed.state, 40)}): {title}")


def _vendors_words(request: Request) -> Iterator[Content]:
    policy = request.case.policy
    said = [policy.proposal.description] if policy.proposal else []
    said += [rule.description for rule in policy.of("obligation")]
    texts = [text for text in dict.fromkeys(said) if text]
    if texts:
        yield Content.styled("\nThe vendor's own words", TITLE)
    for text in texts:
        yield from (Content(f"│ {plain(part, 2000)}") for part in text.split("\n"))


def _differs(request: Request) -> Iterator[Content]:
    differences = request.weighed.differences
    told = {f"{one.clause}: {one.kind}" for one in differences}
    yield Content.styled("\nWhat differs from your terms", TITLE)
    if request.offered is None:
        yield Content.styled("It cannot be compared: it is not made under terms of yours.", ALERT)
    elif not differences:
        yield Content("Nothing.")
    for one in differences:
        unclear = " (this cannot be compared)" if one.kind == "cannot compare" else ""
        offered, asked = plain(one.offered) or "nothing", plain(one.asked) or "nothing"
        yield Content.styled(f"• {plain(one.clause)}: you offer {offered}; asked is {asked}{unclear}", ALERT)
    problems = [one for one in request.outside if one not in told]
    if problems or differences:
        yield Content.styled("\nIt cannot be approved", f"bold {ALERT}")
        yield from (Content.styled(f"• {plain(one)}", ALERT) for one in problems)
        if differences and not problems:
            yield Content.styled("• It leaves your terms. You can counter or decline.", ALERT)


def seen_words(view: View, storage: str) -> Iterator[Content]:
    """What they would see: how much, of which time, some rows, what is apart and what nobody could look into."""
    seen = view.preview
    records, files = _many(seen.records, "record"), _many(seen.files, "file")
    span = f", from {day(seen.earliest)} to {day(seen.latest)}" if seen.earliest else ""
    others = f", and {_many(seen.others, 'other file')}" if seen.others else ""
    yield Content.styled("\nWhat they could see today", TITLE)
    yield Content(f"{records} in {files}{span}{others}.")
    if seen.rows:
        yield Content.styled("the newest of them:", QUIET)
    for when, *words in seen.rows:
        yield Content(f"  {plain(' · '.join(filter(None, (moment(when), *words))), 200)}")
    for url, why in seen.unread:
        yield Content.styled(f"• unknown: {place_name(url, storage)} could not be read ({plain(why)})", ALERT)
    for url in seen.apart:
        yield Content(f"• apart, not included: {place_name(url, storage)} has rules of its own")


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def plans_words(plans: Iterable[Plan], storage: str) -> Iterator[Content]:
    """Plans one below the other, without the command that would do each alone; what holds of all is said once."""
    revokes = False
    for number, plan in enumerate(plans):
        lines = plan_words(plan, storage, "").split("\n")[:-2]
        if number:
            yield Content("")
        revokes = plan.wish.verb == "revoke"
        yield from lines[:-2] if revokes else lines
    if revokes:
        yield Content.styled(f"\n{REVOKED}", QUIET)


def change_words(view: View, storage: str) -> Iterator[Content]:
    """What approving would change, plan by plan."""
    if view.rehearsed is None:
        return
    yield Content.styled("\nWhat approving would change", TITLE)
    yield from plans_words(view.rehearsed.plans, storage)
    for place in view.rehearsed.made:
        yield Content(f"makes {place_name(place, storage)}, for you and that vendor alone")


def view_words(view: View, storage: str) -> Iterator[Content]:
    """A request with all that is to be known before deciding."""
    facts = list(request_words(view.request, storage, view.dialect))
    at = next((n for n, one in enumerate(facts) if one.plain == "\nWhat you would agree to"), len(facts))
    yield from facts[:at]
    yield from seen_words(view, storage)
    yield from change_words(view, storage)
    yield from facts[at:]


def joined(lines: Iterable[Content]) -> Content:
    """Lines, one below the other."""
    return Content("\n").join(list(lines))


# What was kept apart


@dataclass(frozen=True, slots=True)
class Apart:
    """One reason for which messages were kept apart."""

    reason: str
    count: int
    lines: tuple[str, ...] = ()


def apart_in(inbox: Inbox) -> tuple[Apart, ...]:
    """What of the inbox is not in the list, by reason; in the order a person should look at it."""
    came = inbox.intake
    big = [one for one in came.unreadable if isinstance(one.message.failure, TooBig)]
    bad = [one for one in came.unreadable if one not in big]
    unproved = [f"{plain(who, 120) or 'nobody named'}: {plain(why)}" for _, who, why in reasons(came.unproved)]
    foreign = [plain(letter.message.url, 200) for letter, _ in inbox.foreign]
    new = sum(one.new for one in inbox.answers)
    found = (
        Apart("not verified: anyone could have sent them", len(unproved), tuple(unproved)),
        Apart("too many from one sender", sum(came.waiting.values()), _counts(came.waiting)),
        Apart("oversized, not opened", len(big), _reasons(big)),
        Apart("malformed", len(bad), _reasons(bad)),
        Apart("in the form of another tool, not proved", len(foreign), tuple(foreign)),
        Apart("more of the kind, not listed", sum(came.folded.values()), _counts(came.folded)),
        Apart("duplicate: sent again, and known already", len(came.again), _senders(came.again)),
        Apart("new offers for what you want (lifepod intents)", new),
    )
    return tuple(one for one in found if one.count)


def _reasons(letters: list[Letter]) -> tuple[str, ...]:
    return tuple(f"{plain(url, 200)}: {plain(why)}" for url, _, why in reasons(letters))


def _senders(letters: list[Letter]) -> tuple[str, ...]:
    return tuple(plain(one.sender, 200) for one in letters)


def _counts(counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(f"{count} from {plain(who, 200)}" for who, count in sorted(counts.items()))


def apart_in_short(found: tuple[Apart, ...]) -> str:
    """One line for all of it."""
    return f"Kept apart: {sum(one.count for one in found)}  (o lists why)"


def apart_words(found: tuple[Apart, ...]) -> Iterator[Content]:
    """Reason by reason, what it is about."""
    for one in found:
        yield Content.assemble((f"{one.count} ", "bold $text-accent"), (one.reason, "bold"))
        yield from (Content.styled(f"  {text}", QUIET) for text in one.lines)
    yield Content.styled("\nWhat is not proved or cannot be read stays in the inbox; nothing follows from it.", QUIET)
