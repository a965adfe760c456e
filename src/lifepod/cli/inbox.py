"""Commands about requests: ``inbox``, and what a person says to one: ``approve counter decline``.

It refuses to decide without showing what it is about, and to list what nobody proved among what is proved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import click

from lifepod.cli.asking import How, declined, how, tell
from lifepod.cli.options import Common, common, gathered
from lifepod.cli.say import Voice, counted, run, table
from lifepod.errors import Conflict, LifepodError, NotSignedIn, Unreachable

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk, Papers
    from lifepod.owner.statements import Decided, Inbox, Request, View

HEAD = ("no", "who", "proved", "terms", "what", "until", "problems")
_REASONS = ("outside-terms", "not-proved", "never-class", "no-thanks", "lapsed", "unreadable")
_WAITS = ("asked", "countered")


def _desk(options: Common) -> Desk:
    from lifepod.owner.desk import Desk

    return Desk.open(options.profile)


@dataclass(frozen=True, slots=True)
class Listing:
    """What of the inbox is listed."""

    clear_unreadable: bool
    all: bool
    yes: bool
    dry_run: bool


@click.command()
@click.argument("which", required=False)
@click.option("--all", is_flag=True, help="Also those that were decided or ran out.")
@click.option("--clear-unreadable", is_flag=True, help="Delete from the inbox what cannot be read, after asking.")
@click.option("--yes", is_flag=True, help="Do not ask before deleting.")
@click.option("--dry-run", is_flag=True, help="List what was taken in before; touch nothing in the inbox.")
@common
@gathered(Listing)
def inbox(options: Common, listing: Listing, which: str | None) -> None:
    """Who asks for what, on which terms, and whether they proved it.

    It takes in what came since: what is signed with a key that the sender's profile shows is filed, the rest stays in
    the inbox and is counted. WHICH is a number of the list or the beginning of an id: that request whole.

    \b
    Examples: lifepod inbox    lifepod inbox 1    lifepod inbox 6a0c2f4e --json
    --json: {"requests": [{"number", "id", "who", "proved", "profile", "profile_at", "terms", "opens", "state",
            "completed", "begun", "forked", "first_seen", "reply_by", "until", "price", "problems": [..]}],
            "unproved": [{"url", "sender", "why"}], "unreadable": [{"url", "why"}], "foreign": [..], "offers": count,
            "waiting": {WEBID: count},
            "counts": {"filed", "again", "unproved", "unreadable", "waiting"}, "cleared"}
            With WHICH: the request, with "clauses": [{"clause", "says", "by", "detail", "node"}],
            "vendors_words": {"request", "service"}, "differences": [{"clause", "kind", "offered", "asked"}], "key",
            "digest", "amiss", "could_read": {"records", "earliest", "latest", "files", "other_files", "rows", "unread",
            "apart"}, "plans": [as in grant] or null where it cannot be approved, "made": [..], "usual": NAME of terms
    """
    if which is not None:
        run(_one(options, which))
    elif listing.dry_run:
        run(_known(options, listing))
    else:
        run(_list(options, listing))


async def _known(options: Common, listing: Listing) -> None:
    from lifepod.owner.statements import request_as_value

    if listing.clear_unreadable:
        raise click.UsageError("--dry-run does not look into the inbox, so it cannot tell what would be deleted.")
    async with _desk(options) as desk:
        shown = _shown(await (await desk.papers()).requests(), listing)
        words = [*_rows(shown, desk.profile.storage), "The inbox itself was not looked at."]
        options.voice.data({"requests": [request_as_value(one) for one in shown]}, words)


async def _list(options: Common, listing: Listing) -> None:
    from lifepod.owner.statements import aside_in_words, inbox_as_value

    voice = options.voice
    async with _desk(options) as desk:
        papers = await desk.papers()
        found = await papers.inbox(partial(voice.progress, "looking through the inbox"))
        voice.clear()
        shown = _shown(found.requests, listing)
        words = [*_rows(shown, desk.profile.storage), *aside_in_words(found)]
        cleared = await _cleared(voice, papers, found, listing) if listing.clear_unreadable else 0
        words += [f"{counted(cleared, 'message')} deleted."] if listing.clear_unreadable else []
        voice.data(inbox_as_value(found, shown) | {"cleared": cleared}, words)


def _shown(requests: tuple[Request, ...], listing: Listing) -> tuple[Request, ...]:
    kept = [one for one in requests if one.is_waiting or one.state in _WAITS or listing.all]
    return tuple(sorted(kept, key=lambda one: (not one.number, one.number, one.first_seen)))


def _rows(shown: tuple[Request, ...], storage: str) -> list[str]:
    from lifepod.owner.statements import request_as_row

    rows = [request_as_row(one, storage) for one in shown]
    return table(HEAD, rows) if rows else ["Nobody waits for an answer."]


async def _cleared(voice: Voice, papers: Papers, found: Inbox, listing: Listing) -> int:
    """How many messages were deleted."""
    from lifepod.owner.statements import aside_in_words

    count = len(found.intake.unreadable)
    if not count:
        return 0
    tell(voice, aside_in_words(found))
    question = f"Delete {counted(count, 'message')} that cannot be read, for good?"
    if declined(voice, How(dry_run=False, yes=listing.yes), question):
        return 0
    return await papers.clear(found.intake, partial(voice.progress, "deleting"))


async def _one(options: Common, which: str) -> None:
    from lifepod.owner.statements import request_as_value, request_in_words, view_as_value, view_in_words

    voice = options.voice
    async with _desk(options) as desk:
        papers = await desk.papers()
        request = await papers.request(which)
        try:
            view = await _view(voice, papers, request)
        except (Unreachable, NotSignedIn):
            raise
        except LifepodError as error:  # what cannot be opened can still be read, countered or declined
            words = [*request_in_words(request), f"What approving would change cannot be told: {error}"]
            voice.data(request_as_value(request) | {"plans": None, "why": str(error)}, words)
            return
        usual = await papers.usual(request)
        voice.data(view_as_value(view) | {"usual": usual}, [*view_in_words(view), *_next(request, usual)])


def _next(request: Request, usual: str) -> list[str]:
    if not request.is_waiting:
        return []
    which = request.number
    can = f"lifepod approve {which}, " if not request.outside else ""
    other = f" (under {usual}, which is usual for you here)" if usual else ""
    return ["", f"Next: {can}lifepod counter {which}{other}, or lifepod decline {which}."]


async def _view(voice: Voice, papers: Papers, request: Request) -> View:
    view = await papers.view(request, partial(voice.progress, "looking at what they could read"))
    voice.clear()
    return view


# Yes


@click.command()
@click.argument("which")
@how
@common
@gathered(How)
def approve(options: Common, way: How, which: str) -> None:
    """Say yes to a request: sign it, and open what it says.

    It is shown first, with who could read what before and after. The agreement is kept before anything opens, and
    nothing is called open before a fresh look; then the vendor is told. What is outside your terms, or not proved,
    cannot be approved.

    \b
    Examples: lifepod approve 1    lifepod approve 6a0c2f4e --dry-run
    --json: {"request": {…as inbox WHICH…}, "applied", "said", "record", "told", "untold",
            "changes": [{"place", "change", "confirmed_at"}]}
    """
    run(_approve(options, way, which))


async def _approve(options: Common, way: How, which: str) -> None:
    from lifepod.owner.statements import view_as_value, view_in_words

    voice = options.voice
    async with _desk(options) as desk:
        papers = await desk.papers()
        request = await papers.request(which)
        view = await _view(voice, papers, request)
        tell(voice, view_in_words(view))
        papers.must_be_approvable(request)
        value: dict[str, object] = {"request": view_as_value(view)}
        said = declined(voice, way, f"Sign this, and let {request.case.policy.assignee} in?")
        if said:
            voice.data(value | {"applied": False}, [said])
            return
        _tell_decided(voice, await papers.approve(request, voice.progress), value)


def _tell_decided(voice: Voice, decided: Decided, value: dict[str, object]) -> None:
    from lifepod.owner.statements import decided_as_value, decided_in_words

    voice.clear()
    voice.data(value | {"applied": True} | decided_as_value(decided), decided_in_words(decided))


# Less


@dataclass(frozen=True, slots=True)
class Less:
    """What a counter-offer says instead."""

    until: str
    place: tuple[str, ...]
    purpose: str
    under: str
    say: str
    reply_by: str


@click.command()
@click.argument("which")
@click.option("--until", default="", metavar="DATE", help="An earlier end: a day (its beginning, UTC) or a time.")
@click.option("--place", multiple=True, metavar="PATH", help="Only these places of those asked for; repeatable.")
@click.option("--purpose", default="", metavar="WORD", help="A narrower purpose (see `terms purposes`).")
@click.option("--under", default="", metavar="NAME", help="The same under another version of your terms.")
@click.option("--say", default="", metavar="TEXT", help="A word to the vendor.")
@click.option("--reply-by", default="", metavar="DATE", help="Until when they may answer; in 14 days if not said.")
@how
@common
@gathered(Less)
@gathered(How)
def counter(options: Common, less: Less, way: How, which: str) -> None:
    """Offer less than was asked, once; your signature is on it.

    It is an agreement as soon as the vendor signs it too. A counter-offer only ever narrows: an earlier end, fewer
    places, a narrower purpose, or another version of your terms. Without any of these it is made under the terms that
    are usual for what is asked (`lifepod terms usual`), for no longer than those allow.

    \b
    Example: lifepod counter 1 --until 2027-02-22 --say "Three months first, please."
    --json: {"id", "clauses": [..], "reply_by", "applied", "said", "record", "told", "untold", "changes"}
    """
    run(_counter(options, (less, way), which))


async def _counter(options: Common, asked: tuple[Less, How], which: str) -> None:
    from lifepod.owner.statements import clauses_as_value, clauses_in_words
    from lifepod.owner.wishing import narrower

    voice, (less, way) = options.voice, asked
    async with _desk(options) as desk:
        papers = await desk.papers()
        request = await papers.request(which)
        _must_wait(request)
        if not (less.until or less.place or less.purpose or less.under):
            less = replace(less, under=await papers.usual(request))
            if not less.under:
                raise click.UsageError("Say what is to be less: --until, --place, --purpose or --under.")
            voice.talk(f"Under the terms that are usual for you here: {less.under}")
        places = tuple([await desk.place(path) for path in less.place])
        wish = narrower(
            papers.now,
            (less.until, less.reply_by),
            places=places,
            purpose=less.purpose,
            description=less.say,
        )
        another = await papers.another(less.under) if less.under else None
        draft = papers.draft_counter(request, wish, another)
        tell(voice, [f"To {request.case.policy.assignee} you would say:", *clauses_in_words(draft)])
        said = declined(voice, way, "Sign and send this counter-offer?")
        value: dict[str, object] = {"id": request.id, "clauses": clauses_as_value(draft), "reply_by": wish.reply_by}
        if said:
            voice.data(value | {"applied": False}, [said])
            return
        _tell_decided(voice, await papers.counter(request, wish, another), value)


def _must_wait(request: Request) -> None:
    if request.state not in _WAITS and not (request.completed and request.is_waiting):
        raise Conflict(
            f"It is {request.state} already, since {request.case.life.since}.",
            advice="`lifepod inbox --all` shows what was decided.",
        )


# No


@dataclass(frozen=True, slots=True)
class No:
    """How a no is said."""

    because: tuple[str, ...]
    say: str
    silent: bool


@click.command()
@click.argument("which")
@click.option("--because", multiple=True, type=click.Choice(_REASONS), help="Why; repeatable; no-thanks if not said.")
@click.option("--say", default="", metavar="TEXT", help="A word to the vendor.")
@click.option("--silent", is_flag=True, help="Keep it to yourself: the vendor is not told.")
@how
@common
@gathered(No)
@gathered(How)
def decline(options: Common, no: No, way: How, which: str) -> None:
    """Say no to a request; that is kept, signed.

    The vendor is told unless you say --silent, or nobody proved to have asked.

    \b
    Example: lifepod decline 1 --because outside-terms --say "Not my location, ever."
    --json: {"id", "because": [..], "applied", "said", "record", "told", "untold", "changes": []}
    """
    if no.silent and no.say:
        raise click.UsageError("Nobody would read --say with --silent.")
    run(_decline(options, (no, way), which))


async def _decline(options: Common, asked: tuple[No, How], which: str) -> None:
    from lifepod.owner.statements import request_in_words

    voice, (no, way) = options.voice, asked
    async with _desk(options) as desk:
        papers = await desk.papers()
        request = await papers.request(which)
        _must_wait(request)
        because = no.because or ("no-thanks",)
        tell(voice, request_in_words(request))
        said = declined(voice, way, f"Say no ({', '.join(because)})?")
        value: dict[str, object] = {"id": request.id, "because": list(because)}
        if said:
            voice.data(value | {"applied": False}, [said])
            return
        done = await papers.decline(request, because, no.say, silent=no.silent)
        _tell_decided(voice, done, value)
