"""Commands of a vendor: ``vendor read``.

It refuses to show a refusal as an empty answer.
"""

from __future__ import annotations

import click

from lifepod.cli.options import Common, common
from lifepod.cli.say import run


@click.group()
def vendor() -> None:
    """What a vendor does, with a login of its own."""


@vendor.command()
@click.argument("place")
@common
def read(options: Common, place: str) -> None:
    """Read the records at or below PLACE.

    PLACE is a full URL in somebody's pod. Where we are not let in, that is said; it never looks like an empty answer.

    \b
    Example: lifepod vendor read http://localhost:3000/me/journal/purchases/ --profile acme
    --json: one line of JSON per record: {"@id", "@type", "schema:…": …}
    """
    count = run(_read(options, place))
    options.voice.talk(f"{count} records.")


async def _read(options: Common, place: str) -> int:
    from lifepod.vendor.desk import VendorDesk

    count, voice = 0, options.voice
    async with VendorDesk.open(options.profile) as desk:
        async for record in desk.read(place):
            count += 1
            shown = [f"{key}: {value}" for key, value in record.items() if isinstance(value, str)]
            voice.data(record, ["; ".join(shown)])
    return count
