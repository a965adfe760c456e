"""Random small pods, judged twice: our verdicts must equal those of the double's own evaluator, which shares no code.

A case is one answer: visitor × place × mode. Everything is seeded; a failure names its seed.
"""

from __future__ import annotations

from random import Random

import pytest
from tests.access.worlds import ACME, BASE, BOLT, OWNER, SURVEYED_AT
from tests.double.pod_double import PodDouble

from lifepod.access import dialects
from lifepod.access.audit import Audit
from lifepod.access.change import plan
from lifepod.access.plans import Ground, Plan, Wish
from lifepod.access.rules import MODES, NOBODY, STRANGER, Answer, Kind, Mode, Visitor
from lifepod.access.servers import WAC_SERVER
from lifepod.access.survey import Control, Own, Place, Survey
from lifepod.errors import Undecided, WouldLockOut
from lifepod.rdf.turtle import Document, parse_turtle, write_turtle

TREES = 60
NAMED = (OWNER, ACME, BOLT)
PUBLIC_GROUP, PRIVATE_GROUP = BASE + "groups/open#us", BASE + "groups/shut#us"
OUTSIDE_GROUP, MISSING_GROUP = "https://groups.example/list#us", "https://groups.example/absent#us"
GROUPS = (PUBLIC_GROUP, PRIVATE_GROUP, OUTSIDE_GROUP, MISSING_GROUP)
MEMBERS = f"<#us> <http://www.w3.org/2006/vcard/ns#hasMember> <{ACME}>.\n"
NAMES = ("d1", "d2", "a%20b", "caf%C3%A9", "x.ttl", "a%2Bb.ttl")
SUBJECTS = (
    f"acl:agent <{ACME}>",
    f"acl:agent <{BOLT}>",
    f"acl:agent <{ACME}>, <{BOLT}>",
    f"acl:agent <{OWNER}>",
    f"acl:agent <{ACME.removesuffix('#me')}>, <{ACME}you>",
    "acl:agentClass foaf:Agent",
    "acl:agentClass acl:AuthenticatedAgent",
    "acl:agentClass foaf:Person",
    f'acl:agent "{ACME}"',
    "acl:agent foaf:Agent",
    "acl:origin <https://app.example>",
    *(f"acl:agentGroup <{group}>" for group in GROUPS),
)
MODE_SETS = (
    "acl:Read",
    "acl:Append",
    "acl:Write",
    "acl:Control",
    "acl:Read, acl:Write",
    "acl:Read, acl:Write, acl:Control",
    "acl:Access",
    "acl:Read, <https://example.org/Print>",
)


