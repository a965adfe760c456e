"""The parts of a glance that the picture itself holds: who could read how much, what the journal has.

It refuses to ask the pod for anything, and to need the code of what does: a screen shows these parts first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from lifepod.access.audit import Audit as Audit  # what it is told of
from lifepod.owner.exposure import exposed, journal_of
from lifepod.owner.glance import Gap as Gap  # why a part is not known
from lifepod.owner.glance import Glance as Glance

Tell = Callable[[Glance], object]
"""Gets the glance each time a part of it was found."""


async def pictured(audit: Audit, known: Glance, tell: Tell) -> Glance:
    """``known`` with these parts of this audit; they are worked out in threads and told as they come."""
    known = replace(known, exposed=await asyncio.to_thread(exposed, audit))
    tell(known)
    known = replace(known, journal=await asyncio.to_thread(journal_of, audit))
    tell(known)
    return known
