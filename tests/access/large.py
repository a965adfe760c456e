"""A pod of many resources as a survey, made and not fetched: for the tests and the benchmark of speed.

Seeded, so that each run measures the same: own access documents are spread over containers and documents, and each
names the owner and a few of the agents, a group, the public or anyone signed in.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.access.worlds import BASE, OWNER, SURVEYED_AT

from lifepod.access.rules import PUBLIC, SIGNED_IN, Kind, Mode, Rule, Test, Who
from lifepod.access.servers import WAC_SERVER
from lifepod.access.survey import Control, Own, Place, Survey
from lifepod.names import ACL, FOAF_AGENT
from lifepod.rdf.turtle import Document, parse_turtle

EVERY = frozenset(Mode)
READ = frozenset({Mode.READ})
GROUPS = tuple(f"{BASE}groups/g{n}.ttl#members" for n in range(5))


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a pod is."""

    places: int
    own_rules: int
    agents: int
    containers: int = 1_000


FULL = Shape(100_000, 5_000, 50)


def agent(number: int) -> str:
    """The WebID of one of the agents."""
    return f"https://vendor{number:02d}.example/profile/card#me"


def large_survey(shape: Shape = FULL, seed: int = 7) -> Survey:
    """The survey of a pod of this shape: containers three deep, documents in all of them."""
    dice = random.Random(seed)
    urls = sorted(_urls(shape))
    own = {BASE, *dice.sample(urls, shape.own_rules)}
    places = tuple(Place(url, _control(url, dice, shape) if url in own else _inherits(url)) for url in urls)
    members = tuple((g, tuple(sorted(_some(dice, shape, 6)))) for g in GROUPS)
    return Survey(BASE, BASE, OWNER, SURVEYED_AT, places, members, server=WAC_SERVER)


def _urls(shape: Shape) -> set[str]:
    areas = [f"{BASE}area{n}/" for n in range(10)]
    months = [f"{areas[n % 10]}y{n // 120:02d}/m{n // 10 % 12:02d}/" for n in range(shape.containers)]
    out = {BASE, *areas, *months, *(month[: month.rstrip("/").rfind("/") + 1] for month in months)}
    number = 0
    while len(out) < shape.places:
        out.add(f"{months[number % len(months)]}record-{number:06d}.ttl")
        number += 1
    return out


def _inherits(url: str) -> Control:
    return Control(Own.NONE, f"{url}.acl")


def _control(url: str, dice: random.Random, shape: Shape) -> Control:
    document, below = f"{url}.acl", url.endswith("/")
    rules = [Rule(document, f"{document}#owner", EVERY, (Test((Who(Kind.AGENT, OWNER),)),), below=below)]
    for number in range(dice.randint(1, 3)):
        who = [Who(Kind.AGENT, a) for a in _some(dice, shape, 3)]
        if dice.random() < 0.05:
            who.append(dice.choice([PUBLIC, SIGNED_IN, Who(Kind.GROUP, dice.choice(GROUPS))]))
        modes = READ if dice.random() < 0.8 else frozenset({Mode.READ, Mode.WRITE})
        rules.append(Rule(document, f"{document}#r{number}", modes, (Test(tuple(sorted(who))),), below=below))
    return Control(Own.RULES, document, tuple(rules), '"1-text/turtle"')


def _some(dice: random.Random, shape: Shape, most: int) -> list[str]:
    return [agent(n) for n in dice.sample(range(shape.agents), dice.randint(1, most))]


def documents_of(survey: Survey) -> dict[str, Document]:
    """The access documents that such a survey was read from, by place."""
    return {p.url: _document(p) for p in survey.places if p.control.own is Own.RULES}


def _document(place: Place) -> Document:
    lines = [f"@prefix acl: <{ACL}>."]
    for rule in place.control.rules:
        said = [_subject(who) for test in rule.every for who in test.who]
        said += [f"acl:mode acl:{mode.value.capitalize()}" for mode in rule.modes]
        said += [f"acl:accessTo <{place.url}>"] + ([f"acl:default <{place.url}>"] if rule.below else [])
        lines.append("; ".join([f"<{rule.node}> a acl:Authorization", *said]) + ".")
    url = place.control.document
    return Document(url, parse_turtle("\n".join(lines).encode(), url), place.control.etag)


def _subject(who: Who) -> str:
    if who.kind is Kind.AGENT:
        return f"acl:agent <{who.iri}>"
    if who.kind is Kind.GROUP:
        return f"acl:agentGroup <{who.iri}>"
    return f"acl:agentClass <{FOAF_AGENT}>" if who == PUBLIC else "acl:agentClass acl:AuthenticatedAgent"