class Grown:
    """One random pod in the double."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.double = PodDouble(BASE, OWNER, seeded=False)
        self.double.put(PUBLIC_GROUP.removesuffix("#us"), MEMBERS)
        self.double.put(PRIVATE_GROUP.removesuffix("#us"), MEMBERS)
        self.double.put(OUTSIDE_GROUP.removesuffix("#us"), MEMBERS)
        self._branch(BASE, 0)
        for place in sorted(self.double.shelf.things):
            if self.random.random() < (0.9 if place == BASE else 0.4):
                self.double.acl(place, self._acl(place))
        self.double.owner_acl("groups/open", self._rule(BASE + "groups/open", "acl:agentClass foaf:Agent", "acl:Read"))
        self.double.owner_acl("groups/shut")

    def _branch(self, container: str, depth: int) -> None:
        for name in self.random.sample(NAMES, self.random.randint(1, 3)):
            leaf = "." in name or depth == 3
            url = self.double.put(container + name + ("" if leaf else "/"))
            if not leaf:
                self._branch(url, depth + 1)

    def _acl(self, place: str) -> str:
        owned = self.double.owner_rule(place) if self.random.random() < 0.6 else ""
        return owned + "".join(self._any_rule(place) for _ in range(self.random.randint(0, 4)))

    def _any_rule(self, place: str) -> str:
        pick = self.random.choice
        subjects = "; ".join(self.random.sample(SUBJECTS, self.random.choice((0, 1, 1, 1, 2))))
        modes = pick(MODE_SETS) if self.random.random() < 0.9 else ""
        return self._rule(place, subjects, modes, typed=self.random.random() < 0.9)

    def _rule(self, place: str, subjects: str, modes: str, *, typed: bool = True) -> str:
        child = pick_or(self.random, self.double.shelf.members(place), place)
        aims = [place, place, place, place, child, place.rstrip("/"), place + "#it", place.replace("pod.", "POD.")]
        parts = ["a acl:Authorization"] if typed else []
        parts += [part for part in (subjects, f"acl:mode {modes}" if modes else "") if part]
        if self.random.random() < 0.7:
            parts.append(f"acl:accessTo <{self.random.choice(aims)}>")
        if self.random.random() < 0.6:
            parts.append(f"acl:default <{self.random.choice(aims)}>")
        if self.random.random() < 0.1:
            parts.append("acl:condition [ a acl:ClientCondition ]")
        if not parts:
            return ""
        node = f"<#r{self.random.randrange(10**6)}>" if self.random.random() < 0.8 else "[]"
        return f"{node} {'; '.join(parts)}.\n"

    def surveyed(self) -> Ground:
        """What a survey would find: every place, every access document, each group as the server itself reads it."""
        places, documents = [], {}
        for url in sorted(self.double.shelf.things):
            control, body = self.double.judge.control_url(url), self.double.shelf.controls.get(url)
            if body is None:
                places.append(Place(url, Control(Own.NONE, control)))
                continue
            documents[url] = Document(control, parse_turtle(body.body, control), body.etag)
            places.append(Place(url, Control(Own.RULES, control, dialects.rules_of(documents[url], url, WAC_SERVER))))
        groups = tuple(sorted((g, self._members(g)) for g in self._groups(places)))
        return Ground(Survey(BASE, BASE, OWNER, SURVEYED_AT, tuple(places), groups), documents)

    def _groups(self, places: list[Place]) -> set[str]:
        return {w.iri for p in places for r in p.control.rules for w in r.audience if w.kind is Kind.GROUP}

    def _members(self, group: str) -> tuple[str, ...]:
        url = group.removesuffix("#us")
        readable = url in self.double.shelf.elsewhere or "read" in self.double.modes(url, None)
        body = self.double.body(url) if url.startswith(BASE) else MEMBERS.encode()
        if not readable or body is None or group == MISSING_GROUP:
            return ()
        return dialects.members_of(Document(url, parse_turtle(body, url)), group)

    def write(self, made: Plan) -> None:
        """Put the plan's documents into the double, as they would be sent."""
        for edit in made.edits:
            self.double.acl(edit.place, write_turtle(edit.after.graph))


def pick_or(random: Random, options: list[str], default: str) -> str:
    return random.choice(options) if options else default


VISITORS = (*map(Visitor, NAMED), STRANGER, NOBODY)


def differences(grown: Grown, survey: Survey) -> tuple[int, list[str]]:
    """How many cases were judged, and those judged differently."""
    audit, cases, wrong = Audit(survey), 0, []
    for place in survey.places:
        for visitor in VISITORS:
            theirs = grown.double.modes(place.url, visitor.agent)
            for mode in MODES:
                cases += 1
                ours = audit.verdict(place.url, visitor, mode).answer
                if ours is not (Answer.YES if mode.value in theirs else Answer.NO):
                    wrong.append(f"{visitor.agent} {mode} {place.url}: we say {ours.word}, the double {sorted(theirs)}")
    return cases, wrong


@pytest.mark.parametrize("seed", range(TREES))
def test_every_visitor_gets_the_answer_the_second_evaluator_gives(seed: int) -> None:
    grown = Grown(seed)
    cases, wrong = differences(grown, grown.surveyed().survey)
    assert wrong == []
    assert cases >= 20


