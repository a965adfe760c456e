"""A vendor's answer to a want: ``vendor offer``.

It refuses to send an offer that was not shown, and to take silence for a yes.
"""

from __future__ import annotations

from dataclasses import dataclass

import click

from lifepod.cli.asking import How, declined, how, tell
from lifepod.cli.options import Common, common, gathered
from lifepod.cli.say import run
from lifepod.cli.vendor_asking import desk_of, told


@dataclass(frozen=True, slots=True)
class Bidding:
    """What is offered."""

    price: str
    until: str
    say: str


@click.command()
@click.argument("want")
@click.option("--price", metavar='"80 EUR"', required=True, help="An amount and its currency.")
@click.option("--until", metavar="DATE", default="", help="How long it holds; as long as the want unless said.")
@click.option("--say", metavar="TEXT", default="", help="In your own words.")
@how
@common
@gathered(Bidding)
@gathered(How)
def offer(options: Common, bidding: Bidding, way: How, want: str) -> None:
    """Answer what somebody wants, with a price.

    WANT is the address of a want: a message in your inbox, or one that everyone can read. Your offer is bound to its
    terms. A key answers a want once.

    \b
    Example: lifepod vendor offer https://alice.example/lifepod/wants-public/f04d6c18.jsonld --price "80 EUR"
    --json: {"want", "title", "person", "price", "currency", "until", "record", "told", "why"}
    """
    run(_offer(options, bidding, way, want))


async def _offer(options: Common, bidding: Bidding, way: How, want: str) -> None:
    voice = options.voice
    async with desk_of(options) as desk:
        drafted = await desk.draft_offer(want, bidding.price, bidding.until, bidding.say)
        why = ""
        if not way.dry_run:
            tell(voice, drafted.in_words())
            why = declined(voice, way, "Sign and send this offer?")
        if way.dry_run or why:
            voice.data(drafted.as_value(), [*drafted.in_words(), why or "Nothing was written."])
            return
        done = await desk.offer(drafted)
        voice.data(drafted.as_value() | done, ["Offered.", told(done)])
