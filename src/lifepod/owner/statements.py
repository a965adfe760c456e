"""Terms, requests and decisions: in sentences for people, as plain values for ``--json``.

It refuses to decide anything, and to mix the words of a vendor with ours: they stand in a box that says whose they are.
Each clause says who keeps it, the pod or the vendor.
"""

from __future__ import annotations

from collections.abc import Iterable

from lifepod.owner.intake import counted, reasons
from lifepod.owner.others import foreign_as_value, foreign_in_words
from lifepod.owner.papers import Decided as Decided  # what is stated, for doors that name it
from lifepod.owner.papers import Drawn
from lifepod.owner.papers import Inbox as Inbox
from lifepod.owner.papers import Offered as Offered
from lifepod.owner.papers import Preferences as Preferences
from lifepod.owner.papers import Request as Request
from lifepod.owner.papers import View as View
from lifepod.owner.wishing import purposes_with, short_purpose
from lifepod.owner.words import Value, plan_as_value, plan_in_words
from lifepod.plain import plain
from lifepod.terms.policy import Policy
from lifepod.terms.purposes import label_of
from lifepod.terms.roster import ROSTER, entry_of
from lifepod.terms.words import Dialect, Line, difference_in_words, lines_of, title_of

KEPT = {
    "pod": "kept by the pod",
    "pod, by guard": "kept by the pod, each time guard runs",
    "vendor": "promised by the vendor",
    "unknown": "not understood",
}
"""Who keeps a clause, in words."""
_NOT_PROVED = "not proved: anyone could have sent this"
_OPENING = ("read", "append", "change")
_WIDE = 76


# Clauses


def clauses_as_value(policy: Policy, dialect: str = "") -> list[Value]:
    """Each clause: ``clause says by detail node``."""
    return [
        {"clause": line.clause, "says": line.says, "by": line.by, "detail": line.detail, "node": line.node}
        for line in lines_of(policy, _dialect(dialect))
    ]


def clauses_in_words(policy: Policy, dialect: str = "") -> list[str]:
    """Each clause with who keeps it, and what it says beyond its sentence; what is opened is named once."""
    out, opened = list[str](), set[str]()
    for line in lines_of(policy, _dialect(dialect)):
        out.append(f"  {line.says}  [{KEPT[line.by]}]")
        places, comma, rest = line.detail.partition(", within ")
        said = f"within {rest}" if comma and places in opened else "" if line.detail in opened else line.detail
        out += [f"      {said}"] if said else []
        opened |= {line.detail} if line.clause in _OPENING else set()
    return out


def _dialect(word: str) -> Dialect:
    return "wac" if word == "wac" else "acp" if word == "acp" else ""


def _details(policy: Policy, *names: str) -> list[str]:
    found: Iterable[Line] = lines_of(policy, "")
    return list(dict.fromkeys(line.detail for line in found if line.clause in names and line.detail))


def opens(policy: Policy, below: str = "") -> str:
    """What it opens in one line: ``read journal/purchases/``; addresses without the pod's own part."""
    parts = []
    for rule in policy.of("permission"):
        places = ", ".join(plain(place.removeprefix(below) or "/", 200) for place in rule.targets)
        parts.append(f"{plain(rule.name, 40)} {places}")
    return "; ".join(parts)


def _until(policy: Policy) -> str:
    return ", ".join(_details(policy, "until"))


def _price(policy: Policy) -> str:
    return ", ".join(_details(policy, "pay"))


# Terms


def offer_as_value(one: Offered, below: str = "") -> Value:
    """One version of terms: ``rank name state title opens until price roster offer digest amiss``."""
    value: Value = {"rank": one.listed.rank, "name": one.listed.name, "state": one.listed.state}
    policy = one.policy
    value |= {"title": policy.title if policy else "", "opens": opens(policy, below) if policy else ""}
    value |= {"until": _until(policy) if policy else "", "price": _price(policy) if policy else ""}
    entry = entry_of(policy.roster) if policy else None
    value |= {"roster": entry.id if entry else "", "offer": one.listed.offer, "digest": one.listed.digest}
    return value | {"amiss": one.amiss}


