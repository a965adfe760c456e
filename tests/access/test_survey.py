"""A survey is a value that can be kept and read back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.access.worlds import ACME, BASE, OWNER, at, owned, rule, world

from lifepod.access import rules as nouns
from lifepod.access.rules import BlindSpot, Kind, Mode, Rule, Who
from lifepod.access.servers import Dialect, Server
from lifepod.access.survey import FORMAT, Control, Own, Place, Survey, from_json, parent_of, to_json, with_controls
from lifepod.errors import Malformed

TEXT = st.text(max_size=12)
TEXTS = st.lists(TEXT, max_size=2).map(tuple)
MATCHERS = st.builds(
    nouns.Test,
    who=st.lists(st.builds(Who, st.sampled_from(Kind), TEXT), max_size=2).map(tuple),
    clients=TEXTS,
    issuers=TEXTS,
    origins=TEXTS,
    unclear=st.booleans(),
)
PARTS = st.lists(MATCHERS, max_size=2).map(tuple)
RULES = st.builds(
    Rule,
    document=TEXT,
    node=TEXT,
    modes=st.frozensets(st.sampled_from(Mode)),
    every=PARTS,
    some=PARTS,
    none=PARTS,
    deny=st.booleans(),
    here=st.booleans(),
    below=st.booleans(),
    notes=TEXTS,
)
CONTROLS = st.builds(Control, st.sampled_from(Own), TEXT, st.lists(RULES, max_size=2).map(tuple), etag=TEXT, cause=TEXT)
PLACES = st.lists(st.builds(Place, TEXT, CONTROLS), max_size=4, unique_by=lambda p: p.url).map(tuple)
SURVEYS = st.builds(
    Survey,
    storage=TEXT,
    root=TEXT,
    owner=TEXT,
    surveyed_at=TEXT,
    places=PLACES,
    groups=st.lists(st.tuples(TEXT, st.one_of(st.none(), TEXTS)), max_size=2).map(tuple),
    blind=st.lists(st.builds(BlindSpot, TEXT, TEXT), max_size=2).map(tuple),
    server=st.builds(Server, st.sampled_from(Dialect), st.sampled_from(["", "css"])),
    requests=st.integers(min_value=0),
    seconds=st.floats(min_value=0, allow_nan=False, allow_infinity=False),
)


@given(SURVEYS)
@settings(max_examples=120, deadline=None)
def test_a_kept_survey_reads_back_equal(survey: Survey) -> None:
    assert from_json(to_json(survey)) == survey


def test_a_real_survey_reads_back_equal_with_blind_spots_and_groups() -> None:
    """V4: unknown is kept as unknown."""
    ground = world(
        {"": owned("", rule("r", ACME, below="."))},
        "c/x.ttl",
        blind={"c/d/": "403: we may not read who has access"},
        groups={"https://g.example/#a": None, "https://g.example/#b": (ACME,)},
    )
    assert from_json(to_json(ground.survey).encode()) == ground.survey


KEPT = json.loads(to_json(world({"": owned("")}).survey))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        "[" * 100_000,
        b"\xff\xfe",
        json.dumps(KEPT | {"format": FORMAT + 1}),
        json.dumps({k: v for k, v in KEPT.items() if k != "places"}),
        json.dumps(KEPT | {"server": ["klingon", ""]}),
        json.dumps(KEPT | {"places": [["u", "maybe", "", "", "", ""]]}),
        json.dumps(KEPT | {"rules": {BASE: [["too", "short"]]}}),
    ],
)
def test_what_is_no_survey_is_refused_with_advice(text: str | bytes) -> None:
    with pytest.raises(Malformed) as stop:
        from_json(text)
    assert "survey" in stop.value.advice


@pytest.mark.parametrize(
    ("url", "parent"),
    [
        (at("c/d/x.ttl"), at("c/d/")),
        (at("c/d/"), at("c/")),
        (at("c/"), BASE),
        (at("x.ttl"), BASE),
        (BASE, None),
        ("https://pod.example/", None),
        ("https://other.example/alice/x", None),
    ],
)
def test_the_search_upwards_ends_at_the_storage_not_at_the_origin(url: str, parent: str | None) -> None:
    """T5: a pod at a path has its root there."""
    assert parent_of(url, BASE) == parent


def test_new_controls_replace_only_those_of_the_places_they_name() -> None:
    survey = world({"": owned("")}, "a.ttl", "b.ttl").survey
    changed = with_controls(survey, {at("a.ttl"): Control(Own.BLIND, cause="403")})
    assert [p.control.own for p in changed.places] == [Own.RULES, Own.BLIND, Own.NONE]
    assert changed.owner == OWNER
