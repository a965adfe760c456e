"""Commands that look at files and take or bring single ones: ``ls``, ``tree``, ``find``, ``get``, ``put``, ``edit``,
``mkdir``.

It refuses to overwrite what was not read, and to write raw bytes of a pod to a terminal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote

import click

from lifepod.cli.draft import edited
from lifepod.cli.options import Common, common, gathered
from lifepod.cli.say import FOUND, Voice, run, table
from lifepod.errors import Malformed, NotReady

if TYPE_CHECKING:
    from lifepod.owner.files import Entry, Fetched, Held, Search, Sent


def _value(entry: Entry) -> dict[str, object]:
    return {"url": entry.url, "name": entry.name, "modified": entry.modified, "container": entry.url.endswith("/")}


@click.command()
@click.argument("place", default="")
@common
def ls(options: Common, place: str) -> None:
    """List a container of the pod.

    \b
    Examples: lifepod ls
              lifepod ls journal/purchases/
    --json: [{"url", "name", "modified", "container"}]
    """
    found = run(_ls(options, place))
    words = table(("changed", "name"), ((one.modified[:19] or "-", one.name) for one in found)) if found else ["Empty."]
    options.voice.data([_value(one) for one in found], words)


async def _ls(options: Common, place: str) -> tuple[Entry, ...]:
    from lifepod.owner import files
    from lifepod.owner.desk import Desk

    async with Desk.open(options.profile) as desk:
        return await files.listed(await desk.pod(), place)


@click.command()
@click.argument("place", default="")
@click.option("--depth", default=32, type=click.IntRange(1, 32), help="Levels to go down.")
@common
def tree(options: Common, place: str, depth: int) -> None:
    """Show a container and all below it.

    \b
    Examples: lifepod tree
              lifepod tree journal/ --depth 2
    Ends with 18 where a part could not be looked into.
    --json: {"places": [{"url", "name", "modified", "container"}], "unread": [{"url", "why"}]}
    """
    found, unread, root = run(_tree(options, place, depth))
    words = [root]
    for one in sorted(found, key=lambda entry: entry.url):
        level = one.url[len(root) :].rstrip("/").count("/") + 1
        words.append("  " * level + one.name)
    words += [f"not looked into: {url}: {why}" for url, why in unread]
    _say_found(options.voice, found, unread, words)


def _say_found(voice: Voice, found: list[Entry], unread: list[tuple[str, str]], words: list[str]) -> None:
    voice.data({"places": [_value(one) for one in found], "unread": [{"url": u, "why": w} for u, w in unread]}, words)
    if unread:
        raise click.exceptions.Exit(FOUND)


async def _tree(options: Common, place: str, depth: int | None) -> tuple[list[Entry], list[tuple[str, str]], str]:
    from lifepod.owner import files
    from lifepod.owner.desk import Desk

    found: list[Entry] = []
    unread: list[tuple[str, str]] = []
    async with Desk.open(options.profile) as desk:
        pod = await desk.pod()
        async for url, entries, failure in files.below(pod, place, depth):
            found += entries
            if failure is not None:
                unread.append((url, str(failure)))
            options.voice.progress("looking", len(found))
        options.voice.clear()
        return found, unread, files.container_of(pod, place)


@dataclass(frozen=True, slots=True)
class What:
    """What to find."""

    kind: str | None
    since: str | None


@click.command()
@click.argument("pattern")
@click.argument("place", default="")
@click.option("--kind", type=click.Choice(["file", "container"]), help="Only these.")
@click.option("--since", metavar="TIME", help="Changed at or after this day or time (in UTC), such as 2026-01-31.")
@common
@gathered(What)
def find(options: Common, what: What, pattern: str, place: str) -> None:
    """Find places by their name, below a container.

    \b
    Examples: lifepod find '*.ttl' journal/
              lifepod find '*' --since 2026-01-01 --kind file
    Ends with 18 where a part could not be looked into.
    --json: {"places": [{"url", "name", "modified", "container"}], "unread": [{"url", "why"}]}
    """
    from lifepod.owner.files import Search, moment_of

    since = None if what.since is None else moment_of(what.since)
    if what.since is not None and since is None:
        raise click.BadParameter("it is no day or time such as 2026-01-31 or 2026-01-31T09:30.", param_hint="--since")
    found, unread, _ = run(_tree(options, place, None))
    search: Search = Search(pattern, what.kind or "", since)
    fitting = [one for one in sorted(found, key=lambda entry: entry.url) if search.fits(one)]
    for url, why in unread:
        options.voice.talk(f"not looked into: {url}: {why}")
    _say_found(options.voice, fitting, unread, [one.url for one in fitting])


@click.command()
@click.argument("place")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace the file where it exists.")
@common
def get(options: Common, place: str, file: Path | None, overwrite: bool) -> None:
    """Take a file out of the pod: into FILE, or to the output.

    Where FILE is a folder, the file goes into it under its own name.

    \b
    Examples: lifepod get profile/card
              lifepod get photos/cat.jpg cat.jpg
    --json (with FILE): {"url", "file", "size", "content_type", "version"}
    """
    voice = options.voice
    if file is None:
        if options.as_json:
            raise click.UsageError("--json tells of a file that was taken: name FILE too.")
        if voice.on_terminal:
            voice.document(run(_held(options, place)).body)
            return
        with voice.pipe() as out:
            run(_piped(options, place, out))
        return
    take = _get_into if file.is_dir() else _get
    fetched, file = run(take(options, place, file, overwrite))
    value = {"url": fetched.url, "file": str(file), "size": fetched.size, "content_type": fetched.content_type}
    voice.data(value | {"version": fetched.etag}, [f"{file}: {fetched.size} bytes ({fetched.content_type})."])


async def _held(options: Common, place: str) -> Held:
    from lifepod.owner import files
    from lifepod.owner.desk import Desk

    async with Desk.open(options.profile) as desk:
        return await files.held(await desk.pod(), place)


async def _piped(options: Common, place: str, out: BinaryIO) -> None:
    from lifepod.owner import files
    from lifepod.owner.desk import Desk

    async with Desk.open(options.profile) as desk:
        pod = await desk.pod()
        await pod.download(files.place_of(pod, place), out)


async def _get_into(options: Common, place: str, folder: Path, overwrite: bool) -> tuple[Fetched, Path]:
    from lifepod.owner import files
    from lifepod.owner.desk import Desk

    async with Desk.open(options.profile) as desk:
        pod = await desk.pod()
        url = files.place_of(pod, place)
        if url.endswith("/"):
            raise Malformed(f"{url} is a container.", advice=f"Copy it whole: lifepod cp {url} {folder}")
        (one,) = (await files.plan_crossing(pod, url, str(folder))).files
    return await _get(options, url, one.path, overwrite)


async def _get(options: Common, place: str, file: Path, overwrite: bool) -> tuple[Fetched, Path]:
    from lifepod.owner import files
    from lifepod.owner.desk import Desk

    async with Desk.open(options.profile) as desk:
        pod, tell = await desk.pod(), bytes_of(options.voice, file.name)
        try:
            return await pod.download_to(files.place_of(pod, place), file, tell, overwrite=overwrite), file
        finally:
            options.voice.clear()


def bytes_of(voice: Voice, name: str) -> Callable[[int, int], None]:
    """A progress line in kilobytes."""
    return lambda done, total: voice.progress(f"kB {name}", done // 1000, total // 1000)


@dataclass(frozen=True, slots=True)
class Put:
    """How to bring a file."""

    content_type: str
    overwrite: bool
    dry_run: bool


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("place")
@click.option("--type", "content_type", default="", metavar="MEDIA/TYPE", help="What it is (else by its name).")
@click.option("--overwrite", is_flag=True, help="Replace what stands there.")
@click.option("--dry-run", is_flag=True, help="Check the file and look at the place; send nothing.")
@common
@gathered(Put)
def put(options: Common, how: Put, file: Path, place: str) -> None:
    """Bring a file into the pod. Turtle and JSON-LD are read first: servers store what nobody can read back.

    \b
    Examples: lifepod put cat.jpg photos/
              lifepod put notes.ttl notes/today.ttl --overwrite
    --json: {"url", "size", "replaced", "dry_run"}
    """
    _must_be_sendable(file, place)
    sent = run(_put(options, how, file, place))
    value = {"url": sent.url, "size": sent.size, "replaced": sent.replaced, "dry_run": how.dry_run}
    verb = "would replace" if sent.replaced else "would go to"
    if not how.dry_run:
        verb = "replaced" if sent.replaced else "is now at"
    options.voice.data(value, [f"{file} ({sent.size} bytes) {verb} {sent.url}."])


def _must_be_sendable(file: Path, place: str) -> None:
    if file.is_symlink():
        raise NotReady(f"{file} is a link, and links are not followed.", advice=f"Name the file: {file.resolve()}")
    if not file.is_file():  # a pipe would hold us for ever
        raise NotReady(f"{file} is no regular file.", advice="Write what it gives to a file first.")
    if (not place or place.endswith(("/", ":"))) and not file.name.isprintable():
        raise NotReady(f"{file} has a name that is none in a pod.", advice="Say how it is to be called: PLACE/NAME.")


async def _put(options: Common, how: Put, file: Path, place: str) -> Sent:
    from lifepod.owner import files
    from lifepod.owner.desk import Desk

    async with Desk.open(options.profile) as desk:
        wish = files.Bringing(file, place, how.content_type, how.overwrite, how.dry_run)
        try:
            return await files.bring(await desk.pod(), wish, bytes_of(options.voice, file.name))
        finally:
            options.voice.clear()


@click.command()
@click.argument("place")
@common
def mkdir(options: Common, place: str) -> None:
    """Make a container, with those above it.

    \b
    Example: lifepod mkdir photos/2026/
    --json: {"url", "made"}
    """
    url, made = run(_mkdir(options, place))
    options.voice.data({"url": url, "made": made}, [f"{url} {'was made' if made else 'is there already'}."])


async def _mkdir(options: Common, place: str) -> tuple[str, bool]:
    from lifepod.owner import files
    from lifepod.owner.desk import Desk

    async with Desk.open(options.profile) as desk:
        pod = await desk.pod()
        url = files.container_of(pod, place)
        return url, await pod.create_container(url)


@click.command()
@click.argument("place")
@common
def edit(options: Common, place: str) -> None:
    """Edit a file of the pod in $EDITOR. What you saved is checked, and sent if nobody wrote meanwhile.

    \b
    Example: EDITOR=nano lifepod edit notes/today.ttl
    --json: {"url", "changed"}
    """
    before = run(_held(options, place))
    with edited(options.voice, before.body, unquote(before.url.rsplit("/", 1)[-1])) as body:
        if body != before.body:
            run(_put_back(options, before, body))
    said = "was changed" if body != before.body else "is as it was"
    options.voice.data({"url": before.url, "changed": body != before.body}, [f"{before.url} {said}."])


async def _put_back(options: Common, before: Held, body: bytes) -> None:
    from lifepod.owner import files
    from lifepod.owner.desk import Desk

    async with Desk.open(options.profile) as desk:
        await files.put_back(await desk.pod(), before, body)
