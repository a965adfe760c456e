"""Which access control language a server speaks, told from what it says, never from a file name.

It refuses to guess when undecided and to let anything be written then. This release reads and writes WAC; an ACP
server is recognised and named.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from lifepod.access import wac
from lifepod.access.rules import Rule
from lifepod.errors import Undecided
from lifepod.names import ACP_RESOURCE, VCARD_HAS_MEMBER
from lifepod.rdf.turtle import Document, iris, parse_turtle, write_turtle


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


def rules_of(document: Document, place: str) -> tuple[Rule, ...]:
    """The rules a control document holds for ``place``."""
    return wac.read_rules(document.graph, document.url, place)


def written_rules(document: Document, place: str) -> tuple[Rule, ...]:
    """The rules a reader will find once the document is written: they must be those that were planned."""
    back = parse_turtle(write_turtle(document.graph), document.url)
    return rules_of(Document(document.url, back), place)


def names_place(document: Document, place: str) -> bool:
    """Whether the document speaks of ``place`` at all: the check on an address that was learned, not given."""
    return wac.names_place(document.graph, place)


def members_of(document: Document, group: str) -> tuple[str, ...]:
    """The members of exactly this group (https://solidproject.org/TR/wac#acl-agentgroup)."""
    return iris(document.graph, group, VCARD_HAS_MEMBER)
