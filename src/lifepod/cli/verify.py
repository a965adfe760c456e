"""The command ``verify``: whether a signed record is what it says, for anyone, from files.

It refuses to sign in, and to ask the network unless that is said.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lifepod.cli.options import as_json, gathered
from lifepod.cli.say import FOUND, UNCONFIRMED_KEYS, Voice, run
from lifepod.errors import NotReady
from lifepod.limits import LIMITS
from lifepod.plain import plain

if TYPE_CHECKING:
    from lifepod.owner.verifying import Given, Live

_PROFILE_BYTES = 256 * 1024
_MOST_BESIDE = 500
"""Files of a folder that are looked through for what happened to a record."""
_CODES = {"sound": 0, "unsigned": 12, "denied": 12, "unconfirmed": UNCONFIRMED_KEYS, "not in force": FOUND}


@dataclass(frozen=True, slots=True)
class Asked:
    """How strictly to look."""

    profile: tuple[str, ...]
    live: bool
    signatures_only: bool
    in_force: bool
    twice: bool
    seen: str


@dataclass(frozen=True, slots=True)
class Others:
    """What is needed to check a signed document of others."""

    foreign: bool
    key: tuple[str, ...]
    context: tuple[str, ...]


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--profile", multiple=True, metavar="[WEBID=]FILE", help="A copy of a party's profile; repeatable.")
@click.option("--live", is_flag=True, help="Also ask the parties' profiles as they are now, as nobody.")
@click.option("--signatures-only", is_flag=True, help="Be content with signatures whose keys nobody confirmed.")
@click.option("--in-force", is_flag=True, help="Also ask that it is agreed or open (else 18).")
@click.option("--twice", is_flag=True, help="Also read it with a second implementation.")
@click.option("--seen", default="", metavar="DATE", help="You had it on that day, for keys withdrawn since.")
@click.option("--foreign", is_flag=True, help="It is a signed document of others: a W3C credential.")
@click.option("--key", multiple=True, metavar="[ADDRESS=]z6Mk…", help="Of a foreign one: its signer's public key.")
@click.option("--context", multiple=True, metavar="URL=FILE", help="Of a foreign one: a vocabulary it names.")
@as_json
@gathered(Asked)
@gathered(Others)
def verify(voice: Voice, asked: Asked, others: Others, file: str) -> int:
    """Check a signed record: agreement, request, terms or event.

    Four answers, never one: the signatures, from the record alone; the keys, in copies of the signers' profiles; the
    keys in their profiles now; how it stands, by the *.jsonld files in its folder. FILE - is standard input. It needs
    no login and, without --live, no network.

    Exit code 0: every party signed it and each key is confirmed; 7: not a record (or profile, or key); 12: a signature
    is missing or does not fit, or a profile denies a key; 14: the signatures fit, but the keys are not confirmed;
    18: not in force.

    \b
    Examples: lifepod verify agreement.jsonld --profile alice.ttl --profile shop.ttl
              lifepod verify credential.json --foreign --key z6MkmHx3Pi23YzZrqLrdDDgSzTjao2VZrTajSao7p6vQqsyo
    --json: {"file", "kind", "id", "outcome": "sound", "unsigned", "denied", "unconfirmed" or "not in force",
            "wanted": [WEBID..], "status", "since", "until",
            "signatures": [{"by", "method", "created", "fit", "amiss"}], "cached": [{"by", "shown", "at"}],
            "live": [as cached], "events": [{"file", "step", "at"}],
            "not_counted": [{"file", "why"}], "graph_digest", "bytes_digest", "note", "twice": null, true or false};
            shown is "yes", "no", "withdrawn", "no copy", "unreachable" or "not asked". With --foreign: {"file", "kind",
            "outcome": "sound", "wrong" or "unknown", "proofs": [{"method", "purpose", "created", "expires", "after",
            "fit"}], "statements": [..]}
    """
    if others.foreign:
        return _foreign(voice, others, file)
    if others.key or others.context:
        raise click.UsageError("--key and --context are for --foreign.")
    from lifepod.owner import verifying

    main, copies = _main(file), [_profile(one) for one in asked.profile]
    when = verifying.when(asked.seen)
    live = run(_now(verifying.read_given(main).parties, when.now)) if asked.live else None
    found = verifying.verify(main, _beside(file), copies, when, live)
    found = replace(found, twice=verifying.reads_the_same(found)) if asked.twice else found
    outcome = found.outcome(in_force=asked.in_force, signatures_only=asked.signatures_only)
    voice.data(verifying.as_value(found, outcome), verifying.in_words(found, outcome))
    return 12 if found.twice is False else _CODES[outcome]


def _foreign(voice: Voice, others: Others, file: str) -> int:
    """Check a signed document of others; its exit code."""
    from lifepod.owner import credentials
    from lifepod.owner.verifying import when

    main, contexts = _main(file), dict[str, bytes]()
    for said in others.context:
        address, equals, name = said.rpartition("=")
        if not equals:
            raise click.UsageError("Say --context URL=FILE.")
        contexts[address] = _read(Path(name), _PROFILE_BYTES)
    found = credentials.check(main.body, others.key, contexts)
    came_to = credentials.outcome(found, when().now)
    voice.data(credentials.as_value(main.name, found, came_to), credentials.in_words(main.name, found, came_to))
    return {"sound": 0, "wrong": 12}.get(came_to, UNCONFIRMED_KEYS)


async def _now(webids: tuple[str, ...], now: str) -> Live:
    from lifepod.owner.profiles import profiles_now

    return await profiles_now(webids, now)


def _read(path: Path, most: int) -> bytes:
    """At most so many bytes and one more, so that too big is seen as such."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise NotReady(f"{plain(path, 300)} cannot be read ({error.strerror}).") from None


def _main(file: str) -> Given:
    from lifepod.owner.verifying import Given

    if file == "-":
        return Given("standard input", sys.stdin.buffer.read(LIMITS.record_bytes + 1))
    return Given(Path(file).name, _read(Path(file), LIMITS.record_bytes))


def _beside(file: str) -> Iterator[Given]:
    """Other records in its folder, none for standard input."""
    from lifepod.owner.verifying import Given

    folder = Path(file).parent
    names = sorted(folder.glob("*.jsonld")) if file != "-" else []
    others = [path for path in names if path.name != Path(file).name and path.is_file()]
    if len(others) > _MOST_BESIDE:
        raise NotReady(
            f"{plain(folder.absolute(), 300)} holds {len(others)} records; only {_MOST_BESIDE} are looked through.",
            advice="Put the record and what is about it into a folder of their own.",
        )
    for path in others:
        yield Given(path.name, _read(path, LIMITS.record_bytes))


def _profile(said: str) -> Given:
    """``FILE``, or ``WEBID=FILE``."""
    from lifepod.owner.verifying import Given

    webid, _, name = said.rpartition("=") if "://" in said.partition("=")[0] else ("", "", said)
    path = Path(name)
    body = _read(path, _PROFILE_BYTES)
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Given(path.name, body, at, webid)
