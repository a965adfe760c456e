"""Small pods made of Turtle, for the tests of the access room: access documents in, a survey with its ground out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lifepod.access import wac
from lifepod.access.audit import Audit
from lifepod.access.plans import Ground, Plan
from lifepod.access.rules import MODES, Answer, Visitor
from lifepod.access.survey import Control, Own, Place, Survey
from lifepod.rdf.turtle import Document, parse_turtle, write_turtle

BASE = "https://pod.example/alice/"
OWNER = BASE + "profile/card#me"
ACME = "https://acme.example/profile/card#me"
BOLT = "https://bolt.example/profile/card#me"
TEAM = "https://groups.example/list#team"
ANYONE = "acl:agentClass foaf:Agent"
SIGNED = "acl:agentClass acl:AuthenticatedAgent"
PREFIXES = """@prefix acl: <http://www.w3.org/ns/auth/acl#>.
@prefix foaf: <http://xmlns.com/foaf/0.1/>.
"""
SURVEYED_AT = "2026-03-01T12:00:00Z"


def at(path: str) -> str:
    """The URL of a path in the small pod."""
    return BASE + path


def rule(name: str, who: str, modes: str = "Read", *, here: str = "", below: str = "") -> str:
    """One authorization; ``who`` is a WebID or Turtle, ``here`` and ``below`` are paths (``.`` is the root)."""
    subject = f"acl:agent <{who}>" if who.startswith("http") else who
    parts = [f"<#{name}> a acl:Authorization; {subject}"]
    parts += [f"acl:mode {', '.join('acl:' + m for m in modes.split())}"] if modes else []
    parts += [f"acl:accessTo <{at(here.removeprefix('.'))}>"] if here else []
    parts += [f"acl:default <{at(below.removeprefix('.'))}>"] if below else []
    return "; ".join(parts) + ".\n"


def owned(path: str, more: str = "") -> str:
    """The ACL of a place whose owner has all modes, here and (containers) below, with ``more`` beside it."""
    named = path or "."
    below = named if named.endswith(("/", ".")) else ""
    return rule("owner", OWNER, "Read Write Control", here=named, below=below) + more


def document(path: str, turtle: str) -> Document:
    """The ACL of a place as it would be read."""
    url = at(path) + ".acl"
    return Document(url, parse_turtle((PREFIXES + turtle).encode(), url), '"1-text/turtle"')


def world(
    acls: Mapping[str, str],
    *places: str,
    blind: Mapping[str, str] | None = None,
    groups: Mapping[str, tuple[str, ...] | None] | None = None,
) -> Ground:
    """A pod with these ACLs (by path; ``""`` is the root), these other places, and those nobody could look into."""
    unseen = blind or {}
    paths = {""} | {part for path in (*acls, *places, *unseen) for part in _upwards(path)}
    documents = {path: document(path, turtle) for path, turtle in acls.items()}
    found = []
    for path in sorted(paths):
        url = at(path)
        control = Control(Own.NONE, url + ".acl")
        if path in unseen:
            control = Control(Own.BLIND, url + ".acl", cause=unseen[path])
        elif path in documents:
            graph = documents[path].graph
            control = Control(Own.RULES, url + ".acl", wac.read_rules(graph, url + ".acl", url), '"1-text/turtle"')
        found.append(Place(url, control))
    survey = Survey(BASE, BASE, OWNER, SURVEYED_AT, tuple(found), tuple(sorted((groups or {}).items())))
    return Ground(survey, {at(path): doc for path, doc in documents.items()})


def _upwards(path: str) -> list[str]:
    parts = path.rstrip("/").split("/")
    return [path] + ["/".join(parts[:n]) + "/" for n in range(1, len(parts))]


def allowed(ground: Ground | Survey, path: str, agent: str | None) -> str:
    """What an agent (``None``: nobody) may do, as letters: ``rawc``; ``?`` after a mode that is unknown."""
    audit = Audit(ground.survey if isinstance(ground, Ground) else ground)
    out = ""
    for mode in MODES:
        answer = audit.verdict(at(path), Visitor(agent), mode).answer
        out += {Answer.YES: mode.value[0], Answer.UNKNOWN: mode.value[0] + "?", Answer.NO: ""}[answer]
    return out


def applied(ground: Ground, plan: Plan, only: int | None = None) -> Ground:
    """The pod after the first ``only`` edits (all by default) were written as Turtle and read back."""
    documents, controls = dict(ground.documents), {}
    for edit in plan.edits[:only]:
        graph = parse_turtle(write_turtle(edit.after.graph), edit.after.url)
        documents[edit.place] = Document(edit.after.url, graph, '"2-text/turtle"')
        rules = wac.read_rules(graph, edit.after.url, edit.place)
        controls[edit.place] = Control(Own.RULES, edit.after.url, rules, '"2-text/turtle"')
    places = tuple(replace(p, control=controls[p.url]) if p.url in controls else p for p in ground.survey.places)
    return Ground(replace(ground.survey, places=places), documents)
