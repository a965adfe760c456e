"""Commands about one's own terms: ``terms`` and below it ``show new retire prefer never usual roster purposes``.

It refuses to publish what was not shown, and to change a version that was published.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from lifepod.cli.asking import How, declined, how, tell
from lifepod.cli.options import AsListed, Common, as_json, common, gathered
from lifepod.cli.say import Voice, run, table
from lifepod.errors import Malformed, Missing
from lifepod.plain import plain

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk, Papers
    from lifepod.owner.statements import Offered, Preferences
    from lifepod.owner.wishing import Wished

HEAD = ("rank", "name", "state", "title", "opens", "until", "price")


@click.group(cls=AsListed, invoke_without_command=True)
@common
@click.pass_context
def terms(context: click.Context, options: Common) -> None:
    """Your own terms, on which vendors may ask you for data.

    Without a command it lists them by rank: what you like best comes first. Whoever reads your profile can read them.

    \b
    Examples: lifepod terms    lifepod terms show shops-1
              lifepod terms new shops --title "Shops may look" --place journal/purchases/ --purpose Personalisation
                                --days 180
    --json: [{"rank", "name", "state", "title", "opens", "until", "price", "roster", "offer", "digest", "amiss"}]
    """
    if context.invoked_subcommand is None:
        from lifepod.owner.statements import offer_as_row, offer_as_value

        found, storage = run(_offers(options))
        words = table(HEAD, [offer_as_row(one, storage) for one in found])
        words = words if found else ["You have no terms yet. `lifepod terms new` makes some."]
        options.voice.data([offer_as_value(one, storage) for one in found], words)


def _desk(options: Common) -> Desk:
    from lifepod.owner.desk import Desk

    return Desk.open(options.profile)


async def _offers(options: Common) -> tuple[tuple[Offered, ...], str]:
    async with _desk(options) as desk:
        papers = await desk.papers()
        return await papers.offers(), desk.profile.storage


# One version


@dataclass(frozen=True, slots=True)
class Form:
    """How to show terms."""

    text: bool
    record: bool


@terms.command()
@click.argument("name")
@click.option("--text", is_flag=True, help="Print the plain words that lie beside the record.")
@click.option("--record", is_flag=True, help="Print the signed record (JSON-LD) as it lies in the pod.")
@common
@gathered(Form)
def show(options: Common, form: Form, name: str) -> None:
    """One version, clause by clause, with who keeps each.

    \b
    Example: lifepod terms show shops-1
    --json: {"rank", "name", "state", "title", …, "clauses": [{"clause", "says", "by", "detail", "node"}]}; by is
            "pod", "pod, by guard", "vendor" or "unknown" (not understood)
    """
    from lifepod.owner.statements import clauses_as_value, clauses_in_words, offer_as_value

    found, body = run(_show(options, form, name))
    if form.text or form.record:
        options.voice.document(body)
        return
    policy = found.policy
    words = [f"{found.listed.name} ({found.listed.state}): {plain(policy.title if policy else '', 300)}"]
    words += clauses_in_words(policy) if policy else []
    words += [f"It cannot be relied on: {plain(found.amiss)}"] if found.amiss else []
    value = offer_as_value(found, "") | {"clauses": clauses_as_value(policy) if policy else []}
    options.voice.data(value, words)


async def _show(options: Common, form: Form, name: str) -> tuple[Offered, bytes]:
    async with _desk(options) as desk:
        found = await _named(await desk.papers(), name)
        if not (form.text or form.record):
            return found, b""
        url = found.listed.document + (".txt" if form.text else "")
        accept = "text/plain" if form.text else "application/ld+json"
        return found, (await (await desk.pod()).get(url, accept=f"{accept}, */*;q=0.1")).body


async def _named(papers: Papers, name: str) -> Offered:
    """The version of that name; of a name without a number the newest that is offered."""
    found = await papers.offers()
    exact = [one for one in found if name in (one.listed.name, one.listed.offer, one.listed.document)]
    newest = [one for one in found if one.listed.name.rpartition("-")[0] == name and one.listed.state == "open"]
    for one in (*exact, *newest):
        return one
    raise Missing(f"There are no terms called {plain(name, 80)}.", advice="`lifepod terms` lists yours.")


# New terms


@dataclass(frozen=True, slots=True)
class Choices:
    """What new terms say."""

    title: str
    place: tuple[str, ...]
    purpose: str
    days: int
    roster: str
    mode: tuple[str, ...]
    also: tuple[str, ...]
    price: str
    every: int
    delete_days: int


_DAYS = click.IntRange(1, 36_500)


@terms.command()
@click.argument("name")
@click.option("--title", required=True, metavar="TEXT", help="One line that says what they are for; public.")
@click.option("--place", required=True, multiple=True, metavar="PATH", help="What they open; repeatable.")
@click.option("--purpose", required=True, metavar="WORD", help="What for, as DPV calls it (see `terms purposes`).")
@click.option("--days", required=True, type=_DAYS, metavar="N", help="How long at most, from your signature on.")
@click.option("--roster", default="sd-once", show_default=True, metavar="ID", help="Which entry of `terms roster`.")
@click.option(
    "--mode", multiple=True, type=click.Choice(("read", "append", "change")), help="What may be done; read if not said."
)
@click.option("--also", multiple=True, metavar="CLAUSE", help="One more clause, such as no-training; repeatable.")
@click.option("--price", default="", metavar="AMOUNT", help='What the vendor pays at least: "5 EUR".')
@click.option("--every", default=0, type=click.IntRange(0, 36_500), metavar="N", help="Again after so many days.")
@click.option("--delete-days", default=1, show_default=True, type=_DAYS, metavar="N", help="Days left to delete in.")
@how
@common
@gathered(Choices)
@gathered(How)
def new(options: Common, choices: Choices, way: How, name: str) -> None:
    """Draw up terms, show them in plain words, publish them signed.

    What is published never changes: the same NAME again makes the next version and retires the one before.

    \b
    Example: lifepod terms new shops --title "Shops may look, and keep nothing" --place journal/purchases/
                               --purpose Personalisation --days 180 --price "5 EUR" --every 30
    --json: {"name", "retires", "title", "clauses": [..], "published", "offer", "digest"}
    """
    run(_new(options, (choices, way), name))


async def _new(options: Common, asked: tuple[Choices, How], name: str) -> None:
    from lifepod.owner.statements import drawn_as_value, drawn_in_words
    from lifepod.owner.wishing import offering

    voice, (choices, way) = options.voice, asked
    async with _desk(options) as desk:
        papers = await desk.papers()
        drawn = await papers.draw_up(offering(await _wished(desk, choices, name)))
        tell(voice, drawn_in_words(drawn))
        said = declined(voice, way, f"Sign and publish {drawn.name}?")
        value = drawn_as_value(drawn) | {"published": not said, "offer": "", "digest": ""}
        if said:
            voice.data(value, [said])
            return
        done = (await papers.publish(drawn)).listed
        value |= {"offer": done.offer, "digest": done.digest}
        voice.data(value, [f"Published and signed: {done.offer}"])


async def _wished(desk: Desk, choices: Choices, name: str) -> Wished:
    from lifepod.owner.wishing import Wished

    places = tuple([await desk.place(path) for path in choices.place])
    for place in places:
        if not place.startswith(desk.profile.storage):
            raise Malformed(f"{plain(place, 200)} is not in your pod.", advice="Terms open places of your own pod.")
    return Wished(
        name=name,
        title=choices.title,
        places=places,
        purpose=choices.purpose,
        days=choices.days,
        roster=choices.roster,
        modes=choices.mode or ("read",),
        also=choices.also,
        price=choices.price,
        every=choices.every,
        delete_days=choices.delete_days,
    )


# The order, and what is kept to oneself


@terms.command()
@click.argument("name")
@how
@common
@gathered(How)
def retire(options: Common, way: How, name: str) -> None:
    """Offer a version no longer; what was agreed under it stands.

    \b
    Example: lifepod terms retire shops-1
    --json: {"name", "state", "applied"}
    """
    run(_retire(options, way, name))


async def _retire(options: Common, way: How, name: str) -> None:
    voice = options.voice
    async with _desk(options) as desk:
        papers = await desk.papers()
        listed = (await _named(papers, name)).listed
        said = declined(voice, way, f"Offer {listed.name} no longer?")
        if not said:
            listed = await papers.retire(listed.name)
        value = {"name": listed.name, "state": listed.state, "applied": not said}
        voice.data(value, [said or f"{listed.name} is no longer offered. It stays to be read."])


_rehearsed = click.option("--dry-run", is_flag=True, help="Show what would be kept, and write nothing.")


@terms.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@_rehearsed
@common
def prefer(options: Common, names: tuple[str, ...], dry_run: bool) -> None:
    """Put these terms first, in this order; the others follow.

    \b
    Example: lifepod terms prefer shops-2 banks-1
    --json: {"order": [NAME..], "applied"}
    """
    run(_prefer(options, names, dry_run))


async def _prefer(options: Common, names: tuple[str, ...], dry_run: bool) -> None:
    async with _desk(options) as desk:
        papers = await desk.papers()
        if dry_run:
            first = [(await _named(papers, name)).listed.name for name in names]
            rest = [one.listed.name for one in await papers.offers()]
            order = [*first, *(name for name in rest if name not in first)]
        else:
            order = [one.name for one in await papers.prefer(names)]
        options.voice.data({"order": order, "applied": not dry_run}, [f"{n}  {one}" for n, one in enumerate(order, 1)])


@terms.command()
@click.argument("kinds", nargs=-1, metavar="[KIND...]")
@click.option("--again", is_flag=True, help="Take it back: they may be asked for again.")
@_rehearsed
@common
def never(options: Common, kinds: tuple[str, ...], again: bool, dry_run: bool) -> None:
    """Kinds of records that are never shared; without any it lists.

    Only you can see it. A request for such a kind cannot be approved, whatever the terms say.

    \b
    Example: lifepod terms never browsing searches
    --json: {"never": [KIND..], "usual": {KIND: NAME}, "applied"}
    """
    from lifepod.owner.wishing import kinds_of

    named = kinds_of(kinds)

    async def changed(papers: Papers, now: Preferences) -> Preferences:
        rest = tuple(kind for kind in now.never if kind not in named)
        return replace(now, never=rest if again else tuple(sorted((*rest, *named))))

    run(_preferences(options, changed if named else None, dry_run=dry_run))


@terms.command()
@click.argument("kind")
@click.argument("name", required=False, default="")
@_rehearsed
@common
def usual(options: Common, kind: str, name: str, dry_run: bool) -> None:
    """The terms NAME are usual for records of this KIND.

    Without NAME none are any more. `lifepod counter` takes them where you say nothing else. Only you can see it.

    \b
    Example: lifepod terms usual purchases shops
    --json: {"never": [KIND..], "usual": {KIND: NAME}, "applied"}
    """
    from lifepod.owner.wishing import kinds_of

    (named,) = kinds_of((kind,))

    async def changed(papers: Papers, now: Preferences) -> Preferences:
        if name:
            await _named(papers, name)
        rest = {one: other for one, other in now.default if one != named}
        return replace(now, default=tuple(sorted((rest | {named: name} if name else rest).items())))

    run(_preferences(options, changed, dry_run=dry_run))


Change = Callable[["Papers", "Preferences"], Awaitable["Preferences"]]
"""What is to be kept, from what is kept now."""


async def _preferences(options: Common, change: Change | None, *, dry_run: bool) -> None:
    async with _desk(options) as desk:
        papers = await desk.papers()
        now = await papers.preferences()
        if change is not None:
            now = await change(papers, now)
            if not dry_run:
                await papers.set_preferences(now)
    applied = change is not None and not dry_run
    words = [f"Never shared: {', '.join(now.never) or 'nothing is ruled out'}."]
    words += [f"Usual for {kind}: {name}." for kind, name in now.default]
    words += ["Nothing was written."] if change is not None and dry_run else []
    options.voice.data({"never": list(now.never), "usual": dict(now.default), "applied": applied}, words)


# What terms are made from


@terms.command()
@as_json
def roster(voice: Voice) -> None:
    """The agreements that go by a name, and what they come to.

    Terms name one of them with --roster. They are MyTerms-shaped (IEEE 7012), spelled out in our own clauses.

    \b
    --json: [{"id", "reads", "must": [CLAUSE..], "must_not": [CLAUSE..], "may": [..], "purpose", "public"}]
    """
    from lifepod.owner.statements import roster_as_values, roster_in_words

    voice.data(roster_as_values(), roster_in_words())


@terms.command()
@click.argument("word", required=False, default="")
@as_json
def purposes(voice: Voice, word: str) -> None:
    """What data may be used for, as DPV calls it.

    \b
    Example: lifepod terms purposes research
    --json: [{"purpose", "label"}]
    """
    from lifepod.owner.statements import purposes_as_values

    found = purposes_as_values(word)
    rows = [(one["purpose"], one["label"]) for one in found]
    voice.data(found, table(("purpose", "label"), rows) if rows else ["No purpose has that in its name."])
