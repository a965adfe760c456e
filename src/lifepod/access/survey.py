"""A survey: every place of a pod with its own access control, as found at one time; can be kept and compared.

It refuses to fetch, and to turn "could not read" into "inherits". Times are UTC, ISO 8601.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from lifepod.access.dialects import Dialect
from lifepod.access.rules import BlindSpot, Kind, Mode, Rule, Test, Who
from lifepod.errors import Malformed


class Own(StrEnum):
    """What a place's own control document turned out to be (access §4.4)."""

    RULES = "rules"
    """It exists and was read."""
    NONE = "none"
    """It does not exist: the place inherits."""
    BLIND = "blind"
    """It could not be read; whether it exists is not known."""


@dataclass(frozen=True, slots=True)
class Control:
    """A place's own control document."""

    own: Own
    document: str = ""
    """URL named by ``Link rel="acl"``; empty where no link was seen."""
    rules: tuple[Rule, ...] = ()
    etag: str = ""
    cause: str = ""
    """Why it is blind, in words."""


@dataclass(frozen=True, slots=True)
class Place:
    """A container or a document."""

    url: str
    control: Control

    @property
    def is_container(self) -> bool:
        """Containers end in a slash (Solid Protocol §uri-slash-semantics)."""
        return self.url.endswith("/")


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found; a value."""

    storage: str
    """Root of the pod."""
    root: str
    """Where this survey began: the storage, or a place below it."""
    owner: str
    """WebID of the owner, who looked."""
    surveyed_at: str
    """When the look began."""
    places: tuple[Place, ...]
    """Sorted by URL; from ``root`` down, and the ancestors of ``root`` up to ``storage``."""
    groups: tuple[tuple[str, tuple[str, ...] | None], ...] = ()
    """Members of each group a rule names; ``None`` where its document could not be read."""
    blind: tuple[BlindSpot, ...] = ()
    """Where we could not look, other than control documents (unlisted containers, limits reached)."""
    dialect: Dialect = Dialect.WAC
    requests: int = 0
    """Requests it took."""
    seconds: float = 0.0


def parent_of(url: str, storage: str) -> str | None:
    """The container that holds ``url``; ``None`` at or outside the storage root."""
    if url == storage or not url.startswith(storage):
        return None
    return url[: url.rstrip("/").rfind("/") + 1]


def with_controls(survey: Survey, controls: Mapping[str, Control]) -> Survey:
    """The survey as it would be with these control documents in place."""
    places = tuple(replace(p, control=controls[p.url]) if p.url in controls else p for p in survey.places)
    return replace(survey, places=places)


def to_json(survey: Survey) -> str:
    """Text to keep; :func:`from_json` reads it back to an equal value."""
    rules: dict[str, list[object]] = {}
    places = []
    for place in survey.places:
        c = place.control
        if c.rules:
            rules[place.url] = [_rule_out(rule) for rule in c.rules]
        places.append([place.url, c.own.value, c.document, c.etag, c.cause])
    return json.dumps(
        {
            "format": 1,
            "storage": survey.storage,
            "root": survey.root,
            "owner": survey.owner,
            "surveyed_at": survey.surveyed_at,
            "dialect": survey.dialect.value,
            "requests": survey.requests,
            "seconds": survey.seconds,
            "groups": survey.groups,
            "blind": [[b.place, b.cause] for b in survey.blind],
            "rules": rules,
            "places": places,
        },
        separators=(",", ":"),
    )


def from_json(text: str | bytes) -> Survey:
    """A kept survey; raises :class:`Malformed` where the text is none."""
    try:
        raw = json.loads(text)
        if raw["format"] != 1:
            raise KeyError("format")
        rules = {url: tuple(_rule_in(r) for r in many) for url, many in raw["rules"].items()}
        return Survey(
            storage=raw["storage"],
            root=raw["root"],
            owner=raw["owner"],
            surveyed_at=raw["surveyed_at"],
            places=tuple(
                Place(url, Control(Own(own), doc, rules.get(url, ()), etag, cause))
                for url, own, doc, etag, cause in raw["places"]
            ),
            groups=tuple((iri, None if members is None else tuple(members)) for iri, members in raw["groups"]),
            blind=tuple(BlindSpot(place, cause) for place, cause in raw["blind"]),
            dialect=Dialect(raw["dialect"]),
            requests=raw["requests"],
            seconds=raw["seconds"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Malformed("The kept survey cannot be read.", advice="Take a new one: `lifepod survey`.") from None


def _rule_out(rule: Rule) -> list[object]:
    tests = [
        [[[w.kind.value, w.iri] for w in t.who], t.clients, t.issuers, t.origins, t.unclear]
        for part in (rule.every, rule.some, rule.none)
        for t in part
    ]
    counts = [len(rule.every), len(rule.some), len(rule.none)]
    modes = sorted(m.value for m in rule.modes)
    return [rule.document, rule.node, modes, counts, tests, rule.deny, rule.here, rule.below, rule.notes]


def _rule_in(raw: Any) -> Rule:
    document, node, modes, counts, tests, deny, here, below, notes = raw
    read = tuple(
        Test(tuple(Who(Kind(k), iri) for k, iri in who), tuple(clients), tuple(issuers), tuple(origins), unclear)
        for who, clients, issuers, origins, unclear in tests
    )
    first, second = counts[0], counts[0] + counts[1]
    return Rule(
        document,
        node,
        frozenset(Mode(m) for m in modes),
        read[:first],
        read[first:second],
        read[second:],
        deny,
        here,
        below,
        tuple(notes),
    )
