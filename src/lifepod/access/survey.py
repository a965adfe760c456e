"""A survey: every place of a pod with its own access control, as found at one time; can be kept and compared.

It refuses to fetch, and to turn "could not read" into "inherits". Times are UTC, ISO 8601.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from lifepod.access.rules import BlindSpot as BlindSpot  # part of what a survey holds
from lifepod.access.rules import Kind, Mode, Rule, Test, Who
from lifepod.access.servers import WAC_SERVER, Dialect, Server
from lifepod.errors import Malformed

FORMAT = 3
"""Of a kept survey; another one is taken anew."""


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
    """Its version, by which a later look asks whether it changed; empty where none can be relied on."""
    cause: str = ""
    """Why it is blind, in words."""
    idle: tuple[str, ...] = ()
    """What stands in it and has no effect, in words."""


@dataclass(frozen=True, slots=True)
class Place:
    """A container or a document."""

    url: str
    control: Control
    listing: str = ""
    """Version of a container's listing, as :attr:`Control.etag`; empty for documents and where not all was walked."""

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
    server: Server = WAC_SERVER
    requests: int = 0
    """Requests it took."""
    seconds: float = 0.0
    group_versions: tuple[tuple[str, str], ...] = ()
    """Version of each group document that was read, as :attr:`Control.etag`, by its URL."""
    resumed: int = 0
    """Findings taken up from a look that was cut off; its time is the time of this survey."""
    reused: int = 0
    """Places whose control is as an earlier survey found it, which the server confirmed."""


_OWN = {own.value: own for own in Own}


def parent_of(url: str, storage: str) -> str | None:
    """The container that holds ``url``; ``None`` at or outside the storage root."""
    if url == storage or not url.startswith(storage):
        return None
    return url[: url.rstrip("/").rfind("/") + 1]


def keeps_control(control: Control, owner: str) -> bool:
    """Whether the owner surely has control of what lies below a place with this control document, if they have above.

    Where this is so, "there is no document" is what they hear of a place that has none; where it is not, a refusal.
    """
    if control.own is not Own.RULES:
        return control.own is Own.NONE
    about = [rule for rule in control.rules if Mode.CONTROL in rule.modes]
    return any(rule.below and rule.lets_in(owner) for rule in about) and not any(rule.deny for rule in about)


def with_controls(
    survey: Survey, controls: Mapping[str, Control], groups: Mapping[str, tuple[str, ...]] | None = None
) -> Survey:
    """The survey as it would be with these control documents, and these members of groups, in place."""
    places = tuple(replace(p, control=controls[p.url]) if p.url in controls else p for p in survey.places)
    members = tuple((group, (groups or {}).get(group, kept)) for group, kept in survey.groups)
    return replace(survey, places=places, groups=members)


def to_json(survey: Survey) -> str:
    """Text to keep; :func:`from_json` reads it back to an equal value."""
    rules: dict[str, list[object]] = {}
    idle: dict[str, list[str]] = {}
    places = []
    for place in survey.places:
        c = place.control
        if c.rules:
            rules[place.url] = [_rule_out(rule) for rule in c.rules]
        if c.idle:
            idle[place.url] = list(c.idle)
        places.append([place.url, c.own.value, c.document, c.etag, c.cause, place.listing])
    return json.dumps(
        {
            "format": FORMAT,
            "storage": survey.storage,
            "root": survey.root,
            "owner": survey.owner,
            "surveyed_at": survey.surveyed_at,
            "server": [survey.server.dialect.value, survey.server.product],
            "requests": survey.requests,
            "seconds": survey.seconds,
            "resumed": survey.resumed,
            "reused": survey.reused,
            "groups": survey.groups,
            "group_versions": survey.group_versions,
            "blind": [[b.place, b.cause] for b in survey.blind],
            "rules": rules,
            "idle": idle,
            "places": places,
        },
        separators=(",", ":"),
    )


def from_json(text: str | bytes) -> Survey:
    """A kept survey; raises :class:`Malformed` where the text is none."""
    with _no_collecting():
        return _from_json(text)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Half the time of reading a large survey would go into looking for garbage among what is only being made."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _from_json(text: str | bytes) -> Survey:
    try:
        raw = json.loads(text)
        if raw["format"] != FORMAT:
            raise KeyError("format")
        rules = {url: tuple(_rule_in(r) for r in many) for url, many in raw["rules"].items()}
        idle = {url: tuple(many) for url, many in raw["idle"].items()}
        return Survey(
            storage=raw["storage"],
            root=raw["root"],
            owner=raw["owner"],
            surveyed_at=raw["surveyed_at"],
            places=tuple(
                Place(url, Control(_OWN[own], doc, rules.get(url, ()), etag, cause, idle.get(url, ())), listing)
                for url, own, doc, etag, cause, listing in raw["places"]
            ),
            groups=tuple((iri, None if members is None else tuple(members)) for iri, members in raw["groups"]),
            blind=tuple(BlindSpot(place, cause) for place, cause in raw["blind"]),
            server=Server(Dialect(raw["server"][0]), raw["server"][1]),
            requests=raw["requests"],
            seconds=raw["seconds"],
            group_versions=tuple((url, etag) for url, etag in raw["group_versions"]),
            resumed=raw["resumed"],
            reused=raw["reused"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise Malformed("The kept survey cannot be read.", advice="Take a new one: `lifepod survey`.") from None


def control_to_line(url: str, control: Control) -> str:
    """One finding as one line of text to keep while a survey grows."""
    rules = [_rule_out(rule) for rule in control.rules]
    parts = [url, control.own.value, control.document, control.etag, control.cause, control.idle, rules]
    return json.dumps(parts, separators=(",", ":"))


def control_from_line(line: str) -> tuple[str, Control]:
    """What :func:`control_to_line` wrote; raises :class:`Malformed` where the text is none."""
    try:
        url, own, document, etag, cause, idle, rules = json.loads(line)
        return str(url), Control(Own(own), document, tuple(_rule_in(r) for r in rules), etag, cause, tuple(idle))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise Malformed("A kept finding cannot be read.") from None


def _rule_out(rule: Rule) -> list[object]:
    tests = [
        [[[w.kind.value, w.iri] for w in t.who], t.clients, t.issuers, t.origins, t.unclear, t.never]
        for part in (rule.every, rule.some, rule.none)
        for t in part
    ]
    counts = [len(rule.every), len(rule.some), len(rule.none)]
    modes = sorted(m.value for m in rule.modes)
    return [rule.document, rule.node, modes, counts, tests, rule.deny, rule.here, rule.below, rule.notes]


def _rule_in(raw: Any) -> Rule:
    document, node, modes, counts, tests, deny, here, below, notes = raw
    read = tuple(
        Test(tuple(_who_in(k, iri) for k, iri in who), tuple(clients), tuple(issuers), tuple(origins), unclear, never)
        for who, clients, issuers, origins, unclear, never in tests
    )
    first, second = counts[0], counts[0] + counts[1]
    return Rule(
        document,
        node,
        _modes_in(tuple(modes)),
        read[:first],
        read[first:second],
        read[second:],
        deny,
        here,
        below,
        tuple(notes),
    )


# A large survey names few people and few sets of modes, and each many thousand times.
@lru_cache(maxsize=4096)
def _who_in(kind: str, iri: str) -> Who:
    return Who(Kind(kind), iri)


@lru_cache(maxsize=64)
def _modes_in(modes: tuple[str, ...]) -> frozenset[Mode]:
    return frozenset(Mode(mode) for mode in modes)
