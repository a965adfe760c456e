"""Commands about single records of the journal: ``records``, and below it ``show edit delete deleted restore``.

It refuses to print what it could not read as if it were not there: each such place is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from lifepod.cli.draft import edited
from lifepod.cli.options import Command, Common, common, gathered
from lifepod.cli.say import counted, run, table
from lifepod.errors import Undecided

if TYPE_CHECKING:
    from lifepod.owner.records import Found, Shown, Sought, Unread
    from lifepod.owner.tending import Deletion, Tombstones

_LIMIT = 50
"""Records that are shown in words, unless more are asked for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which records."""

    classes: tuple[str, ...]
    sources: tuple[str, ...]
    since: str
    until: str
    text: str
    vendor: str
    place: str


@dataclass(frozen=True, slots=True)
class Form:
    """How to print them."""

    limit: int | None
    oldest_first: bool
    as_turtle: bool
    as_jsonld: bool


def _which(command: Command) -> Command:
    for option in reversed(
        (
            click.option("--class", "classes", multiple=True, metavar="CLASS", help="purchases, media …; repeatable."),
            click.option("--source", "sources", multiple=True, metavar="NAME", help="Such as netflix; repeatable."),
            click.option("--since", default="", metavar="TIME", help="2020, 2020-05 or 2020-05-17; included."),
            click.option("--until", default="", metavar="TIME", help="The same; included to its end."),
            click.option("--text", default="", metavar="WORDS", help="Stands anywhere in the record."),
            click.option("--vendor", default="", metavar="NAME", help="Who was on the other side, or part of a host."),
            click.option("--place", default="", metavar="NAME|LAT,LON", help="Part of a name, or at most 500 m away."),
        )
    ):
        command = option(command)
    return command


def _sought(asked: Asked) -> Sought:
    from lifepod.owner.records import Sought

    return Sought(
        asked.classes, asked.sources, asked.since, asked.until, asked.text, asked.vendor, asked.place
    ).checked()


@click.group(invoke_without_command=True)
@_which
@click.option("--limit", type=click.IntRange(1), help=f"At most so many (in words {_LIMIT}, else all).")
@click.option("--oldest-first", is_flag=True, help="From the first to the last; else from the last to the first.")
@click.option("--turtle", "as_turtle", is_flag=True, help="Print Turtle.")
@click.option("--jsonld", "as_jsonld", is_flag=True, help="Print JSON-LD.")
@common
@gathered(Asked)
@gathered(Form)
@click.pass_context
def records(context: click.Context, options: Common, asked: Asked, form: Form) -> None:
    """Look through your journal: what you bought, watched, searched, visited, and who was on the other side.

    What two sources tell of the same happening is shown once.

    \b
    Examples: lifepod records --class purchases --since 2020
              lifepod records --vendor acme --since 2025-05 --until 2025-08
              lifepod records show journal/media/netflix/2025/12.ttl#20251201T201500Z-4f8c98d97fc3867c
    --json: {"records": [{"url", "class", "source", "when", "what", "who", "also", "verified", "record"}],
             "more": whether the limit cut it, "unread": [{"path", "why"}]}
    """
    if context.invoked_subcommand is None:
        _print(options, form, run(_find(options, _sought(asked), form)))


async def _find(options: Common, sought: Sought, form: Form) -> tuple[list[Found], list[Unread], bool]:
    from lifepod.owner.desk import Desk
    from lifepod.owner.records import Unread

    in_words = not (options.as_json or form.as_turtle or form.as_jsonld)
    most = form.limit or (_LIMIT if in_words else None)
    found: list[Found] = []
    unread: list[Unread] = []
    async with Desk.open(options.profile) as desk:
        async for one in desk.records(sought, newest_first=not form.oldest_first):
            if isinstance(one, Unread):
                unread.append(one)
            elif most is not None and len(found) == most:
                return found, unread, True
            else:
                found.append(one)
                options.voice.progress("records", len(found))
    return found, unread, False


def _print(options: Common, form: Form, got: tuple[list[Found], list[Unread], bool]) -> None:
    found, unread, more = got
    for one in unread:
        options.voice.talk(f"{one.path} could not be read: {one.why}")
    if form.as_turtle or form.as_jsonld:
        from lifepod.owner.records import jsonld_of, turtle_of

        options.voice.document(turtle_of(found) if form.as_turtle else jsonld_of(found) + b"\n")
        return
    value = {
        "records": [_value(one) for one in found],
        "more": more,
        "unread": [{"path": one.path, "why": str(one.why)} for one in unread],
    }
    options.voice.data(value, _words(found, more=more))


def _value(one: Found) -> dict[str, object]:
    keys = ("url", "source", "when", "what", "who", "verified", "record")
    return {key: getattr(one, key) for key in keys} | {"class": one.journal_class, "also": list(one.also)}


def _words(found: Sequence[Found], *, more: bool) -> list[str]:
    if not found:
        return ["No record fits."]
    rows = [(_time(one), one.journal_class, _source(one), one.who[:32], one.what[:80]) for one in found]
    lines = table(("when", "class", "source", "with", "what"), rows)
    if more:
        lines.append(f"There are more than these {len(found)}: say --limit, or narrow it with --since or --class.")
    else:
        lines.append(f"{counted(len(found), 'record')}.")
    return lines


def _time(one: Found) -> str:
    return one.when[:16].replace("T", " ") or "-"


def _source(one: Found) -> str:
    told = " +".join((one.source, *one.also))
    return told if one.verified else f"{told} (unverified)"


@records.command()
@click.argument("address")
@common
def show(options: Common, address: str) -> None:
    """Show one record and where it came from.

    \b
    Example: lifepod records show journal/media/netflix/2025/12.ttl#20251201T201500Z-4f8c98d97fc3867c
    --json: {"url", "class", "source", "record", "turtle", "verified",
             "import": {"started", "files": [{"name", "importer", "version", "shape", "sha256"}]} or null}
    """
    shown = run(_show(options, address))
    from lifepod.owner.records import turtle_of

    text = turtle_of([shown.found]).decode()
    value = {key: item for key, item in _value(shown.found).items() if key not in ("also", "when", "what", "who")}
    files = [
        {"name": i.name, "importer": i.importer, "version": i.version, "shape": i.shape, "sha256": i.sha256}
        for i in (shown.run.inputs if shown.run else ())
    ]
    came = {"started": shown.run.started, "files": files} if shown.run else None
    options.voice.data(value | {"turtle": text, "import": came}, [*text.strip().splitlines(), "", *_origin(shown)])


def _origin(shown: Shown) -> list[str]:
    if not shown.found.verified:
        return [f"Delivered by a vendor ({shown.found.source}); nobody has checked it."]
    if shown.run is None:
        return ["No import on record tells where it came from."]
    files = ", ".join(f"{i.name} ({i.importer} {i.version}, {i.shape})" for i in shown.run.inputs)
    return [f"Brought by the import of {shown.run.started}, from: {files}."]


async def _show(options: Common, address: str) -> Shown:
    from lifepod.owner.desk import Desk

    async with Desk.open(options.profile) as desk:
        return await desk.record(address)


@records.command()
@click.argument("address")
@common
def edit(options: Common, address: str) -> None:
    """Change one record in $EDITOR. It is marked as your own word, and no import changes it again.

    \b
    Example: EDITOR=nano lifepod records edit journal/purchases/amazon-de/2025.ttl#20251201T120000Z-0a1b…
    --json: {"url", "changed"}
    """
    from lifepod.owner import tending
    from lifepod.owner.desk import Desk

    async def before() -> tending.Draft:
        async with Desk.open(options.profile) as desk:
            return await tending.draft(await desk.pod(), address)

    async def after(text: bytes) -> bool:
        async with Desk.open(options.profile) as desk:
            return await tending.save(await desk.pod(), draft, text)

    draft = run(before())
    with edited(options.voice, draft.text, "record.ttl") as text:
        changed = run(after(text))
    url = f"{draft.url}#{draft.name}"
    options.voice.data({"url": url, "changed": changed}, [f"{url} {'was changed' if changed else 'is as it was'}."])


@dataclass(frozen=True, slots=True)
class Deleting:
    """How to delete."""

    dry_run: bool
    yes: bool


@records.command()
@click.argument("addresses", nargs=-1)
@_which
@click.option("--dry-run", is_flag=True, help="Show what would be deleted; delete nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@common
@gathered(Asked)
@gathered(Deleting)
def delete(options: Common, asked: Asked, how: Deleting, addresses: tuple[str, ...]) -> None:
    """Delete records by address, or all that fit. They stay deleted: no later import brings them back.

    What is chosen by class, source and time alone stays empty for later imports too.

    \b
    Examples: lifepod records delete journal/media/netflix/2025/12.ttl#20251201T201500Z-4f8c98d97fc3867c
              lifepod records delete --class searches --until 2019 --dry-run
    --json: {"records": [address], "deleted", "dry_run"}
    """
    if not addresses and not any(getattr(asked, name) for name in Asked.__slots__):
        raise Undecided(
            "Nothing says which records.", advice="Name their addresses, or choose with --class, --source, --since …"
        )
    plan, done = run(_delete(options, how, asked, addresses))
    named = [f"{path}#{name}" for path, found in plan.records for name in found]
    value = {"records": named, "deleted": done or 0, "dry_run": how.dry_run}
    if done is None:
        said = "would be deleted. Nothing was." if how.dry_run else "left as it was."
        words = [*named[:20], *([f"… and {len(named) - 20} more"] if len(named) > 20 else [])]
        options.voice.data(value, [*words, f"{counted(len(named), 'record')} {said}"])
    else:
        options.voice.data(value, [f"{counted(done, 'record')} deleted. No import brings back what you deleted."])


async def _delete(
    options: Common, how: Deleting, asked: Asked, addresses: tuple[str, ...]
) -> tuple[Deletion, int | None]:
    from lifepod.owner import tending
    from lifepod.owner.desk import Desk
    from lifepod.owner.records import Found, Unread

    voice = options.voice
    async with Desk.open(options.profile) as desk:
        if addresses:
            plan = tending.plan_deletion([(await desk.record(word)).found for word in addresses])
        else:
            sought, found = _sought(asked), list[Found]()
            async for one in desk.records(sought, as_told=True):
                if isinstance(one, Unread):
                    raise one.why  # what cannot be read cannot be deleted whole
                found.append(one)
                voice.progress("records", len(found))
            plan = tending.plan_deletion(found, sought)
        voice.clear()
        asks = voice.may_ask and not how.yes
        if how.dry_run or (asks and not voice.ask(f"Delete {plan.count} records for good?")):
            return plan, None
        try:
            return plan, await tending.delete(
                await desk.pod(), plan, lambda done, whole: voice.progress("files of the pod", done, whole)
            )
        finally:
            voice.clear()


@records.command()
@common
def deleted(options: Common) -> None:
    """List what you deleted and what no import brings back.

    \b
    --json: {"records": [{"source", "name"}], "stretches": [{"source", "first", "last"}]}
    """
    stones = run(_stones(options))
    singles = [(source, name) for source, found in sorted(stones.names.items()) for name in sorted(found)]
    stretches = [(one.source, one.first, one.last) for one in sorted(stones.stretches)]
    value = {
        "records": [{"source": source, "name": name} for source, name in singles],
        "stretches": [{"source": source, "first": first, "last": last} for source, first, last in stretches],
    }
    words = [f"{source} {name}" for source, name in singles]
    words += [f"{source} from {first} to {last}" for source, first, last in stretches]
    options.voice.data(value, words or ["Nothing was deleted."])


async def _stones(options: Common) -> Tombstones:
    from lifepod.owner import tending
    from lifepod.owner.desk import Desk

    async with Desk.open(options.profile) as desk:
        return await tending.deletions(await desk.pod())


@records.command()
@click.argument("source")
@click.argument("names", nargs=-1)
@common
def restore(options: Common, source: str, names: tuple[str, ...]) -> None:
    """Let deleted records of a source return.

    They are taken off the list of deletions; import their export --again. Without names all of the source may return.

    \b
    Example: lifepod records restore journal/media/netflix/ 20251201T201500Z-4f8c98d97fc3867c
    --json: {"source", "may_return"}
    """
    from lifepod.owner import tending
    from lifepod.owner.desk import Desk

    async def work() -> int:
        async with Desk.open(options.profile) as desk:
            return await tending.let_return(await desk.pod(), source, names)

    count = run(work())
    words = [
        f"{count} {'entry' if count == 1 else 'entries'} of {source} may return: import their export with --again."
    ]
    options.voice.data({"source": source, "may_return": count}, words)
