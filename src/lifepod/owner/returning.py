"""What of an export of ours is no record, put back into a pod where it is missing.

It refuses to overwrite: what stands in the pod stays, and is named where it says something else. It never writes what a
server would take for rules, and never restores the log of access, which speaks of the addresses of the old pod.

* Deletions come back before the first record, so that what was deleted stays deleted; the records of former imports
  come back after the last one, because they say that everything is there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from lifepod.errors import Conflict, Malformed, Missing, Undecided
from lifepod.journal.record import Record
from lifepod.journal.returning import KEY, NOWHERE, is_run, with_edits
from lifepod.journal.tombstones import PLACE as DELETED
from lifepod.journal.tombstones import read_tombstones, write_tombstones
from lifepod.limits import LIMITS
from lifepod.owner.filing import deleted
from lifepod.owner.spool import Spool
from lifepod.plain import plain
from lifepod.solid.pod import Pod, document_of, same_as_text
from lifepod.solid.wire import Reply

Begin = Callable[[], Awaitable[None]]
"""To be called before the first byte is written."""
_TURTLE = "text/turtle"


async def put_back(pod: Pod, spool: Spool, begin: Begin, *, runs: bool) -> list[str]:
    """Put files of exports where they are missing: the records of former imports (``runs``), or all others.

    Returns sentences about what was done and what could not be. Raises :class:`Undecided` before anything is written
    where account names were made with another key than the export's.
    """
    count, said = 0, list[str]()
    for path, content_type, data in spool.wholes():
        if is_run(path) is not runs:
            continue
        if path == DELETED:
            count += await _merge_deletions(pod, data, begin)
            continue
        if path == KEY and spool.names_accounts:
            await _must_have_key(pod)
        done, other = await _put_missing(pod, path, (content_type, data), begin)
        count += done
        if other and path == KEY:
            said.append("The pod has a key of its own: accounts in later bank exports get other names than before.")
        elif other and not runs:
            said.append(f"{plain(path)} was not put back: something else stands there.")
    if count:
        what = "Put back, records of former imports" if runs else "Put back, files that are no partitions"
        said.append(f"{what}: {count}.")
    return said


async def keep_edits(pod: Pod, path: str, edits: Sequence[Record], begin: Begin) -> tuple[str, ...]:
    """What the person had edited in the old pod, in the place of what an import said here; the names that changed."""
    for _ in range(LIMITS.write_tries):
        try:
            there = await pod.get(pod.storage + path, accept=_TURTLE)
        except Missing:
            return ()
        data, changed = with_edits(there.body, there.url, edits)
        if not changed:
            return ()
        await begin()
        try:
            await pod.put(there.url, data, match=there.etag or "*")
        except Conflict:
            continue
        return changed
    raise Conflict(f"{path} keeps being changed by someone else; it was left as it is.", place=path)


async def _put_missing(pod: Pod, path: str, what: tuple[str, bytes], begin: Begin) -> tuple[bool, bool]:
    """Whether it was put there, and whether something else stands there."""
    url, (content_type, data) = pod.url(pod.storage + path), what
    try:
        there = await pod.get(url, accept=f"{content_type.split(';')[0]}, */*;q=0.1")
        return False, not _same(there, data)
    except Missing:
        await begin()
    try:
        await pod.write(url, data, match=None, content_type=content_type)
    except Conflict:
        return False, True  # somebody was there first
    return True, False


def _same(there: Reply, data: bytes) -> bool:
    if there.body == data:
        return True
    try:
        return there.content_type == _TURTLE and same_as_text(document_of(there), data.decode())
    except (Malformed, UnicodeDecodeError):
        return False


async def _must_have_key(pod: Pod) -> None:
    try:
        await pod.head(pod.storage + KEY)
    except Missing:
        raise Undecided(
            "An export of a pod and bank files cannot come into a new pod at once: accounts would get two names each.",
            advice="Import the export first, then the bank files.",
        ) from None


async def _merge_deletions(pod: Pod, data: bytes, begin: Begin) -> bool:
    more = read_tombstones(data, NOWHERE + DELETED)
    for _ in range(LIMITS.write_tries):
        before, version = await deleted(pod)
        after = before.with_stretches(more.stretches)
        for source, found in more.names.items():
            after = after.with_names(source, found)
        if after == before:
            return False
        await begin()
        try:
            await pod.put(pod.storage + DELETED, write_tombstones(after), match=version)
        except Conflict:
            continue
        return True
    raise Conflict(f"{DELETED} keeps being changed by someone else; nothing more was put back.", place=DELETED)
