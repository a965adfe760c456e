"""What the other side was not told yet, sent once more; and wants whose time is over, taken down from public places.

It refuses to forget what did not arrive.
"""

from __future__ import annotations

from lifepod.access.drift import Finding
from lifepod.errors import LifepodError
from lifepod.owner.wanting import take_down_ended
from lifepod.parties.outbox import tell_again, untold
from lifepod.plain import plain
from lifepod.solid.pod import Pod


async def not_told(pod: Pod, now: str, *, dry: bool) -> list[Finding]:
    """What still waits in the outbox after another try; ``dry`` sends nothing."""
    try:
        if dry:
            return [
                Finding("not-told", note.to, note.record, (), "they were not told yet") for note in await untold(pod)
            ]
        await take_down_ended(pod, now)
        told = await tell_again(pod, now)
    except LifepodError as error:
        return [Finding("unverifiable", "", pod.storage, (), f"the outbox cannot be read: {plain(error)}")]
    return [
        Finding("not-told", one.note.to, one.note.record, (), f"they were not told yet: {one.why}")
        for one in told
        if not one.arrived
    ]