def test_the_random_pods_are_rich_enough_to_mean_something() -> None:
    """Each answer of each mode occurs often, for named agents, strangers and nobody."""
    seen: dict[tuple[str, Mode], set[bool]] = {}
    cases = 0
    for seed in range(TREES):
        grown = Grown(seed)
        for place in grown.double.shelf.things:
            for visitor in VISITORS:
                allowed = grown.double.modes(place, visitor.agent)
                for mode in MODES:
                    cases += 1
                    seen.setdefault((visitor.agent or "", mode), set()).add(mode.value in allowed)
    assert all(answers == {True, False} for answers in seen.values())
    assert cases > 8000


def test_hidden_documents_only_ever_turn_answers_into_unknown() -> None:
    """V1, P5: with some documents unreadable, each definite verdict is still the server's, and not all are unknown."""
    unknown, cases = 0, 0
    for seed in range(TREES // 2):
        grown = Grown(seed)
        survey = grown.surveyed().survey
        hidden = grown.random.choice(survey.places)
        blind = Place(hidden.url, Control(Own.BLIND, hidden.control.document, cause="403"))
        seen = tuple(blind if p is hidden else p for p in survey.places)
        audit = Audit(Survey(BASE, BASE, OWNER, SURVEYED_AT, seen, survey.groups))
        for place in survey.places:
            for visitor in VISITORS:
                truth = grown.double.modes(place.url, visitor.agent)
                for mode in MODES:
                    ours, cases = audit.verdict(place.url, visitor, mode).answer, cases + 1
                    unknown += ours is Answer.UNKNOWN
                    assert ours in (Answer.UNKNOWN, Answer.YES if mode.value in truth else Answer.NO)
    assert 0 < unknown < cases / 2


def _planned(seed: int) -> tuple[int, int]:
    """Plan and write six random wishes in one pod, checking each; how many made edits, how many were refused."""
    grown = Grown(seed)
    made, refused = 0, 0
    for _ in range(6):
        ground = grown.surveyed()
        wish = _wish(grown, ground.survey)
        before = {(p.url, v): grown.double.modes(p.url, v.agent) for p in ground.survey.places for v in VISITORS}
        try:
            planned = plan(ground, wish)
        except (Undecided, WouldLockOut):
            refused += 1
            continue
        grown.write(planned)
        made += bool(planned.edits)
        assert differences(grown, planned.forecast)[1] == []
        _check_others(grown, wish, before)
        _check_target(grown, wish, planned)
        assert plan(grown.surveyed(), wish).edits == ()
    return made, refused


@pytest.mark.parametrize("seed", range(TREES))
def test_a_plan_does_what_it_says_for_everyone(seed: int) -> None:
    """P1, P2, P12: the second evaluator finds the forecast, only the agent's answers moved, the owner keeps control."""
    _planned(seed)


def test_random_wishes_are_often_carried_out_and_often_refused() -> None:
    made, refused = (sum(counts) for counts in zip(*(_planned(seed) for seed in range(12)), strict=True))
    assert made > 10
    assert refused > 10


def _wish(grown: Grown, survey: Survey) -> Wish:
    random = grown.random
    modes = frozenset(random.sample(MODES, random.randint(1, 4)))
    places = [p.url for p in survey.places if "/groups/" not in p.url]
    verb, agent = random.choice(("grant", "revoke")), random.choice((ACME, BOLT))
    return Wish(verb, agent, random.choice(places), modes, random.random() < 0.3)


def _check_others(grown: Grown, wish: Wish, before: dict[tuple[str, Visitor], frozenset[str]]) -> None:
    for (url, visitor), modes in before.items():
        now = grown.double.modes(url, visitor.agent)
        if visitor.agent != wish.agent or not url.startswith(wish.place):
            assert now == modes, f"{visitor.agent} at {url}"
        elif wish.verb == "grant":
            assert now >= modes
        else:
            assert now <= modes


def _check_target(grown: Grown, wish: Wish, planned: Plan) -> None:
    now = grown.double.modes(wish.place, wish.agent)
    wished = {mode.value for mode in wish.modes}
    if wish.verb == "grant":
        assert wished <= now
    elif wish.place != BASE:
        assert not wished & now
    for edit in planned.edits:
        assert "control" in grown.double.modes(edit.place, OWNER)
