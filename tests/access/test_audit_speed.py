"""A large survey costs little: work is counted, not timed; the benchmark has the seconds."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest
from tests.access.large import EVERY, Shape, agent, documents_of, large_survey
from tests.access.worlds import OWNER

from lifepod.access import audit as audits
from lifepod.access.audit import Audit
from lifepod.access.change import plan
from lifepod.access.plans import Ground, Wish, in_safe_order
from lifepod.access.risks import risks
from lifepod.access.rules import MODES, Answer, Visitor
from lifepod.access.survey import Own, from_json, to_json
from lifepod.access.tally import Tally

SMALL = Shape(2_000, 100, 20, containers=60)
SURVEY = large_survey(SMALL)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    counts: Counter[str] = Counter()

    class Counted(Tally):
        def __init__(self, *args: object) -> None:
            counts["tallies"] += 1
            super().__init__(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(audits, "Tally", Counted)
    return counts


def test_the_survey_has_the_shape_it_promises() -> None:
    own = sum(place.control.own is Own.RULES for place in SURVEY.places)
    assert len(SURVEY.places) == SMALL.places
    assert SMALL.own_rules <= own <= SMALL.own_rules + 1
    assert from_json(to_json(SURVEY)) == SURVEY


def test_a_full_audit_reads_each_set_of_rules_once_however_many_places_there_are(made: Counter[str]) -> None:
    audit = Audit(SURVEY)
    audit.who_below(SURVEY.root)
    risks(audit)
    for number in range(SMALL.agents):
        audit.sees(agent(number))
    assert made["tallies"] <= 2 * (SMALL.own_rules + 1)


def test_the_audit_of_a_large_pod_says_what_each_verdict_says() -> None:
    audit = Audit(SURVEY)
    for place in islice(SURVEY.places, 0, None, 97):
        for who in (None, OWNER, agent(1), agent(2)):
            one_by_one = tuple(audit.verdict(place.url, Visitor(who), m).answer for m in MODES)
            assert audit.answers(place.url, Visitor(who)) == one_by_one


def test_a_revoke_everywhere_touches_only_documents_that_name_the_agent_and_closes_them() -> None:
    target = agent(3)
    ground = Ground(SURVEY, documents_of(SURVEY))
    found = plan(ground, Wish("revoke", target, SURVEY.storage, EVERY, everywhere=True))
    naming = {p.url for p in SURVEY.places if any(r.names(target) for r in p.control.rules)}
    assert {edit.place for edit in found.edits} == naming
    assert {shift.who for shift in found.shifts} == {target}
    assert in_safe_order(found) == found.edits
    left = {entry.audience for entry in Audit(found.forecast).sees(target)}
    named = Audit(found.forecast)
    assert left <= {"public", "signed-in", target}
    by_name = [p for p in found.forecast.places if any(r.names(target) for r in p.control.rules)]
    assert by_name == []
    assert all(named.answers(o.place, Visitor(target)) != (Answer.NO,) * 4 for o in found.still_open)
