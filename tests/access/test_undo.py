"""Taking a change back in a language that adds up: what others hung on an entry that we made stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.access.acp_worlds import CSS, Acr, acp_world, lets, turtle_of
from tests.access.worlds import ACME, BASE, BOLT, OWNER, at, document, owned, rule, world

from lifepod.access.audit import Audit
from lifepod.access.change import plan, restored
from lifepod.access.changelog import change_of
from lifepod.access.dialects import rules_of
from lifepod.access.plans import Ground, Wish
from lifepod.access.rules import Mode
from lifepod.access.survey import Control, Own, with_controls
from lifepod.errors import Undecided
from lifepod.rdf.turtle import Document, parse_turtle, write_turtle

WHOLE = lets(OWNER, "Read", "Write", "Control")
ROOT, PLACE = {"": Acr((WHOLE,), (WHOLE,)), "c/": None, "c/x.ttl": None}, BASE + "c/"


def ground_of(*documents: tuple[str, str]) -> Ground:
    """The small pod with these access documents, by place."""
    survey, read = acp_world(ROOT).survey, {BASE: turtle_of(Acr((WHOLE,), (WHOLE,)), BASE)} | dict(documents)
    found = {p: Document(p + ".acr", parse_turtle(text.encode(), p + ".acr"), '"1"') for p, text in read.items()}
    controls = {p: Control(Own.RULES, d.url, rules_of(d, p, CSS), '"1"') for p, d in found.items()}
    return Ground(with_controls(survey, controls), found)


def said(ground: Ground, agent: str, url: str = PLACE) -> list[str]:
    return [answer.word for answer in Audit(ground.survey).for_agent(url, agent)]


def test_a_rule_that_somebody_hung_on_our_entry_stays_and_still_counts() -> None:
    made = plan(ground_of(), Wish("grant", BOLT, PLACE, frozenset({Mode.READ})))
    change = change_of(made, "grant", "2026-01-01T00:00:00Z")
    [image] = change.images
    theirs = f"""{image.after}
        @prefix acp: <http://www.w3.org/ns/solid/acp#>. @prefix acl: <http://www.w3.org/ns/auth/acl#>.
        <#acr> acp:accessControl <#theirs>. <#theirs> acp:apply <#policy>.
        <#policy> acp:allow acl:Read; acp:anyOf <#matcher>. <#matcher> acp:agent <{ACME}>."""
    now = ground_of((PLACE, theirs))
    assert (said(now, ACME)[0], said(now, BOLT)[0]) == ("yes", "yes")
    [edit] = restored(now, change).edits
    after = ground_of((PLACE, write_turtle(edit.after.graph).decode()))
    assert (said(after, ACME)[0], said(after, BOLT)[0], said(after, OWNER)[3]) == ("yes", "no", "yes")
    assert edit.lines == (f"- {BOLT} may read here and below",)


def test_what_would_be_inherited_must_be_readable_to_tell_what_is_ours() -> None:
    ground = world({"": owned("")}, "c/x.ttl")
    made = plan(ground, Wish("grant", BOLT, at("c/"), frozenset({Mode.READ})))
    change = change_of(made, "grant", "2026-01-01T00:00:00Z")
    edited = document("c/", owned("c/", rule("acme", ACME, here="c/")))
    now = world({"": owned(""), "c/": owned("c/", rule("acme", ACME, here="c/"))}, "c/x.ttl")
    dark = replace(now, documents={at("c/"): edited})
    with pytest.raises(Undecided, match="would inherit cannot be read"):
        restored(dark, change)
