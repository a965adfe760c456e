"""How somebody without a login can begin, as callables: the program's hall hands them to whoever shows the choice.

It refuses to begin anything itself: installing and running a server is not for the screen to know.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Say = Callable[[str], None]
"""Hears in a sentence what is being done."""


async def _nothing() -> None:
    """Nothing runs that would have to be stopped."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What a beginning came to."""

    login: str
    """Name of the login to go on with."""
    close: Callable[[], Awaitable[None]] = _nothing
    """To be awaited when the program is left: stops what runs for it alone."""
    warnings: tuple[str, ...] = ()
    """What the person should know, such as where a secret is kept."""


@dataclass(frozen=True, slots=True)
class Beginnings:
    """The ways to begin; each can be cancelled, and raises :class:`~lifepod.errors.LifepodError`."""

    at_home: Callable[[str, Say], Awaitable[Begun]]
    """A pod of this name on this machine: the server installed where need be, started, the pod made and signed in."""
    demo: Callable[[Say], Awaitable[Begun]]
    """The made-up story, in a folder of its own, with a server that runs until it is closed."""
    browse: Callable[[str], bool]
    """Opens an address in a browser with windows; whether there is one."""
