"""Which access control language a server speaks and what of it that server enforces, told from what it says.

It refuses to guess a language from a file name, and to take a product's name for more than its own measured habits:
what a server we do not know does with an optional feature is *unknown*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lifepod.errors import Undecided
from lifepod.names import ACP_RESOURCE


class Dialect(StrEnum):
    """The two access control languages of Solid, or not known yet."""

    WAC = "wac"
    ACP = "acp"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Server:
    """A server as far as access control goes."""

    dialect: Dialect = Dialect.WAC
    product: str = ""
    """``css`` for Community Solid Server, whose habits are measured; empty for one we do not know."""

    @property
    def is_measured(self) -> bool:
        """Whether its habits are known by test and not only by the specification."""
        return self.product == "css"


WAC_SERVER = Server(Dialect.WAC)
"""A server that speaks WAC as specified, and of which nothing else is known."""


def server_of(headers: Mapping[str, str], control_types: Iterable[str]) -> Server:
    """Tell a server from the headers of a place and the ``Link rel="type"`` targets of its control document.

    Both languages name their document by ``rel="acl"``, so that alone proves nothing (access §4.3).
    """
    said = headers.get("x-powered-by", "") + headers.get("server", "")
    product = "css" if "community solid server" in said.lower() else ""
    if ACP_RESOURCE in set(control_types):
        return Server(Dialect.ACP, product)
    return Server(Dialect.WAC if "wac-allow" in headers else Dialect.UNDECIDED, product)


def must_be_decided(server: Server, place: str) -> None:
    """Stop with :class:`Undecided` where the language is not known: nothing is read into rules then, nor written."""
    if server.dialect is Dialect.UNDECIDED:
        raise Undecided(
            f"The server of {place} does not say which access control language it speaks.",
            advice="Sign in as the owner; if you are, this server is not supported yet. Nothing was written.",
        )
