"""Which access control language a server speaks, told from what it says, never from a file name.

It refuses to guess when undecided and to let anything be written then. This release reads and writes WAC; an ACP
server is recognised and named.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from lifepod.errors import Undecided
from lifepod.names import ACP_RESOURCE


class Dialect(StrEnum):
    """The two access control languages of Solid, or not known yet."""

    WAC = "wac"
    ACP = "acp"
    UNDECIDED = "undecided"


def dialect_of(control_types: Iterable[str], *, has_wac_allow: bool) -> Dialect:
    """Tell the dialect from the ``Link rel="type"`` targets of a control document and ``WAC-Allow`` on its place.

    Both dialects name their document by ``rel="acl"``, so that alone proves nothing (access §4.3).
    """
    if ACP_RESOURCE in set(control_types):
        return Dialect.ACP
    return Dialect.WAC if has_wac_allow else Dialect.UNDECIDED


def must_be_wac(dialect: Dialect, place: str) -> None:
    """Stop with :class:`Undecided` unless the server speaks WAC."""
    if dialect is Dialect.ACP:
        raise Undecided(
            f"The server of {place} speaks ACP (access control policies), which this release cannot judge or change.",
            advice="Use a pod on a server that speaks WAC; nothing was read into the rules and nothing was written.",
        )
    if dialect is Dialect.UNDECIDED:
        raise Undecided(
            f"The server of {place} does not say which access control language it speaks.",
            advice="Sign in as the owner; if you are, this server is not supported yet. Nothing was written.",
        )
