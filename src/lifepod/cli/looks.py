"""Commands over a whole survey: ``matrix``, ``risks``, ``diff``.

It refuses to decide anything: it asks for a look and says what was found, blind spots always beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from lifepod.cli.options import Common, common, gathered
from lifepod.cli.say import run, table
from lifepod.errors import Missing

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit

FOUND = 18
"""Exit code of a check that found something."""
_WIDE = 12  # columns of one table


@dataclass(frozen=True, slots=True)
class Looking:
    """How to look."""

    kept: bool


_kept = click.option("--kept", is_flag=True, help="Use the last survey instead of looking now.")


async def _audit(options: Common, *, kept: bool) -> Audit:
    from lifepod.owner.desk import Desk

    async with Desk.open(options.profile) as desk:
        if kept and (old := desk.kept()) is not None:
            return old
        audit = await desk.survey(partial(options.voice.progress, "looking at who has access"))
        options.voice.clear()
        return audit


@click.command()
@_kept
@common
@gathered(Looking)
def matrix(options: Common, way: Looking) -> None:
    """Everyone who is named, and what they could reach where.

    One row for each container at the top of the pod and for each kind of the journal, one column for each agent. A
    place we could not look into shows "?": it may be open.

    \b
    Examples: lifepod matrix    lifepod matrix --kept --json
    --json: {"surveyed_at", "audiences": [..], "rows": [{"place", "covers", "cells":
             {AUDIENCE: {"read": {"least", "most"}, …}}}], "blind": [{"place", "cause"}]}; least holds everywhere in
             the row, most somewhere.
    """
    from lifepod.owner.overview import foot, matrix_as_rows, matrix_as_value

    audit = run(_audit(options, kept=way.kept))
    head, rows, legend = matrix_as_rows(audit)
    words: list[str] = []
    for start in range(1, len(head), _WIDE):
        end = start + _WIDE
        words += table((head[0], *head[start:end]), [(row[0], *row[start:end]) for row in rows])
    options.voice.data(matrix_as_value(audit), [*words, *legend, *foot(audit)])


@dataclass(frozen=True, slots=True)
class Checking:
    """How to look for risks."""

    kept: bool
    check: bool


@click.command()
@_kept
@click.option("--check", is_flag=True, help="End with 18 where there is a risk (notes do not count).")
@common
@gathered(Checking)
def risks(options: Common, way: Checking) -> None:
    """Rules to look at: too open, cut off, or not doing as they say.

    Public write, control in other hands, groups nobody can read or others can change, rules of a place's own that
    leave out what its container gives, restrictions that this server does not enforce.

    \b
    Examples: lifepod risks    lifepod risks --kept --check
    --json: {"surveyed_at", "risks": [{"kind", "place", "audience", "says", "covers", "note"}],
             "blind": [{"place", "cause"}]}
    """
    from lifepod.owner.overview import foot, is_risky, risks_as_value, risks_in_words

    audit = run(_audit(options, kept=way.kept))
    options.voice.data(risks_as_value(audit), [*risks_in_words(audit), *foot(audit)])
    if way.check and is_risky(audit):
        raise click.exceptions.Exit(FOUND)


@dataclass(frozen=True, slots=True)
class Since:
    """From when on."""

    since: datetime | None


@click.command()
@click.option(
    "--since",
    metavar="WHEN",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]),
    help="The last survey kept at or before this time (UTC), like 2026-03-01 or 2026-03-01T12:00.",
)
@common
@gathered(Since)
def diff(options: Common, way: Since) -> None:
    """What changed in who can see what since an earlier survey.

    Looks now and compares with the last survey that was kept on this machine, or with that of an earlier time.

    \b
    Examples: lifepod diff    lifepod diff --since 2026-03-01 --json
    --json: {"since", "until", "moves": [{"place", "audience", "app", "issuer", "covers", "gained", "lost", "unknown",
             "found_open", "found_closed"}], "came": [{"place", "covers"}], "went": [..], "blind", "blind_before"}
    """
    from lifepod.owner.overview import difference_as_value, difference_in_words, foot

    before, after = run(_two(options, way.since))
    words = [*difference_in_words(before, after), *foot(after)]
    options.voice.data(difference_as_value(before, after), words)


async def _two(options: Common, since: datetime | None) -> tuple[Audit, Audit]:
    """The earlier survey, read before a new one is kept, and the pod now."""
    from lifepod.owner.desk import Desk
    from lifepod.owner.kept import remembered

    desk = Desk.open(options.profile)
    when = None if since is None else since.replace(tzinfo=UTC)
    storage, webid = desk.profile.storage, desk.profile.webid
    before = desk.kept() if when is None else remembered(storage, webid, when)
    if before is None:
        raise Missing(
            "No survey is kept here from before" + (f" {when:%Y-%m-%dT%H:%M:%SZ}." if when else "."),
            place=storage,
            advice="`lifepod survey` keeps one to compare with later.",
        )
    return before, await _audit(options, kept=False)
