"""Commands of a vendor: asking (:mod:`lifepod.cli.vendor_asking`), reading, giving back, and what it owes.

It refuses to show a refusal as an empty answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from lifepod.cli import vendor_asking, vendor_offering
from lifepod.cli.options import AsListed, Common, common, gathered
from lifepod.cli.say import run
from lifepod.cli.vendor_asking import Act, counted_records, desk_of, told


@click.group(cls=AsListed)
def vendor() -> None:
    """What a vendor does, with a login of its own."""


@dataclass(frozen=True, slots=True)
class How:
    """How to read."""

    purpose: str
    client: str
    changes: bool


@click.command()
@click.argument("what")
@click.argument("place", required=False, default="")
@click.option("--purpose", metavar="ID", default="", help="What it is read for; what was agreed unless said.")
@click.option("--client", metavar="URL", default="", help="Client id document of the app that reads.")
@click.option("--changes", is_flag=True, help="Only what changed since the last time with --changes.")
@common
@gathered(How)
def read(options: Common, how: How, what: str, place: str) -> None:
    """Read records, under an agreement or a plain grant.

    WHAT is the id of an agreement: what it covers is read, or PLACE within it, and nothing is asked where it has ended
    or does not cover that. Or WHAT is a full URL in somebody's pod. Where we are not let in, that is said; it never
    looks like an empty answer. --changes reads whole files of which anything changed.

    \b
    Examples: lifepod vendor read 6a0c2f4e --purpose ServicePersonalisation --changes
              lifepod vendor read http://localhost:3000/me/journal/purchases/ --profile acme
    --json: one line of JSON per record: {"@id", "@type", "schema:…": …}
    """
    options.voice.talk(counted_records(run(_read(options, what, place, how))))


async def _read(options: Common, what: str, place: str, how: How) -> int:
    from lifepod.vendor.covered import reading_of

    count, voice = 0, options.voice
    where, reading = reading_of(what, place, purpose=how.purpose, client=how.client, changes=how.changes)
    async with desk_of(options) as desk:
        async for record in desk.read(where, reading, voice.talk):
            count += 1
            shown = [f"{key}: {value}" for key, value in record.items() if isinstance(value, str)]
            voice.data(record, ["; ".join(shown)])
    return count


Done = Mapping[str, object]


def _say(options: Common, work: Act, words: str) -> None:
    async def done() -> Done:
        async with desk_of(options) as desk:
            return await work(desk)

    value = run(done())
    options.voice.data(value, [f"{words} {value['record']}", told(value)])


@click.command()
@click.argument("case")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@common
def append(options: Common, case: str, file: Path) -> None:
    """Give records back: add FILE (.ttl, .jsonld) to their pod.

    It goes into the container that the agreement CASE opens for you, under a name of its own, and is parsed before it
    is sent. The same file is not sent twice.

    \b
    Example: lifepod vendor append 6a0c2f4e receipt-2026-118.ttl
    --json: {"id", "place"}
    """

    body = file.read_bytes()

    async def added() -> Done:
        async with desk_of(options) as desk:
            return await desk.append(case, file.name, body)

    value = run(added())
    options.voice.data(value, [f"It is there: {value['place']}"])


@dataclass(frozen=True, slots=True)
class But:
    """What was not deleted."""

    kept: str
    law: str
    backups_gone_by: str


@click.command()
@click.argument("case")
@click.option("--kept", metavar="TEXT", default="", help="What you keep all the same, in words.")
@click.option("--law", metavar="URL", default="", help="The law that demands it.")
@click.option("--backups-gone-by", metavar="DATE", default="", help="When the last backup of it is gone.")
@common
@gathered(But)
def attest(options: Common, but: But, case: str) -> None:
    """Say, signed, that all was deleted that had to be.

    After the end of the agreement CASE, for all its deletions at once. It is your word: it is kept, delivered, and
    counted as that. Said again it is the same record.

    \b
    Example: lifepod vendor attest 6a0c2f4e --kept "Invoice 2026-118" --law https://law.example/tax-code/147
    --json: {"id", "step", "record", "told", "why"}
    """
    from lifepod.vendor.duties import Exceptions

    said = Exceptions(but.kept, but.law, but.backups_gone_by)
    _say(options, lambda desk: desk.attest(case, said), "Attested:")


@dataclass(frozen=True, slots=True)
class Payment:
    """What was paid."""

    amount: str
    currency: str
    ref: str
    period_start: str
    paid_at: str


@click.command()
@click.argument("case")
@click.option("--amount", metavar="NUMBER", required=True, help="What you paid.")
@click.option("--currency", metavar="CODE", required=True, help="Currency, as ISO 4217 has it (EUR).")
@click.option("--ref", metavar="REF", required=True, help="Reference, as it stands in the bank's records.")
@click.option(
    "--period-start", metavar="DAY", default="", help="First day it is for; the first without a receipt else."
)
@click.option("--paid-at", metavar="DATE", default="", help="When you paid; now unless said.")
@common
@gathered(Payment)
def pay(options: Common, paid: Payment, case: str) -> None:
    """Say, signed, that you paid what you owe.

    It moves no money: it is the receipt for a payment of yours under the agreement CASE. What has the same reference is
    the same payment, and the same record.

    \b
    Example: lifepod vendor pay 6a0c2f4e --amount 6 --currency EUR --ref RF18539007547034
    --json: {"id", "step", "record", "told", "why"}
    """
    from lifepod.vendor.duties import Paid

    said = Paid(paid.amount, paid.currency, paid.ref, paid.period_start, paid.paid_at)
    _say(options, lambda desk: desk.pay(case, said), "Receipted:")


@click.command()
@click.argument("case")
@click.argument("text")
@common
def note(options: Common, case: str, text: str) -> None:
    """Tell the person, signed, what their data was used for.

    \b
    Example: lifepod vendor note 6a0c2f4e "Two part suggestions, on 24 November."
    --json: {"id", "step", "record", "told", "why"}
    """
    _say(options, lambda desk: desk.note(case, text), "Noted:")


for _command in (
    *(vendor_asking.init, vendor_asking.ask, vendor_asking.status, vendor_asking.accept, vendor_asking.decline),
    *(vendor_asking.withdraw, read, append, attest, pay, note, vendor_offering.offer),
):
    vendor.add_command(_command)
