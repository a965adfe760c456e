"""Logging in through a browser, from what a person typed to a login that can be kept.

It refuses to open a browser itself (callers pass how), to keep anything (the caller does), and to believe a login
server about a WebID that does not name it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx2

from lifepod.limits import LIMITS, Limits
from lifepod.solid.browser import code_of, fits, question, redeemed, registered
from lifepod.solid.issuer import discovered
from lifepod.solid.line import client_options
from lifepod.solid.loopback import listening
from lifepod.solid.proofs import Proofs
from lifepod.solid.vault import BrowserLogin

Show = Callable[[str, str], None]
"""Shows the person the login's address, and opens the second one where there is a browser: a door of ours that leads to
it once. What a browser is started with can be read by everyone on a machine; the login's own address is a secret."""
Paste = Callable[[], Awaitable[str]]
"""Waits for the address the browser ended at, brought by hand."""


@dataclass(frozen=True, slots=True)
class Talk:
    """How a login speaks with the person."""

    show: Show
    paste: Paste | None = None
    """Given where the answer of the browser is brought by hand, from another machine."""


@dataclass(frozen=True, slots=True)
class Program:
    """How this program shows itself to a login server."""

    client_id: str = ""
    """Address of a client identifier document (Solid-OIDC §5); empty to register anew."""
    port: int = 0
    """Where the answer is awaited on this machine; any free one unless the client identifier document names it."""
    seconds: float = 600.0
    """How long a person may take."""


async def log_in(
    issuer: str,
    talk: Talk,
    program: Program = Program(),  # frozen
    *,
    transport: httpx2.AsyncBaseTransport | None = None,
    limits: Limits = LIMITS,
) -> BrowserLogin:
    """A login at ``issuer``; raises :class:`NotSignedIn`, :class:`Unreachable` or :class:`NotReady`."""
    proofs = Proofs()
    async with (
        httpx2.AsyncClient(**client_options(issuer, transport, limits)) as client,
        listening(program.port) as ear,
    ):
        described = await discovered(client, issuer, limits, typed=True)
        client_id = program.client_id or await registered(client, described, ear.redirect, limits)
        asked = question(described, client_id, ear.redirect, proofs)
        talk.show(asked.address, ear.door_to(asked.address))
        if talk.paste is not None:
            address = await talk.paste()
        else:
            address = await ear.answer(lambda said: fits(asked, said), program.seconds)
        return await redeemed(client, asked, code_of(asked, address), proofs, limits)
