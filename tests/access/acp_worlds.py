"""Small pods on a server that adds up policies (ACP): a structure that can be written as ACRs and handed to an engine.

Nothing here reads an ACR: documents are written from the structure, and what they mean is for others to say.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.access.worlds import ACME, BASE, BOLT, OWNER, SURVEYED_AT

from lifepod.access.acp import read_rules
from lifepod.access.audit import Audit
from lifepod.access.servers import Dialect, Server
from lifepod.access.survey import Control, Own, Place, Survey
from lifepod.rdf.turtle import parse_turtle

CSS = Server(Dialect.ACP, "css")
ACP = "http://www.w3.org/ns/solid/acp#"
ACL = "http://www.w3.org/ns/auth/acl#"
APP = "https://app.example/id"
ISSUER = "https://issuer.example/"
MODES = ("Read", "Append", "Write", "Control")


@dataclass(frozen=True)
class Matcher:
    """Values by attribute: ``agent``, ``client``, ``issuer``, ``vc``."""

    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Policy:
    """What a policy says."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    all_of: tuple[Matcher, ...] = ()
    any_of: tuple[Matcher, ...] = ()
    none_of: tuple[Matcher, ...] = ()


@dataclass(frozen=True)
class Acr:
    """The access control resource of one place."""

    own: tuple[Policy, ...] = ()
    member: tuple[Policy, ...] = ()


@dataclass
class Text:
    """An ACR as Turtle, its nodes numbered."""

    lines: list[str] = field(default_factory=list)

    def node(self) -> str:
        return f"<#n{len(self.lines)}>"

    def matcher(self, matcher: Matcher) -> str:
        name = self.node()
        said = [f"acp:{key} <{value}>" for key, values in matcher.values.items() for value in values]
        self.lines.append("; ".join([f"{name} a acp:Matcher", *said]) + ".")
        return name

    def policy(self, policy: Policy) -> str:
        parts = [f"acp:allow acl:{m}" for m in policy.allow] + [f"acp:deny acl:{m}" for m in policy.deny]
        for key, matchers in (("allOf", policy.all_of), ("anyOf", policy.any_of), ("noneOf", policy.none_of)):
            parts += [f"acp:{key} {self.matcher(m)}" for m in matchers]
        name = self.node()
        self.lines.append("; ".join([f"{name} a acp:Policy", *parts]) + ".")
        return name

    def control(self, policy: Policy) -> str:
        inner, name = self.policy(policy), self.node()
        self.lines.append(f"{name} a acp:AccessControl; acp:apply {inner}.")
        return name


def turtle_of(acr: Acr, place: str) -> str:
    """The ACR of a place in Turtle."""
    text = Text()
    said = [f"acp:accessControl {text.control(p)}" for p in acr.own]
    said += [f"acp:memberAccessControl {text.control(p)}" for p in acr.member]
    head = "; ".join([f"<#acr> a acp:AccessControlResource; acp:resource <{place}>", *said])
    return "\n".join([f"@prefix acp: <{ACP}>. @prefix acl: <{ACL}>.", head + ".", *text.lines])


def control_of(acr: Acr | None, place: str, server: Server = CSS) -> Control:
    """What a survey finds."""
    url = f"{place}.acr"
    if acr is None:
        return Control(Own.NONE, url)
    return Control(Own.RULES, url, read_rules(parse_turtle(turtle_of(acr, place).encode(), url), url, place, server))


def acp_world(acrs: Mapping[str, Acr | None], server: Server = CSS) -> Audit:
    """An audit of a pod with these places (paths; ``""`` is the root) and their ACRs."""
    places = tuple(Place(BASE + path, control_of(acr, BASE + path, server)) for path, acr in sorted(acrs.items()))
    return Audit(Survey(BASE, BASE, OWNER, SURVEYED_AT, places, server=server))


def agents(*names: str) -> Matcher:
    """A matcher of agents alone."""
    return Matcher({"agent": names})


def lets(agent: str, *modes: str) -> Policy:
    """A policy that lets one agent in."""
    return Policy(allow=modes or ("Read",), any_of=(agents(agent),))


def denies(agent: str, *modes: str) -> Policy:
    """A policy that denies one agent."""
    return Policy(deny=modes or ("Read",), any_of=(agents(agent),))


_AGENTS = (OWNER, ACME, BOLT, ACP + "PublicAgent", ACP + "AuthenticatedAgent", ACP + "CreatorAgent", ACP + "OwnerAgent")
_OTHERS = {
    "client": (APP, "https://other.example/app", ACP + "PublicClient"),
    "issuer": (ISSUER, "https://elsewhere.example/", ACP + "PublicIssuer"),
    "vc": ("https://vc.example/Adult",),
}


def random_matcher(dice: random.Random) -> Matcher:
    """From empty to all attributes."""
    values = {}
    if dice.random() < 0.85:
        values["agent"] = tuple(dice.sample(_AGENTS, dice.choice((1, 1, 2))))
    for key, choices in _OTHERS.items():
        if dice.random() < 0.12:
            values[key] = (dice.choice(choices),)
    return Matcher(values)


def random_policy(dice: random.Random) -> Policy:
    """Allowing, denying, both or neither."""

    def some(most: int, chance: float) -> tuple[Matcher, ...]:
        return tuple(random_matcher(dice) for _ in range(most) if dice.random() < chance)

    allow = tuple(m for m in MODES if dice.random() < 0.4)
    deny = tuple(m for m in MODES if dice.random() < 0.12)
    return Policy(allow, deny, some(2, 0.25), some(2, 0.6), some(1, 0.2))


def random_acr(dice: random.Random) -> Acr | None:
    """An ACR, or none."""
    if dice.random() < 0.25:
        return None

    def some(most: int) -> tuple[Policy, ...]:
        return tuple(random_policy(dice) for _ in range(dice.randint(0, most)))

    return Acr(some(2), some(2))
