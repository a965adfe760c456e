"""Records of its own that a vendor gives back, put into the container that an agreement opens for it.

It refuses to send what cannot be read back, to put anything anywhere else, and to send the same file twice where it
knows that the first one arrived. Where that is not known it is sent again: the vendor may add there, and not look.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from lifepod.errors import Malformed, Missing, Refused
from lifepod.parties.cases import Case
from lifepod.plain import plain
from lifepod.solid.wire import JSON_LD, TURTLE
from lifepod.terms.policy import Rule
from lifepod.terms.within import DATE, moment_of
from lifepod.vendor.covered import APPEND, must_be_open
from lifepod.vendor.held import make_rooms
from lifepod.vendor.side import Result, Side

_TYPES = {".ttl": TURTLE, ".jsonld": JSON_LD}


async def append(side: Side, case: Case, name: str, body: bytes) -> Result:
    """Add a file (``.ttl`` or ``.jsonld``) to the agreement's own container; raises :class:`Refused` where none is."""
    kind = next((kind for ending, kind in _TYPES.items() if name.endswith(ending)), "")
    if not kind:
        raise Malformed(f"{plain(name)} is neither Turtle nor JSON-LD.", advice="Name a file .ttl or .jsonld.")
    container = _container(case, side.at)
    digest = hashlib.sha256(body).hexdigest()[:32]
    url = side.place(f"lifepod/given/{case.id}/{digest}.json")
    known = await _known(side, url)
    if not known:
        await make_rooms(side)
        slug = digest + name[name.rindex(".") :]
        known = await side.pod.post(container, body, slug=slug, content_type=kind)
        noted = json.dumps({"place": known, "at": side.now}, indent=1).encode()
        await side.pod.put(url, noted, match=None, content_type="application/json")
    return {"id": case.id, "place": known}


def _container(case: Case, at: datetime) -> str:
    must_be_open(case)
    rules = [rule for rule in case.policy.of("permission") if rule.action == APPEND and _holds(rule, at)]
    places = [target for rule in rules for target in rule.targets if target.endswith("/")]
    if not places:
        raise Refused("The agreement does not let you add anything.", advice="Ask for it: --mode append.")
    return places[0]


def _holds(rule: Rule, at: datetime) -> bool:
    limit = rule.constraint(DATE)
    end = moment_of(limit.right.text) if limit else None
    return end is not None and at < end


async def _known(side: Side, url: str) -> str:
    """Where the same file lies, by our own note; empty where it was not sent or nobody knows."""
    try:
        return str(json.loads((await side.pod.get(url, accept="application/json")).body)["place"])
    except (Missing, ValueError, KeyError, TypeError, RecursionError):
        return ""
