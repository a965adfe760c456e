"""The record of one change of access: who was given or lost what, when, why, and the documents before and after.

It refuses to be the truth about access: the rules are. A record is a wish that was carried out, or not; what holds
today is for a look at the pod to say. One document per change, for the owner alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from lifepod import names
from lifepod.access.plans import Plan
from lifepod.access.rules import MODES, Mode
from lifepod.errors import Malformed
from lifepod.rdf.flat import FlatTriple, iri, read_flat, text, typed, value_of, write_flat
from lifepod.rdf.turtle import write_turtle

STARTED, FINISHED, ROLLED_BACK, UNCONFIRMED = "started", "finished", "rolled-back", "unconfirmed"


@dataclass(frozen=True, slots=True)
class Image:
    """One document that a change writes, before and after."""

    place: str
    document: str
    before: str | None
    """Turtle; ``None`` where it did not exist."""
    after: str | None
    """Turtle; ``None`` where it is removed."""
    group: str = ""
    """IRI of the group, where it is a group's document."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of access."""

    verb: str
    """``grant``, ``revoke``, ``suspend``, ``resume``, ``private`` or ``undo``."""
    agent: str
    place: str
    modes: frozenset[Mode]
    began: str
    """UTC, ISO 8601 with ``Z``."""
    images: tuple[Image, ...] = ()
    effects: tuple[str, ...] = ()
    """Who gained or lost what, in words."""
    state: str = STARTED
    ended: str = ""
    until: str = ""
    """Day or time at which a grant ends; empty where none was said."""
    why: str = ""
    undoes: str = ""
    """Name of the change this one takes back."""

    @property
    def name(self) -> str:
        """Sorts by time: when it began, and 8 hex digits of what it was about."""
        said = "\x1f".join((self.verb, self.agent, self.place, self.began, *sorted(self.modes)))
        stamp = "".join(c for c in self.began if c.isalnum())
        return f"{stamp}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def change_of(plan: Plan, verb: str, began: str) -> Change:
    """The record of a plan that is about to be carried out."""
    effects = tuple(
        f"{s.who} {s.mode.value}: {s.before.word} -> {s.after.word} at "
        + (f"{len(s.places)} places" if len(s.places) > 1 else s.places[0])
        for s in plan.shifts
    )
    images = tuple(
        Image(
            e.place,
            e.after.url or e.document.url,
            None if e.creates else write_turtle(e.document.graph).decode(),
            None if e.removes else write_turtle(e.after.graph).decode(),
            e.group,
        )
        for e in plan.edits
    )
    wish = plan.wish
    return Change(verb, wish.agent, wish.place, wish.modes, began, images, effects)


_LP = {
    "verb": f"<{names.LP_VERB}>", "state": f"<{names.LP_STATE}>", "until": f"<{names.LP_UNTIL}>",
    "document": f"<{names.LP_DOCUMENT}>", "before": f"<{names.LP_BEFORE}>", "after": f"<{names.LP_AFTER}>",
    "undoes": f"<{names.LP_UNDOES}>", "effect": f"<{names.LP_EFFECT}>", "group": f"<{names.LP_GROUP}>",
    "reason": f"<{names.LP_REASON}>",
}  # fmt: skip
_TYPE, _AGENT, _PLACE = f"<{names.RDF_TYPE}>", f"<{names.ACL_AGENT}>", f"<{names.ACL_ACCESS_TO}>"
_MODE, _MADE = f"<{names.ACL_MODE}>", f"<{names.PROV}generated>"
_BEGAN, _ENDED = f"<{names.PROV}startedAtTime>", f"<{names.PROV}endedAtTime>"


def write_change(change: Change) -> bytes:
    """The record as a document."""
    triples: list[FlatTriple] = [
        ("<>", _TYPE, f"<{names.LP_ACCESS_CHANGE}>"),
        ("<>", _TYPE, f"<{names.PROV}Activity>"),
        ("<>", _LP["verb"], text(change.verb)),
        ("<>", _LP["state"], text(change.state)),
        ("<>", _PLACE, iri(change.place)),
        ("<>", _BEGAN, typed(change.began, names.XSD_DATETIME)),
        *(("<>", _MODE, f"<{names.ACL}{mode.value.capitalize()}>") for mode in change.modes),
        *(("<>", _LP["effect"], text(effect)) for effect in change.effects),
    ]
    if change.agent:
        triples.append(("<>", _AGENT, iri(change.agent)))
    if change.ended:
        triples.append(("<>", _ENDED, typed(change.ended, names.XSD_DATETIME)))
    said = (("until", change.until), ("reason", change.why), ("undoes", change.undoes))
    triples += [("<>", _LP[key], text(value)) for key, value in said if value]
    for number, image in enumerate(change.images, 1):
        triples += _image_triples(f"<#edit-{number}>", image)
    return write_flat(triples)


def _image_triples(node: str, image: Image) -> list[FlatTriple]:
    out = [
        ("<>", _MADE, node),
        (node, _TYPE, f"<{names.LP_ACCESS_EDIT}>"),
        (node, _PLACE, iri(image.place)),
        (node, _LP["document"], iri(image.document)),
    ]
    if image.before is not None:
        out.append((node, _LP["before"], text(image.before)))
    if image.after is not None:
        out.append((node, _LP["after"], text(image.after)))
    if image.group:
        out.append((node, _LP["group"], iri(image.group)))
    return out


def read_change(data: bytes, url: str) -> Change:
    """A record back; raises :class:`~lifepod.errors.Malformed`."""
    said: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, obj in read_flat(data, url):
        said.setdefault(subject, {}).setdefault(predicate, []).append(value_of(obj))
    about = said.get("<>", {})
    if names.LP_ACCESS_CHANGE not in about.get(_TYPE, ()):
        raise Malformed(f"{url} is no record of a change of access.", place=url)

    def one(key: str, node: dict[str, list[str]] = about) -> str:
        return (node.get(key) or [""])[0]

    given = set(about.get(_MODE, ()))
    change = Change(
        verb=one(_LP["verb"]),
        agent=one(_AGENT),
        place=one(_PLACE),
        modes=frozenset(m for m in MODES if f"{names.ACL}{m.value.capitalize()}" in given),
        began=one(_BEGAN),
        effects=tuple(sorted(about.get(_LP["effect"], ()))),
        state=one(_LP["state"]),
        ended=one(_ENDED),
        until=one(_LP["until"]),
        why=one(_LP["reason"]),
        undoes=one(_LP["undoes"]),
    )
    nodes = (said.get(f"<{url}{node}>", said.get(f"<{node}>", {})) for node in _in_order(about.get(_MADE, ())))
    return replace(change, images=tuple(_image(node) for node in nodes))


def _in_order(nodes: list[str] | tuple[str, ...]) -> list[str]:
    return sorted(nodes, key=lambda node: int(node.rsplit("-", 1)[-1]) if node.rsplit("-", 1)[-1].isdigit() else 0)


def _image(node: dict[str, list[str]]) -> Image:
    def one(key: str) -> str | None:
        return next(iter(node.get(key, ())), None)

    return Image(
        one(_PLACE) or "", one(_LP["document"]) or "", one(_LP["before"]), one(_LP["after"]), one(_LP["group"]) or ""
    )
