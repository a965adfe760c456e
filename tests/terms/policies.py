"""Policies at random, as hypothesis draws them: well formed, and small enough to meet one another often."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st
from tests.terms.samples import ALICE, SHOP

from lifepod.names import DPV, LP, ODRL, XSD
from lifepod.terms.clauses import CLAUSES
from lifepod.terms.places import is_at_or_below
from lifepod.terms.policy import AGREEMENT, OFFER, PAYMENT, Constraint, Policy, Proposal, Rule, Value

AT_ANY = datetime(2026, 11, 24, tzinfo=UTC)
ROOT = "urn:uuid:6a0c2f4e-3d1b-4c57-9a2e-8f0b7d5c1e90"
TERMS_ROOT = "https://alice.example/lifepod/terms/any-1"
_J = "https://alice.example/journal/"
PLACES = (_J, _J + "purchases/", _J + "purchases/a/", _J + "purchases/a/b.ttl", _J + "payments/")
PURPOSES = ("Purpose", "Personalisation", "ServicePersonalisation", "PersonalisedBenefits", "Marketing")
_MODES = {"read": ODRL + "read", "append": LP + "append", "change": ODRL + "modify"}
_FORBIDDEN = tuple(name for name, clause in CLAUSES.items() if clause.kind == "prohibition")
_places = st.lists(st.sampled_from(PLACES), min_size=1, max_size=2, unique=True).map(lambda found: tuple(sorted(found)))


def _span(days: int) -> Value:
    return Value(f"P{days}D", XSD + "duration")


@st.composite
def _permission(draw: st.DrawFn, base: str, mode: str, ends: str) -> Rule:
    days = draw(st.sampled_from([1, 30, 180]))
    end = Value((AT_ANY + timedelta(days)).strftime("%Y-%m-%dT%H:%M:%SZ"), XSD + "dateTime")
    until = Constraint(f"{base}#until-{mode}", ODRL + ends, ODRL + "lteq", end if ends == "dateTime" else _span(days))
    constraints = [until]
    if mode == "read":
        purpose, how = draw(st.sampled_from(PURPOSES)), draw(st.sampled_from(["isA", "eq"]))
        constraints.append(Constraint(f"{base}#purpose", ODRL + "purpose", ODRL + how, Value(DPV + purpose)))
    if draw(st.booleans()):
        constraints.append(
            Constraint(f"{base}#app-{mode}", LP + "client", ODRL + "eq", Value("https://shop.example/app"))
        )
    duties = (draw(_payment(base)),) if mode == "read" and draw(st.booleans()) else ()
    ordered = tuple(sorted(constraints, key=lambda one: one.node))
    return Rule(f"{base}#{mode}", "permission", _MODES[mode], draw(_places), ordered, duties)


@st.composite
def _payment(draw: st.DrawFn, base: str) -> Rule:
    amount = Value(draw(st.sampled_from(["1", "5", "6.5"])), XSD + "decimal")
    operator, unit = draw(st.sampled_from(["eq", "gteq"])), draw(st.sampled_from(["EUR", "USD"]))
    every = Constraint(f"{base}#period", ODRL + "timeInterval", ODRL + "lteq", _span(draw(st.sampled_from([7, 30]))))
    return Rule(
        f"{base}#pay",
        "duty",
        PAYMENT,
        party=ALICE,
        constraints=(every,) if draw(st.booleans()) else (),
        action_node=f"{base}#payment",
        refinements=(
            Constraint(f"{base}#amount", ODRL + "payAmount", ODRL + operator, amount, f"{LP}currency-{unit}"),
        ),
        pay_to=draw(st.sampled_from(["", "https://wallet.example/alice"])),
    )


@st.composite
def _demands(draw: st.DrawFn, base: str) -> list[Rule]:
    names = draw(st.lists(st.sampled_from(_FORBIDDEN), max_size=3, unique=True))
    out = [Rule(f"{base}#{name}", "prohibition", CLAUSES[name].action, draw(_places)) for name in names]
    if draw(st.booleans()):
        event = Constraint(f"{base}#after-end", ODRL + "event", ODRL + "gt", Value(LP + "end"))
        within = Constraint(
            f"{base}#in-time", ODRL + "elapsedTime", ODRL + "lteq", _span(draw(st.sampled_from([1, 9])))
        )
        out.append(Rule(f"{base}#delete-at-end", "obligation", ODRL + "delete", draw(_places), (event, within)))
    if draw(st.booleans()):
        out.append(Rule(f"{base}#give-back", "obligation", LP + "append", draw(_places)))
    if draw(st.booleans()):
        out.append(Rule(f"{base}#deliver", "obligation", LP + "deliverService", description=draw(_texts)))
    return out


_texts = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=12)


@st.composite
def _rules(draw: st.DrawFn, base: str, ends: str) -> tuple[Rule, ...]:
    modes = draw(st.lists(st.sampled_from(sorted(_MODES)), min_size=1, unique=True))
    rules = [draw(_permission(base, mode, ends)) for mode in modes] + draw(_demands(base))
    return tuple(sorted(rules, key=lambda one: one.node))


@st.composite
def offers(draw: st.DrawFn) -> Policy:
    """Terms."""
    rules = draw(_rules(TERMS_ROOT, "elapsedTime"))
    return Policy(
        root=TERMS_ROOT + "#terms",
        kind=OFFER,
        assigner=ALICE,
        rules=rules,
        title=draw(_texts),
        issued="2026-11-20T09:00:00Z",
    )


@st.composite
def requests(draw: st.DrawFn) -> Policy:
    """Requests."""
    rules = draw(_rules(ROOT, "dateTime"))
    times = ("2026-11-23T09:58:00Z", "2026-12-07T00:00:00Z")
    proposal = Proposal(SHOP, ALICE, *times, draw(_texts))
    return Policy(root=ROOT, kind=AGREEMENT, assigner=ALICE, rules=rules, assignee=SHOP, proposal=proposal)


def narrowed_at_random(policy: Policy, data: st.DataObject) -> Policy:
    """The policy with one thing less, or one prohibition more."""
    opened = policy.of("permission")
    change = data.draw(st.sampled_from(["drop", "place", "end", "purpose", "app", "forbid", "price"]))
    chosen = data.draw(st.sampled_from(opened)) if opened else None
    if chosen is None or change == "forbid":
        base = policy.root.partition("#")[0]
        more = Rule(f"{base}#more-{len(policy.rules)}", "prohibition", ODRL + "archive", (_J,))
        return replace(policy, rules=(*policy.rules, more))
    if change == "drop":
        return replace(policy, rules=tuple(one for one in policy.rules if one != chosen))
    changed = _LESS[change](chosen, data)
    return replace(policy, rules=tuple(changed if one == chosen else one for one in policy.rules))


def _in_a_smaller_place(one: Rule, data: st.DataObject) -> Rule:
    below = [place for place in PLACES if any(is_at_or_below(place, target) for target in one.targets)]
    return replace(one, targets=(data.draw(st.sampled_from(below)),))


def _sooner(one: Rule, _: st.DataObject) -> Rule:
    def less(c: Constraint) -> Constraint:
        if c.left == ODRL + "elapsedTime":
            return replace(c, right=_span(1))
        if c.left == ODRL + "dateTime":
            return replace(c, right=Value("2026-11-24T06:00:00Z", XSD + "dateTime"))
        return c

    return replace(one, constraints=tuple(less(c) for c in one.constraints))


def _for_a_narrower_purpose(one: Rule, _: st.DataObject) -> Rule:
    below = {DPV + a: DPV + b for a, b in pairwise(PURPOSES[:4])}

    def less(c: Constraint) -> Constraint:
        wide = c.left == ODRL + "purpose" and c.operator == ODRL + "isA"
        return replace(c, right=Value(below.get(c.right.text, c.right.text))) if wide else c

    return replace(one, constraints=tuple(less(c) for c in one.constraints))


def _through_one_app(one: Rule, _: st.DataObject) -> Rule:
    if one.constraint(LP + "client"):
        return one
    app = Constraint(one.node + "-app", LP + "client", ODRL + "eq", Value("https://shop.example/app"))
    return replace(one, constraints=(*one.constraints, app))


def _for_more(one: Rule, _: st.DataObject) -> Rule:
    def more(c: Constraint) -> Constraint:
        return replace(c, right=Value("100", XSD + "decimal"))

    return replace(one, duties=tuple(replace(d, refinements=tuple(more(c) for c in d.refinements)) for d in one.duties))


_LESS: dict[str, Any] = {
    "place": _in_a_smaller_place,
    "end": _sooner,
    "purpose": _for_a_narrower_purpose,
    "app": _through_one_app,
    "price": _for_more,
}
