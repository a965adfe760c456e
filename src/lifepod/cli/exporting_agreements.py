"""The command ``receipt``: an agreement in the form of other tools, headed by what that form loses.

It refuses to leave the loss unsaid, and to overwrite a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lifepod.cli.options import Common, common, gathered
from lifepod.cli.say import run
from lifepod.errors import Conflict

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk

_STYLES = ("dpv-27560", "gconsent", "lws", "odrl-request", "authapp")
_IN_TURTLE = ("authapp",)


@dataclass(frozen=True, slots=True)
class Form:
    """Which form, and where to."""

    style: str
    to: Path | None


@click.command()
@click.argument("which")
@click.option("--as", "style", required=True, type=click.Choice(_STYLES), help="The form.")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a file; else print.")
@common
@gathered(Form)
def receipt(options: Common, form: Form, which: str) -> None:
    """Write an agreement out for other tools.

    WHICH is the id of an agreement, or the beginning of one. What the form has no room for is said first, on stderr.
    The agreement itself, signed by both, is `lifepod agreements ID --record`.

    \b
    dpv-27560     a consent receipt after DPV's guide to ISO/IEC TS 27560 (it says that the basis is a contract)
    gconsent      an access grant as ESS has them, unsigned
    lws           an access grant after the draft of W3C Linked Web Storage
    odrl-request  an ODRL request
    authapp       an access request as AuthApp reads it, in Turtle
    Example: lifepod receipt 6a0c2f4e --as dpv-27560 --to receipt.jsonld
    --json: {"id", "as", "loses": [..], "file": null or its name, "document": the JSON of the form; Turtle as a string}
    """
    run(_receipt(options, form, which))


def _desk(options: Common) -> Desk:
    from lifepod.owner.desk import Desk

    return Desk.open(options.profile)


async def _receipt(options: Common, form: Form, which: str) -> None:
    import json

    from lifepod.owner.receipts import LOSES, receipt

    voice = options.voice
    async with _desk(options) as desk:
        papers = await desk.papers()
        case = await papers.agreement(which)
        body = receipt(case, form.style, desk.profile.storage)
        voice.talk(f"In the form {form.style} this is lost:")
        for loss in LOSES[form.style]:
            voice.talk(f"  {loss}")
        if form.to is not None:
            _write(form.to, body)
        if voice.as_json:
            value: dict[str, object] = {"id": case.id, "as": form.style, "loses": list(LOSES[form.style])}
            document = body.decode() if form.style in _IN_TURTLE else json.loads(body)
            value |= {"file": str(form.to) if form.to else None, "document": document}
            voice.data(value, [])
        elif form.to is not None:
            voice.talk(f"Written: {form.to}")
        else:
            voice.document(body)


def _write(path: Path, body: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(body)
    except FileExistsError:
        raise Conflict(f"{path} is there already; nothing was overwritten.", place=str(path)) from None
