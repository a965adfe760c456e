"""The nouns of access control, one shape for both dialects: modes, audiences, rules, visitors, verdicts.

It refuses to hold RDF terms or words of a dialect, and does no I/O.

A visitor satisfies a rule when every test of ``every`` holds, at least one of ``some`` holds (if there are any), none
of ``none`` holds, and ``every`` and ``some`` are not both empty (ACP 0.9 §satisfied-policy). A WAC authorization is
a rule with one test in ``every``, so one decision serves both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Mode(StrEnum):
    """What may be done, in the words of https://solidproject.org/TR/wac#access-modes."""

    READ = "read"
    APPEND = "append"
    WRITE = "write"
    CONTROL = "control"


MODES: tuple[Mode, ...] = (Mode.READ, Mode.APPEND, Mode.WRITE, Mode.CONTROL)


class Answer(IntEnum):
    """Three-valued: ``and`` is the minimum, ``or`` the maximum."""

    NO = 0
    UNKNOWN = 1
    YES = 2

    @property
    def word(self) -> str:
        """``yes``, ``no`` or ``unknown``."""
        return self.name.lower()

    def __invert__(self) -> Answer:
        """Swap yes and no; unknown stays."""
        return Answer(2 - self.value)


class Kind(StrEnum):
    """What an audience is."""

    AGENT = "agent"
    GROUP = "group"
    SIGNED_IN = "signed-in"
    PUBLIC = "public"
    BY_ROLE = "by-role"
    """Whoever made or owns the place; who that is only the server knows (ACP 0.9 §matcher)."""


@dataclass(frozen=True, slots=True, order=True)
class Who:
    """An audience: one agent, a group, anyone signed in, everyone, or whoever has a role."""

    kind: Kind
    iri: str = ""
    """WebID, group IRI or name of a role; empty for ``signed-in`` and ``public``."""

    @property
    def word(self) -> str:
        """As people and ``--json`` name it."""
        return self.iri or self.kind.value


PUBLIC = Who(Kind.PUBLIC)
SIGNED_IN = Who(Kind.SIGNED_IN)


@dataclass(frozen=True, slots=True)
class Test:
    """One matcher: an audience, narrowed by app, issuer or origin; each part that is present must hold."""

    who: tuple[Who, ...] = ()
    clients: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    unclear: bool = False
    """It has parts we cannot read: it may hold or not."""
    never: bool = False
    """It has a part that this server never finds fulfilled (a credential, an issuer by class)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an access control document."""

    document: str
    """URL of the control document it stands in."""
    node: str
    """IRI or blank-node label of the rule in that document."""
    modes: frozenset[Mode]
    every: tuple[Test, ...] = ()
    some: tuple[Test, ...] = ()
    none: tuple[Test, ...] = ()
    deny: bool = False
    here: bool = True
    """Counts for the place the document is for."""
    below: bool = False
    """Counts for places below that inherit (WAC ``acl:default``)."""
    notes: tuple[str, ...] = ()
    """What is written but not enforced: ``origin …``, ``condition …``."""

    @property
    def audience(self) -> frozenset[Who]:
        """Everyone the rule names, in whatever part."""
        return frozenset(who for part in (self.every, self.some, self.none) for test in part for who in test.who)

    def names(self, agent: str) -> bool:
        """Whether the rule names this WebID anywhere."""
        return any(w.kind is Kind.AGENT and w.iri == agent for w in self.audience)

    def lets_in(self, agent: str) -> bool:
        """Whether it lets this WebID in by name, whatever app, issuer or origin it comes with."""
        bound = any(t.clients or t.issuers or t.origins or t.unclear or t.never for t in (*self.every, *self.some))
        return not (self.deny or bound or self.none or self.notes) and self.names(agent)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Someone who knocks: an agent or nobody, perhaps through an app."""

    agent: str | None
    """WebID; ``None`` for someone not signed in."""
    client: str | None = None
    issuer: str | None = None
    origin: str | None = None


NOBODY = Visitor(None)
STRANGER = Visitor("urn:lifepod:someone-signed-in")
"""Any signed-in agent that no document names; with the named ones this set is complete (access V5)."""


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """A place or document we could not look into, and why."""

    place: str
    cause: str
    """In words: ``403: we may not read who has access``."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes, no or unknown, with what it rests on."""

    answer: Answer
    rules: tuple[Rule, ...] = ()
    """The rules that grant (yes) or that were not enough (no)."""
    blind: tuple[BlindSpot, ...] = ()
    """What made it unknown."""