def offer_as_row(one: Offered, below: str = "") -> tuple[str, ...]:
    """The same as a row: rank, name, state, title, what it opens, until, price."""
    value = offer_as_value(one, below)
    said = f"{value['title']} (cannot be relied on: {one.amiss})" if one.amiss else value["title"]
    cells = [value["rank"], value["name"], value["state"], said, value["opens"], value["until"], value["price"] or "-"]
    return tuple(plain(cell, 120) for cell in cells)


def drawn_as_value(drawn: Drawn) -> Value:
    """Terms as they would be published: ``name retires title clauses``."""
    said = clauses_as_value(drawn.policy)
    return {"name": drawn.name, "retires": list(drawn.retires), "title": drawn.policy.title, "clauses": said}


def drawn_in_words(drawn: Drawn) -> list[str]:
    """The same for people."""
    entry = entry_of(drawn.policy.roster)
    lines = [f"{drawn.name}: {title_of(drawn.policy)}"]
    lines += [f"  They come to: {entry.reads} ({entry.id})."] if entry else []
    lines += clauses_in_words(drawn.policy)
    lines += [f"  {name} would no longer be offered." for name in drawn.retires]
    return [*lines, "  Whoever reads your profile can read them."]


def roster_as_values() -> list[Value]:
    """Every entry: ``id reads must must_not may purpose public``."""
    return [
        {
            "id": entry.id,
            "reads": entry.reads,
            "must": list(entry.must),
            "must_not": list(entry.must_not),
            "may": list(entry.may),
            "purpose": short_purpose(entry.purpose) if entry.purpose else "",
            "public": entry.public,
        }
        for entry in ROSTER.values()
    ]


def roster_in_words() -> list[str]:
    """The same for people."""
    lines = list[str]()
    for entry in ROSTER.values():
        lines += [f"{entry.id}: {entry.reads}", f"    must      {', '.join(entry.must)}"]
        lines.append(f"    must not  {', '.join(entry.must_not)}")
    return lines


def purposes_as_values(word: str) -> list[dict[str, str]]:
    """``purpose label`` of each purpose with a word in its name; of all without one."""
    return [{"purpose": short_purpose(iri), "label": label_of(iri)} for iri in purposes_with(word)]


# Requests


def request_as_value(request: Request) -> Value:
    """One request; the shape is told by ``lifepod inbox --help``."""
    policy = request.case.policy
    proposal = policy.proposal
    value: Value = {"number": request.number or None, "id": request.id, "who": policy.assignee}
    value |= {"proved": _is_proved(request), "profile": request.sender.shown, "profile_at": request.sender.at}
    value |= {"terms": request.offered.listed.name if request.offered else "", "opens": opens(policy)}
    value |= {"state": request.state, "completed": request.completed, "begun": request.begun}
    value["forked"] = request.case.forked
    value |= {"first_seen": request.first_seen, "reply_by": proposal.reply_by if proposal else ""}
    value |= {"until": request.case.life.until, "price": _price(policy), "problems": list(request.outside)}
    return value


def _is_proved(request: Request) -> bool:
    return request.case.policy.assignee in request.case.signers and request.sender.shown == "yes"


def request_as_row(request: Request, below: str) -> tuple[str, ...]:
    """Number, who, proved, terms, what, until, problems."""
    policy, known = request.case.policy, request.offered
    state = f"{request.state} since {request.case.life.since[:10]}" if not request.is_waiting else ""
    if request.completed:
        state = "your counter-offer, signed by the vendor"
    if request.begun:
        state = "signed by you and not opened yet: approve goes on"
    problems = "; ".join(filter(None, [state, _briefly(request.outside)]))
    cells = (
        str(request.number or "-"),
        policy.assignee,
        "proved" if _is_proved(request) else "not proved",
        known.listed.name if known else "none of yours",
        opens(policy, below),
        request.case.life.until[:10] or "no end",
        problems or "none",
    )
    return tuple(plain(cell, 120) for cell in cells)


