"""Who may do what in the double: Web Access Control read anew from the stored Turtle.

It refuses to import anything of lifepod: two evaluators that share no line cannot share a mistake. It follows what
Community Solid Server 7.2.0 was measured to do; origins and conditions are ignored, groups are fetched as nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import pyoxigraph as ox
from tests.double.shelf import Shelf, above, canonical

ACL = "http://www.w3.org/ns/auth/acl#"
EVERYONE = "http://xmlns.com/foaf/0.1/Agent"
MEMBER = "http://www.w3.org/2006/vcard/ns#hasMember"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
MODES = {ACL + "Read": "read", ACL + "Append": "append", ACL + "Write": "write", ACL + "Control": "control"}
ALL = frozenset(MODES.values())

Facts = dict[str, dict[str, set[str]]]
"""Subject → predicate → IRIs; literals are left out, because no literal matches anything in an ACL."""


@lru_cache(maxsize=4096)
def facts_of(body: bytes, base: str) -> Facts | None:
    """The triples of a Turtle document, ``None`` where it is not Turtle."""
    found: Facts = {}
    try:
        for quad in ox.parse(body, format=ox.RdfFormat.TURTLE, base_iri=base):
            if isinstance(quad.object, ox.NamedNode):
                found.setdefault(str(quad.subject), {}).setdefault(quad.predicate.value, set()).add(quad.object.value)
    except (SyntaxError, ValueError):
        return None
    return found


class Judge:
    """Answers for one shelf."""

    def __init__(self, shelf: Shelf, control_of: dict[str, str] | None = None) -> None:
        self._shelf = shelf
        self._control_of = {} if control_of is None else control_of

    def modes(self, place: str, agent: str | None) -> frozenset[str]:
        """What one agent (``None``: nobody) may do at a place, which need not exist."""
        holder = place
        while holder not in self._shelf.controls:
            if holder == self._shelf.base or not holder.startswith(self._shelf.base):
                return frozenset()
            holder = above(holder)
        thing = self._shelf.controls[holder]
        facts = facts_of(thing.body, self.control_url(holder))
        aim = ACL + ("accessTo" if holder == place else "default")
        granted: set[str] = set()
        for rule in (facts or {}).values():
            if ACL + "Authorization" in rule.get(TYPE, ()) and holder in rule.get(aim, ()) and self._fits(rule, agent):
                granted |= {MODES[m] for m in rule.get(ACL + "mode", ()) if m in MODES}
        return frozenset(granted | {"append"}) if "write" in granted else frozenset(granted)

    def control_url(self, place: str) -> str:
        """Where the access control document of a place stands."""
        return self._control_of.get(place) or place + ".acl"

    def place_of(self, url: str) -> str | None:
        """The place whose access control document stands at ``url``; ``None`` for other resources."""
        for place, control in self._control_of.items():
            if control == url:
                return place
        place = url.removesuffix(".acl")
        return None if place == url or place in self._control_of else place

    def _fits(self, rule: dict[str, set[str]], agent: str | None) -> bool:
        classes = rule.get(ACL + "agentClass", set())
        if EVERYONE in classes:
            return True
        if agent is None:
            return False
        if ACL + "AuthenticatedAgent" in classes or agent in rule.get(ACL + "agent", ()):
            return True
        return any(agent in self._members(group) for group in rule.get(ACL + "agentGroup", ()))

    def _members(self, group: str) -> Iterator[str]:
        url = canonical(group)
        thing = self._shelf.elsewhere.get(url)
        if thing is None and "read" in self.modes(url, None):
            thing = self._shelf.things.get(url)
        facts = facts_of(thing.body, url) if thing else None
        yield from (facts or {}).get(f"<{group}>", {}).get(MEMBER, ())
