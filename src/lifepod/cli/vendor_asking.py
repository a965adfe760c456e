"""Commands of a vendor about requests: ``vendor init ask status accept decline withdraw``.

It refuses to sign anything that was not shown, and to take silence for a yes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from lifepod.cli.asking import How, declined, how, tell
from lifepod.cli.options import Common, common, gathered
from lifepod.cli.say import Voice, counted, run, table

if TYPE_CHECKING:
    from lifepod.vendor.desk import VendorDesk

Value = Mapping[str, object]


def desk_of(options: Common) -> VendorDesk:
    """The vendor's desk, for the login that was chosen."""
    from lifepod.vendor.desk import VendorDesk

    return VendorDesk.open(options.profile)


def told(value: Value) -> str:
    """Whether the other side was told, in words."""
    return "They were told." if value["told"] else f"They were not told yet: {value['why']} It waits and is sent again."


def clauses_in_words(value: Value) -> list[str]:
    """A title and the clauses below it."""
    from lifepod.vendor.words import in_lines

    found = value["clauses"]
    return [str(value["title"]), *in_lines(found if isinstance(found, Iterable) else ())]


@click.command()
@click.option("--new-key", is_flag=True, help="Make another signing key in place of the one so far.")
@common
def init(options: Common, new_key: bool) -> None:
    """Make yourself ready to ask: a signing key, an inbox, a room.

    The key stays in the keyring of this machine; your profile shows its public half and names the inbox, where people
    answer. What is there already stays as it is.

    \b
    --json: {"webid", "key", "inbox", "did": [..]}
    """

    async def made() -> Value:
        async with desk_of(options) as desk:
            return await desk.init(new_key=new_key)

    value = run(made())
    did = value["did"]
    words = [f"Done: {one}." for one in did] if isinstance(did, list) else []
    options.voice.data(value, words or ["Everything was ready already."])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks for."""

    until: str
    under: str
    purpose: str
    place: tuple[str, ...]
    mode: tuple[str, ...]
    say: str
    service: str
    client: str
    price: str
    every: int
    reply_by: str


@click.command()
@click.argument("person")
@click.option("--until", metavar="DATE", required=True, help="The day on which it ends.")
@click.option(
    "--under", metavar="NAME|URL", default="", help="Terms to ask under; the best-liked that fit unless said."
)
@click.option(
    "--purpose", metavar="ID", default="", help="Purpose of DPV, within that of the terms (which it is else)."
)
@click.option(
    "--place", metavar="PLACE", multiple=True, help="A path in their pod or an address; all of them unless said."
)
@click.option(
    "--mode", type=click.Choice(["read", "append", "change"]), multiple=True, help="All they open unless said."
)
@click.option("--say", metavar="TEXT", default="", help="Your own words to them.")
@click.option("--service", metavar="TEXT", default="", help="What you deliver.")
@click.option("--client", metavar="URL", default="", help="Your client id document: through this app only.")
@click.option("--price", metavar="AMOUNT", default="", help='What you pay, such as "6 EUR"; what they ask unless said.')
@click.option("--every", metavar="DAYS", type=click.IntRange(0, 36500), default=0, help="Pay again each so many days.")
@click.option("--reply-by", metavar="DATE", default="", help="Until when you wait for an answer; 14 days unless said.")
@how
@common
@gathered(Wanted)
@gathered(How)
def ask(options: Common, wanted: Wanted, way: How, person: str) -> None:
    """Ask somebody for data, within terms they offer.

    PERSON is a WebID. Their terms are read and checked, the request is drawn up within them, shown, signed, kept in
    your pod where they can read it, and delivered. The same request while the first one waits is delivered again.

    \b
    Example: lifepod vendor ask https://alice.example/profile/card#me --under shops --until 2027-05-01
             --purpose ServicePersonalisation --say "To suggest parts that fit." --dry-run
    --json: {"request": {"id", "person", "under", "reply_by", "words", "title", "clauses": [{"clause", "says", "by",
            "detail"}]}, "applied", "id", "record", "told", "why"}; with --dry-run also "offers": [{"name", "url",
            "rank", "state", "amiss", "title", "clauses"}]
    """
    run(_ask(options, person, wanted, way))


async def _ask(options: Common, person: str, wanted: Wanted, way: How) -> None:
    from lifepod.vendor.asking import Ask, offers_value

    voice = options.voice
    async with desk_of(options) as desk:
        found = await desk.offers(person)
        if way.dry_run:
            tell(voice, _offers_in_words(offers_value(found)))
        asked = Ask(**{name: getattr(wanted, name) for name in Wanted.__slots__})
        drafted = await desk.draft(person, asked, found)
        value: dict[str, object] = {"request": drafted.value}
        value |= {"offers": offers_value(found)} if way.dry_run else {}
        tell(voice, ["This is the request:", *clauses_in_words(drafted.value), f"Under {drafted.policy.under}"])
        said = declined(voice, way, f"Sign this and send it to {person}?")
        if said:
            voice.data(value | {"applied": False}, [said])
            return
        sent = await desk.ask(drafted)
        voice.data(value | {"applied": True} | sent, [f"Asked, as {sent['id']}.", told(sent)])


def _offers_in_words(offers: list[dict[str, object]]) -> list[str]:
    words = ["They offer:"]
    for one in offers:
        amiss = f" (cannot be relied on: {one['amiss']})" if one["amiss"] else ""
        words += [f"{one['rank']}  {one['name']}, {one['state']}{amiss}", *clauses_in_words(one)]
    return words


@click.command()
@click.argument("case", required=False, default="")
@common
def status(options: Common, case: str) -> None:
    """How your requests and agreements stand; takes in what came.

    Answers in your inbox are checked, kept, and then taken out of it; what cannot be used stays and is counted. Each
    person's pod is looked at too, so nothing hangs on a message. CASE is an id or its beginning: that one alone.

    \b
    Examples: lifepod vendor status    lifepod vendor status 6a0c2f4e --json
    --json: {"cases": [{"id", "person", "under", "state", "since", "until", "places", "purpose", "duties": [{"clause",
            "due_by", "state"}], "bytes_digest", "same_copy": "identical" | "same graph, other bytes" | "different" |
            "not readable" | "" before it is agreed, "amiss": [{"place", "why"}]}], "left", "why_left": [{"message",
            "why"}], "untold": [{"record", "to", "why"}], "unread": [{"place", "why"}]}
    """

    async def looked() -> dict[str, object]:
        async with desk_of(options) as desk:
            return await desk.status(case)

    value = run(looked())
    options.voice.data(value, _status_in_words(value))


def _status_in_words(value: Value) -> list[str]:
    cases, words = _values(value["cases"]), list[str]()
    rows = [(str(one["id"])[:8], one["state"], one["until"], one["same_copy"], one["person"]) for one in cases]
    words += table(("id", "state", "until", "their copy", "person"), rows) if rows else ["You asked nobody yet."]
    for one in cases:
        short = str(one["id"])[:8]
        words += [f"{short}: {duty['clause']} {duty['state']}, by {duty['due_by']}" for duty in _values(one["duties"])]
        words += [f"{short}: {wrong['place']}: {wrong['why']}" for wrong in _values(one["amiss"])]
    words += [f"{one['message']} was left in the inbox: {one['why']}" for one in _values(value["why_left"])]
    words += [f"{one['to']} was not told yet: {one['why']}" for one in _values(value["untold"])]
    return words + [f"{one['place']} cannot be read: {one['why']}" for one in _values(value["unread"])]


def _values(found: object) -> list[Value]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


# Answers of one's own


Act = Callable[["VendorDesk"], Awaitable[Value]]


async def _decide(options: Common, way: How, question: str, look: Act, act: Act) -> None:
    voice: Voice = options.voice
    async with desk_of(options) as desk:
        shown = await look(desk)
        tell(voice, [f"{shown['id']} with {shown['person']} ({shown['state']}):", *clauses_in_words(shown)])
        said = declined(voice, way, question)
        if said:
            voice.data({"case": shown, "applied": False}, [said])
            return
        done = await act(desk)
        duties = [f"{one['clause']} is due by {one['due_by']}." for one in _values(done.get("duties"))]
        voice.data({"case": shown, "applied": True, **done}, [f"It is {done['state']}.", *duties, told(done)])


def _counter(case: str) -> Act:
    return lambda desk: desk.shown(case, counter=True)


@click.command()
@click.argument("case")
@how
@common
@gathered(How)
def accept(options: Common, way: How, case: str) -> None:
    """Sign a person's counter-offer.

    CASE is the id of the counter-offer, or of your request. It is shown first; with your signature beside theirs it is
    an agreement, which is kept and delivered. It opens when they have looked at it again.

    \b
    Example: lifepod vendor accept 6a0c2f4e
    --json: {"case": {"id", "person", "state", "words", "title", "clauses"}, "applied", "state", "record",
            "told", "why"}
    """
    run(_decide(options, way, "Sign this?", _counter(case), lambda desk: desk.accept(case)))


@click.command()
@click.argument("case")
@click.option("--say", metavar="TEXT", default="", help="A word to them.")
@how
@common
@gathered(How)
def decline(options: Common, way: How, case: str, say: str) -> None:
    """Refuse a person's counter-offer, on record.

    \b
    Example: lifepod vendor decline 6a0c2f4e --say "Three months are too short for us."
    --json: {"case": {"id", "person", "state", "words", "title", "clauses"}, "applied", "state", "record",
            "told", "why"}
    """
    run(_decide(options, way, "Refuse this?", _counter(case), lambda desk: desk.decline(case, say)))


@click.command()
@click.argument("case")
@how
@common
@gathered(How)
def withdraw(options: Common, way: How, case: str) -> None:
    """Take a request back, or end an agreement.

    From then on nothing may be read under it, and deletions fall due as they were agreed.

    \b
    Example: lifepod vendor withdraw 6a0c2f4e --yes
    --json: {"case": {"id", "person", "state", "words", "title", "clauses"}, "applied", "state",
            "duties": [{"clause", "due_by", "state"}], "record", "told", "why"}
    """
    question = "Take this back, or end it?"
    run(_decide(options, way, question, lambda desk: desk.shown(case), lambda desk: desk.withdraw(case)))


def counted_records(count: int) -> str:
    """``3 records.``"""
    return f"{counted(count, 'record')}."