def _briefly(problems: tuple[str, ...]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return problems[0] + more if problems else ""


def inbox_as_value(inbox: Inbox, shown: Iterable[Request]) -> Value:
    """What waits, what came in just now, and what was set aside."""
    came = inbox.intake
    aside: Value = {
        "unproved": [{"url": url, "sender": sender, "why": why} for url, sender, why in reasons(came.unproved)],
        "unreadable": [{"url": url, "why": why} for url, _, why in reasons(came.unreadable)],
        "foreign": [foreign_as_value(letter, request) for letter, request in inbox.foreign],
        "offers": len([one for one in inbox.answers if one.new]),
        "waiting": dict(came.waiting),
    }
    return {"requests": [request_as_value(one) for one in shown]} | aside | {"counts": counted(came)}


def aside_in_words(inbox: Inbox) -> list[str]:
    """Counted lines of what came in and of what was set aside."""
    came, count = inbox.intake, counted(inbox.intake)
    lines = [f"{count['filed']} new taken in."] if count["filed"] else []
    lines += [f"Sent again and known already: {count['again']}."] if count["again"] else []
    if count["unproved"]:
        lines.append(f"{count['unproved']} {_NOT_PROVED}. They stay in the inbox:")
        lines += [f"  {plain(who, 120) or 'nobody named'}: {plain(why)}" for _, who, why in reasons(came.unproved)]
    for letter, request in inbox.foreign:
        lines += foreign_in_words(letter, request, inbox.me)
    new = sum(one.new for one in inbox.answers)
    lines += (
        [f"{new} new offer{'' if new == 1 else 's'} for what you want: `lifepod intents` shows them."] if new else []
    )
    if count["unreadable"]:
        lines.append(f"{count['unreadable']} cannot be read (--clear-unreadable deletes them):")
        lines += [f"  {plain(url, 200)}: {plain(why)}" for url, _, why in reasons(came.unreadable)]
    lines += [
        f"{number} more from {plain(who, 120)} wait in the inbox: this sender has too many open already."
        for who, number in sorted(came.waiting.items())
    ]
    return lines


# One request, whole


def view_as_value(view: View) -> Value:
    """A request with all that is to be known before deciding; as ``lifepod inbox --help`` says."""
    request, seen = view.request, view.preview
    policy = request.case.policy
    value = request_as_value(request)
    value |= {"clauses": clauses_as_value(policy, view.dialect), "vendors_words": _vendors_words(policy)}
    value |= {"differences": [_difference(one) for one in request.weighed.differences]}
    value |= {"key": _key(request), "digest": request.case.digest, "amiss": [list(one) for one in request.case.amiss]}
    value["could_read"] = {
        "records": seen.records,
        "earliest": seen.earliest,
        "latest": seen.latest,
        "files": seen.files,
        "other_files": seen.others,
        "rows": [{"when": when, "what": what, "who": who} for when, what, who in seen.rows],
        "unread": [{"place": url, "why": why} for url, why in seen.unread],
        "apart": list(seen.apart),
    }
    plans = view.rehearsed.plans if view.rehearsed else ()
    value["plans"] = [plan_as_value(plan) for plan in plans] if view.rehearsed else None
    return value | {"made": list(view.rehearsed.made) if view.rehearsed else []}


def _difference(one: object) -> Value:
    return {name: str(getattr(one, name)) for name in ("clause", "kind", "offered", "asked")}


def _vendors_words(policy: Policy) -> Value:
    said: Value = {"request": policy.proposal.description if policy.proposal else ""}
    return said | {"service": next((rule.description for rule in policy.of("obligation") if rule.description), "")}


def _key(request: Request) -> str:
    policy = request.case.policy
    return next((key.public for key in policy.keys if key.owner == policy.assignee), "")


def request_in_words(request: Request, dialect: str = "") -> list[str]:
    """Who asks, their words, each clause, and what differs from the terms."""
    policy, life = request.case.policy, request.case.life
    lines = [f"{title_of(policy)}", f"  id       {request.id}  ({request.state} since {life.since})"]
    lines += [f"  who      {plain(policy.assignee, 200)}", f"  signed   {_signed(request)}"]
    lines.append(f"  terms    {_under(request)}")
    if policy.proposal:
        lines.append(f"  answer   by {plain(policy.proposal.reply_by, 40)}")
    lines += _box(policy)
    lines += ["It says:", *clauses_in_words(policy, dialect)]
    differences = [difference_in_words(one) for one in request.weighed.differences]
    lines += ["It leaves your terms:", *(f"  {one}" for one in differences)] if differences else []
    told = {f"{one.clause}: {one.kind}" for one in request.weighed.differences}
    problems = [one for one in request.outside if one not in told]
    if problems:
        lines += ["It cannot be approved:", *(f"  {plain(one, 500)}" for one in problems)]
    return lines + [f"  Not counted: {plain(url, 200)}: {plain(why)}" for url, why in request.case.amiss]


def _signed(request: Request) -> str:
    if request.case.policy.assignee not in request.case.signers:
        return _NOT_PROVED
    at = plain(request.sender.at, 40) or "no date"
    if request.sender.shown == "yes":
        return f"by the vendor, with a key that is in its profile (copy of {at})"
    said = "has no copy here" if request.sender.shown == "no copy" else f"says {request.sender.shown} ({at})"
    return f"by a key; but the vendor's profile {said}: {_NOT_PROVED}"


def _under(request: Request) -> str:
    if request.offered is None:
        return f"none of yours: {plain(request.amiss)}"
    listed = request.offered.listed
    title = request.offered.policy.title if request.offered.policy else ""
    return plain(f"{listed.name} ({listed.state}): {title}", 300)


def _box(policy: Policy) -> list[str]:
    """The vendor's words in a box that says whose they are; no box where there are none."""
    said = _vendors_words(policy)
    texts = [f"{word}" for word in said.values() if word]
    if not texts:
        return []
    lines = [line for text in texts for line in _wrapped(text)]
    edge = "-" * _WIDE
    return [f"+- the vendor's words {edge[21:]}+", *(f"| {line:<{_WIDE - 2}} |" for line in lines), f"+{edge}+"]


def _wrapped(text: str) -> list[str]:
    out = []
    for paragraph in text.split("\n"):
        shown, width = plain(paragraph, 4000), _WIDE - 2
        out += [shown[at : at + width] for at in range(0, len(shown), width)] or [""]
    return out


def view_in_words(view: View) -> list[str]:
    """A request, what it would let its sender read, and what approving would change."""
    lines = [*request_in_words(view.request, view.dialect), *_seen_in_words(view)]
    if view.rehearsed is None:
        return lines
    lines.append("Approving would change:")
    lines += [f"  {line}" for plan in view.rehearsed.plans for line in plan_in_words(plan)]
    return lines + [f"  It makes {plain(place, 200)}, for you and that vendor alone." for place in view.rehearsed.made]


def _seen_in_words(view: View) -> list[str]:
    seen = view.preview
    files = f"{seen.files} file{'' if seen.files == 1 else 's'}"
    records = f"{seen.records} record{'' if seen.records == 1 else 's'}"
    span = f", from {plain(seen.earliest[:10])} to {plain(seen.latest[:10])}" if seen.earliest else ""
    others = f", and other files: {seen.others}" if seen.others else ""
    lines = [f"What lies there now: {records} in {files}{span}{others}."]
    lines += [f"  {plain(' · '.join(filter(None, row)), 160)}" for row in seen.rows]
    lines += [f"  Could not look: {plain(url, 200)} ({plain(why)})" for url, why in seen.unread]
    return lines + [f"  Not included (rules of its own): {plain(place, 200)}" for place in seen.apart]


# Decisions


def decided_as_value(decided: Decided) -> Value:
    """``said record told untold changes``."""
    changes = [
        {"place": one.plan.wish.place, "change": one.change.name, "confirmed_at": one.confirmed_at}
        for one in decided.outcomes
    ]
    value: Value = {"said": decided.said, "record": decided.record, "told": decided.told}
    return value | {"untold": decided.untold, "changes": changes}


def decided_in_words(decided: Decided) -> list[str]:
    """The same for people: nothing is called open that a fresh look did not find."""
    lines = [f"{decided.said.capitalize()}, and signed: {decided.record}"]
    lines += [
        f"Open, confirmed by a fresh look at {one.confirmed_at}: {one.plan.wish.place}" for one in decided.outcomes
    ]
    return [*lines, told_in_words(told=decided.told, why=decided.untold)]


def told_in_words(*, told: bool, why: str) -> str:
    """Whether the vendor knows."""
    if told:
        return "The vendor's inbox took the notice."
    if why == "nobody is told":
        return "The vendor is not told."
    return f"The vendor is not told yet ({plain(why)}); `lifepod guard` tries again."
