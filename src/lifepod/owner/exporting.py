"""A whole journal with all that lifepod keeps beside it, as files of this machine: the way out of a pod.

It refuses to write where other things lie, to let a server choose names of files, and to pass over what it could not
read: that is named, and then nothing older is taken away.

* Every file is old or new, never half. An export that was cut off says so in its list, and is finished by exporting
  again.
* Rules of access are no part of it: they speak of addresses of this pod.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from lifepod.errors import LifepodError, Malformed, Missing, NotReady, NotSignedIn, Unreachable
from lifepod.journal.exporting import is_rules, local_name, why_unnamed
from lifepod.journal.layout import JOURNAL
from lifepod.owner.cabinet import Cabinet, former
from lifepod.plain import plain
from lifepod.solid.pod import Pod
from lifepod.solid.trees import Step as Step
from lifepod.solid.trees import quiet as quiet
from lifepod.solid.wire import Reply

_TOPS = (JOURNAL, "lifepod/")
_AS_IT_LIES = "text/turtle, application/ld+json, */*;q=0.1"
"""A signed record is its bytes: no server is to rewrite them."""
_AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote, or would write."""

    folder: Path
    places: int
    """Files of the pod."""
    size: int = 0
    """Bytes of them."""
    classes: tuple[tuple[str, int], ...] = ()
    """Records in the tables, by class."""
    left_out: tuple[tuple[str, str], ...] = ()
    """Places of the pod that are not in it, or not in each form, and why; then it is not whole."""
    without_rows: tuple[str, ...] = ()
    """Places of the journal that are in it and in no table, because they hold no records as ours are."""
    removed: int = 0
    """Files of an earlier export that went, because the pod no longer has them."""
    dry: bool = False


async def export(pod: Pod, folder: Path, tell: Step = quiet, *, dry: bool = False) -> Exported:
    """Everything below ``journal/`` and ``lifepod/`` as Turtle, JSON-LD and tables; with ``dry`` it is only counted.

    Raises :class:`~lifepod.errors.Undecided` where the folder holds anything but an earlier export of the same pod,
    and :class:`Missing` where there is no journal.
    """
    old = await asyncio.to_thread(former, folder, pod.storage)
    places, left_out = await _places(pod, tell)
    if not places and not left_out:
        raise Missing(f"{pod.storage} holds no journal.", place=pod.storage, advice="`lifepod import` brings one home.")
    if dry:
        return Exported(folder, len(places), left_out=tuple(left_out), dry=True)
    cabinet = Cabinet(folder, pod.webid, pod.storage, old)
    await asyncio.to_thread(cabinet.begin, places)
    try:
        for first in range(0, len(places), _AT_ONCE):
            tell("exporting", first, len(places))
            some = places[first : first + _AT_ONCE]
            replies = await asyncio.gather(
                *(pod.get(pod.storage + place, accept=_AS_IT_LIES) for place in some), return_exceptions=True
            )
            _must_go_on(replies)
            for place, got in zip(some, replies, strict=True):
                if isinstance(got, Reply):
                    left_out += await asyncio.to_thread(cabinet.keep, place, got.content_type, got.body)
                elif got is not None and not isinstance(got, Missing):  # which went since it was listed
                    left_out.append((place, plain(got, 300)))
        removed = await asyncio.to_thread(cabinet.finish, _now(), whole=not left_out)
    except OSError as error:
        raise NotReady(f"{plain(error.filename or folder)} cannot be written ({error.strerror}).") from None
    finally:
        cabinet.close()
    tell("done", len(places), len(places))
    done = Exported(folder, cabinet.places, cabinet.size, tuple(sorted(cabinet.rows.items())), tuple(left_out))
    return replace(done, without_rows=tuple(cabinet.without_rows), removed=removed)


async def _places(pod: Pod, tell: Step) -> tuple[list[str], list[tuple[str, str]]]:
    """What there is, below the pod and sorted, and what cannot be had."""
    found, left_out = set[str](), list[tuple[str, str]]()
    for top in _TOPS:
        root = pod.storage + top
        async for listing in pod.walk(root):
            failure = listing.failure or (Malformed("It holds more than is walked.") if listing.cut else None)
            if isinstance(failure, NotSignedIn):
                raise failure
            if failure is not None and not (isinstance(failure, Missing) and listing.url == root):
                left_out.append((listing.url[len(pod.storage) :], plain(failure, 300)))
            for url, _ in listing.members:
                place = url[len(pod.storage) :]
                if url.endswith("/") or is_rules(place):
                    continue
                if local_name(place):
                    found.add(place)
                else:
                    left_out.append((place, why_unnamed(place)))
            tell("looking", len(found), 0)
    return sorted(found), sorted(left_out)


def _must_go_on(replies: Sequence[Reply | BaseException]) -> None:
    """Raise where a login or a server has gone: then each place left would only wait for it in vain."""
    for one in replies:
        if isinstance(one, BaseException) and (isinstance(one, NotSignedIn) or not isinstance(one, LifepodError)):
            raise one
    gone = [one for one in replies if isinstance(one, Unreachable)]
    if len(gone) == len(replies) == _AT_ONCE:
        gone[0].advice = f"{gone[0].advice} Then export again into the same folder."
        raise gone[0]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
