"""Commands about wants: ``intent`` says what you want to vendors you choose, ``intents`` shows what they answer.

It refuses to tell anyone who was not named, and to publish terms or a want that was not shown first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import click

from lifepod.cli.asking import How, declined, how, tell
from lifepod.cli.options import Common, common, gathered
from lifepod.cli.say import run, table

if TYPE_CHECKING:
    from lifepod.owner.wants import Drawn, Want, Wanted, Wants, Wish


@dataclass(frozen=True, slots=True)
class Said:
    """What is wanted, and who is told."""

    most: str
    until: str
    region: str
    to: tuple[str, ...]
    public: bool


def _wants(options: Common) -> Wants:
    from lifepod.owner.wants import Wants

    return Wants.open(options.profile)


_to = click.option("--to", multiple=True, metavar="WEBID", help="Send it to this vendor; repeatable.")


@click.command()
@click.argument("title")
@click.option("--max", "most", default="", metavar="PRICE", help='The most it may cost: "100 EUR".')
@click.option("--until", required=True, metavar="DAY", help="Until when answers count: 2026-12-05.")
@click.option("--region", default="", metavar="CODE", help="Where it must be had: BE, DE-BY (ISO 3166).")
@_to
@click.option("--public", is_flag=True, help="Also put it where everyone can read it.")
@how
@common
@gathered(Said)
@gathered(How)
def intent(options: Common, said: Said, way: How, title: str) -> None:
    """Say what you want, and let vendors make offers.

    Your want is signed, kept in lifepod/wants/, and sent to those you name with --to. Who answers is bound to your
    terms for wants (answer this, for nothing else, keep nothing), which are made when there are none. No record of
    yours goes along; what a vendor learns is the want and your WebID. Answers come to your inbox: `lifepod intents`.

    \b
    Example: lifepod intent "Rain jacket, size M" --max "100 EUR" --until 2026-12-05 --region BE
                            --to https://shop.example/profile/card#org
    --json: {"want": null or as in intents, "title", "max", "currency", "until", "region", "terms", "to", "public",
            "applied", "told": [{"to", "arrived", "why"}]}
    """
    run(_intent(options, (said, way), title))


async def _intent(options: Common, asked: tuple[Said, How], title: str) -> None:
    from lifepod.owner.wants_in_words import (
        draft_as_value,
        draft_in_words,
        told_as_values,
        told_in_words,
        want_as_value,
    )

    voice, (said, way) = options.voice, asked
    wish = _wish(said, title)
    async with _wants(options) as wants:
        await wants.must_be_tellable(said.to)
        terms = await wants.draw_up_terms()
        shown = await wants.draft(wish, (terms.policy.root, "") if terms else None)
        tell(voice, draft_in_words(shown, terms, said.to, public=said.public))
        no = declined(voice, way, "Sign and publish it?" if said.to or said.public else "Sign and keep it?")
        value = draft_as_value(shown, said.to, public=said.public) | {"want": None, "applied": not no, "told": []}
        if no:
            voice.data(value, [no])
            return
        want = await _bound(wants, wish, shown, terms)
        done, told = await wants.publish(want, said.to, public=said.public)
        words = [f"Signed and kept: {done.filed.url}", *told_in_words(told)]
        words += [f"Everyone can read it: {done.public}"] if done.public else []
        words += [] if said.to or said.public else [f"Nobody was told: lifepod intents send {done.id[:8]} --to WEBID"]
        voice.data(value | {"want": want_as_value(done), "told": told_as_values(told)}, words)


async def _bound(wants: Wants, wish: Wish, shown: Want, terms: Drawn | None) -> Want:
    """The want that was shown, under terms that stand; they are published where they did not."""
    return shown if terms is None else await wants.draft(wish, await wants.publish_terms(terms))


def _wish(said: Said, title: str) -> Wish:
    from lifepod.owner.wants import Wish, price_of, region_of
    from lifepod.owner.wishing import stamp_of

    return Wish(title, stamp_of(said.until), price_of(said.most), region_of(said.region))


@click.group(invoke_without_command=True)
@click.option("--dry-run", is_flag=True, help="List what was taken in before; touch nothing in the inbox.")
@common
@click.pass_context
def intents(context: click.Context, options: Common, dry_run: bool) -> None:
    """What you want, and what vendors offer for it, side by side.

    It looks through your inbox first: an answer that is signed with a key its sender's profile shows, and bound to your
    terms, is filed under its want, one for each key. Other vendors never see it. Prices are never converted.

    \b
    Examples: lifepod intents    lifepod intents show f04d6c18    lifepod intents withdraw f04d6c18
    --json: {"wants": [{"id", "url", "state", "since", "published", "until", "title", "max", "currency", "region", "to",
            "public", "terms", "answers": [{"id", "who", "price", "currency", "over", "published", "until", "ended",
            "says"}], "amiss"}], "new": count, "set_aside": [{"url", "who", "why"}], "unreadable": [{"folder", "why"}]}
            over is null where a price is in another currency
    """
    if context.invoked_subcommand is None:
        run(_list(options, dry_run=dry_run))


async def _list(options: Common, *, dry_run: bool) -> None:
    from lifepod.owner.wants_in_words import HEAD, want_as_row, want_as_value

    voice = options.voice
    async with _wants(options) as wants:
        taken = () if dry_run else await wants.take_in(partial(voice.progress, "looking through the inbox"))
        voice.clear()
        found, amiss = await wants.wants()
        new, aside = sum(one.new for one in taken), [one for one in taken if one.why]
        words = table(HEAD, [want_as_row(one) for one in found]) if found else ["You said nothing that you want yet."]
        words += [f"{new} new."] if new else []
        words += [f"Not taken: an answer of {one.answer.actor}: {one.why}." for one in aside]
        words += [f"Could not be read: {folder} ({why})" for folder, why in amiss]
        value = {
            "wants": [want_as_value(one) for one in found],
            "new": new,
            "set_aside": [{"url": t.letter.message.url, "who": t.answer.actor, "why": t.why} for t in aside],
            "unreadable": [{"folder": folder, "why": why} for folder, why in amiss],
        }
        voice.data(value, words)


@intents.command()
@click.argument("which")
@common
def show(options: Common, which: str) -> None:
    """One want with its answers side by side.

    \b
    Example: lifepod intents show f04d6c18
    --json: the want as in `lifepod intents`
    """
    run(_show(options, which))


async def _show(options: Common, which: str) -> None:
    from lifepod.owner.wants_in_words import want_as_value

    async with _wants(options) as wants:
        one = await wants.want(which)
        options.voice.data(want_as_value(one), _whole(one))


def _whole(one: Wanted) -> list[str]:
    from lifepod.owner.wants_in_words import ROWS, answers_as_rows, whole_in_words

    rows = answers_as_rows(one)
    answers = table(ROWS, rows) if rows else ["No answers yet."]
    return [*whole_in_words(one), "", *answers]


@intents.command()
@click.argument("which")
@_to
@how
@common
@gathered(How)
def send(options: Common, way: How, which: str, to: tuple[str, ...]) -> None:
    """Send a want to more vendors.

    \b
    Example: lifepod intents send f04d6c18 --to https://other.example/profile/card#org
    --json: {"id", "applied", "told": [{"to", "arrived", "why"}]}
    """
    if not to:
        raise click.UsageError("Say to whom: --to WEBID.")
    run(_send(options, way, which, to))


async def _send(options: Common, way: How, which: str, to: tuple[str, ...]) -> None:
    from lifepod.owner.wants_in_words import told_as_values, told_in_words

    voice = options.voice
    async with _wants(options) as wants:
        await wants.must_be_tellable(to)
        one = await wants.want(which)
        tell(voice, _whole(one)[:2])
        no = declined(voice, way, f"Send it to {', '.join(to)}?")
        told = () if no else await wants.send(one, to)
        value = {"id": one.id, "applied": not no, "told": told_as_values(told)}
        voice.data(value, [no] if no else told_in_words(told))


@intents.command()
@click.argument("which")
@how
@common
@gathered(How)
def withdraw(options: Common, way: How, which: str) -> None:
    """Take a want back; those it was sent to are told.

    What a vendor has read before it has read; your terms bind it to keep nothing. Answers that came stay with you.

    \b
    Example: lifepod intents withdraw f04d6c18
    --json: {"id", "state", "applied", "told": [{"to", "arrived", "why"}]}
    """
    run(_withdraw(options, way, which))


async def _withdraw(options: Common, way: How, which: str) -> None:
    from lifepod.owner.wants_in_words import told_as_values, told_in_words

    voice = options.voice
    async with _wants(options) as wants:
        one = await wants.want(which)
        tell(voice, _whole(one)[:2])
        no = declined(voice, way, "Take it back?")
        if no:
            voice.data({"id": one.id, "state": one.state, "applied": False, "told": []}, [no])
            return
        after, told = await wants.withdraw(one)
        value = {"id": one.id, "state": after.state, "applied": True, "told": told_as_values(told)}
        voice.data(value, [f"Taken back on {after.since}.", *told_in_words(told)])
