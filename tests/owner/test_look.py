"""A look at a pod: what it finds, what it costs, and that what it could not see is never taken for closed or open."""

from __future__ import annotations

import dataclasses
from collections import Counter

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.owner.signed import ACME, BOLT, rule, signed_in

from lifepod.access.audit import ALL_UNKNOWN, Audit
from lifepod.access.plans import Ground
from lifepod.access.rules import MODES, NOBODY, STRANGER, Answer, Mode, Visitor
from lifepod.access.servers import Dialect
from lifepod.access.survey import Own
from lifepod.errors import LifepodError, Malformed, Missing, NotSignedIn, Refused, Undecided, Unreachable
from lifepod.limits import LIMITS, Limits
from lifepod.owner.look import look, quiet

EVERYONE = "acl:agentClass foaf:Agent"
SIGNED_IN = "acl:agentClass acl:AuthenticatedAgent"
VISITORS = (Visitor(ACME), Visitor(BOLT), STRANGER, NOBODY)


def grown() -> PodDouble:
    """Eight containers, forty documents with awkward names, six access documents of their own."""
    double = PodDouble(seeded=False)
    for number in range(7):
        for name in ("a.ttl", "caf%C3%A9.ttl", "a%2Bb.ttl", "a%20b", "notes.acl.ttl", "x"):
            double.put(f"c{number}/{name}", "<s> <p> <o>.")
    double.owner_acl("", rule(double, "", SIGNED_IN, "Append", here=False))
    double.owner_acl("c0/", rule(double, "c0/", ACME))
    double.owner_acl("c1/a%2Bb.ttl", rule(double, "c1/a%2Bb.ttl", EVERYONE))
    double.owner_acl("c2/notes.acl.ttl", rule(double, "c2/notes.acl.ttl", BOLT, "Read Write"))
    double.acl("c3/x", "")
    double.owner_acl("c4/caf%C3%A9.ttl")
    double.acl("c5/", double.owner_rule("c5/").replace("acl:default", "<urn:x:unknown>"))
    return double


async def looked(double: PodDouble, path: str = "", *, limits: Limits = LIMITS, below: bool = True) -> Ground:
    async with signed_in(double, limits=limits) as pod:
        return await look(pod, double.url(path), below=below, limits=limits)


def assert_true(double: PodDouble, audit: Audit) -> None:
    """Every verdict of every visitor at every place is what the double's own evaluator says."""
    for place in audit.survey.places:
        for visitor in VISITORS:
            agent = None if visitor == NOBODY else visitor.agent
            for mode in MODES:
                truth = Answer.YES if mode.value in double.modes(place.url, agent) else Answer.NO
                assert audit.verdict(place.url, visitor, mode).answer is truth, (place.url, agent, mode)


async def test_every_place_and_every_access_document_is_found() -> None:
    double = grown()
    ground = await looked(double)
    assert {p.url for p in ground.survey.places} == set(double.shelf.things)
    assert {p.url for p in ground.survey.places if p.control.own is Own.RULES} == set(double.shelf.controls)
    assert {url: d.url for url, d in ground.documents.items()} == {u: u + ".acl" for u in double.shelf.controls}
    assert ground.survey.blind == ()
    assert_true(double, Audit(ground.survey))


async def test_a_survey_stays_within_its_budget_and_asks_for_nothing_twice() -> None:
    double = grown()
    survey = (await looked(double)).survey
    containers = [u for u in double.shelf.things if u.endswith("/")]
    documents = len(double.shelf.things) - len(containers)
    assert survey.requests == len(double.requests)
    assert survey.requests <= documents + 2 * len(containers) + len(double.shelf.controls) + 10
    asked = Counter(s.url for s in double.requests if s.method == "GET")
    assert {asked[url] for url in containers} == {1}
    assert max(asked.values()) == 1
    assert {s.method for s in double.requests} == {"GET", "HEAD"}


async def test_the_counts_that_are_heard_end_with_everything_known() -> None:
    double, heard = grown(), list[tuple[int, int]]()
    async with signed_in(double) as pod:
        await look(pod, double.base, tell=lambda done, known: heard.append((done, known)))
    assert heard[-1] == (len(double.shelf.things), len(double.shelf.things))
    assert all(done <= known for done, known in heard)


# Where access documents lie


async def test_access_documents_that_lie_elsewhere_are_found_by_their_link() -> None:
    double = grown()
    double.control_at("c0/x", "https://pod.example/.access/7")
    double.control_at("c1/", "https://pod.example/.access/8")
    double.owner_acl("c0/x", rule(double, "c0/x", BOLT))
    double.owner_acl("c1/", rule(double, "c1/", BOLT))
    audit = Audit((await looked(double)).survey)
    assert audit.place(double.url("c0/x")).control.document == "https://pod.example/.access/7"
    assert_true(double, audit)


async def test_a_learned_name_is_not_trusted_where_a_404_would_prove_nothing() -> None:
    """A server that links no missing resource: a wrong guess would answer 404 everywhere and read as "inherits"."""
    double = grown()
    double.script("HEAD", "lifepod-asks-for-nothing-here", httpx2.Response(404))
    audit = Audit((await looked(double)).survey)
    assert_true(double, audit)
    documents = [u for u in double.shelf.things if not u.endswith("/")]
    assert {s.url for s in double.requests if s.method == "HEAD"} >= set(documents)


async def test_a_server_that_names_no_access_document_leaves_a_blind_spot() -> None:
    double = grown()
    bare = httpx2.Response(200, headers={"Content-Type": "text/turtle", "WAC-Allow": 'user="read"'})
    double.script("HEAD", "c2/notes.acl.ttl", bare)
    audit = Audit((await looked(double)).survey)
    assert [b.place for b in audit.blind] == [double.url("c2/notes.acl.ttl")]


async def test_relative_links_are_resolved() -> None:
    double = grown()
    double.ldp.relative_links = True
    assert_true(double, Audit((await looked(double)).survey))


async def test_an_access_document_that_names_another_place_lets_nobody_in() -> None:
    double = grown()
    double.acl("c0/a.ttl", rule(double, "c0/x", EVERYONE))
    audit = Audit((await looked(double)).survey)
    assert audit.who(double.url("c0/a.ttl")) == ()
    assert audit.blind == ()


# What cannot be seen is unknown

FAULTS: dict[str, faults.Answer] = {
    "refused": 403,
    "not signed in": 401,
    "failed": 500,
    "busy": faults.busy(429),
    "down": faults.busy(503),
    "gone somewhere else": faults.redirect("https://elsewhere.example/acl"),
    "broken Turtle": faults.not_turtle(),
    "a web page": faults.page(),
    "too big": faults.oversized(LIMITS.control_bytes + 1),
    "cut off": faults.dropped(),
    "nobody listens": faults.refused_connection(),
    "hanging": faults.Hang(),
}


@pytest.mark.parametrize("place", ["c0/", "c0/a.ttl"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_an_access_document_that_cannot_be_read_never_means_inherits(fault: faults.Answer, place: str) -> None:
    double = grown()
    double.script("GET", f"{place}.acl", fault, None)
    quick = dataclasses.replace(LIMITS, request_seconds=0.3) if isinstance(fault, faults.Hang) else LIMITS
    audit = Audit((await looked(double, limits=quick)).survey)
    spot = audit.place(double.url(place)).control
    assert spot.own is Own.BLIND
    assert spot.cause
    assert [b.place for b in audit.blind] == [double.url(place)]
    hidden = {p.url for p in audit.below(double.url(place))}
    for found in audit.survey.places:
        for visitor in VISITORS:
            unknown = audit.answers(found.url, visitor) == ALL_UNKNOWN
            assert unknown is (found.url in hidden), found.url
    assert [e.audience for e in audit.who(double.url(place))] == ["anyone"]
    assert "https://elsewhere.example/acl" not in {s.url for s in double.requests}


@pytest.mark.parametrize("fault", [faults.busy(503), faults.dropped()], ids=["busy", "cut off"])
async def test_what_only_time_can_tell_is_asked_once_more(fault: faults.Answer) -> None:
    double = grown()
    double.script("GET", "c0/.acl", fault, 1)
    assert_true(double, Audit((await looked(double)).survey))


async def test_a_404_means_inherits_only_to_somebody_who_holds_control() -> None:
    double = grown()
    double.script("GET", ".acl", 403, None)
    audit = Audit((await looked(double)).survey)
    assert {p.control.own for p in audit.survey.places if p.url not in double.shelf.controls} == {Own.BLIND}
    assert audit.verdict(double.url("c6/x"), NOBODY, Mode.READ).answer is Answer.UNKNOWN


LISTINGS: dict[str, faults.Answer] = {
    "refused": 403,
    "failed": 500,
    "broken": faults.not_turtle(),
    "a web page": faults.page(),
    "cut off": faults.dropped(),
}


@pytest.mark.parametrize("fault", LISTINGS.values(), ids=LISTINGS.keys())
async def test_a_container_that_cannot_be_listed_is_named_and_its_own_rules_are_still_read(
    fault: faults.Answer,
) -> None:
    double = grown()
    double.script("GET", "c0/", fault, None)
    audit = Audit((await looked(double)).survey)
    assert [(b.place, b.cause[:29]) for b in audit.blind] == [(double.url("c0/"), "what it holds cannot be liste")]
    assert audit.verdict(double.url("c0/"), Visitor(ACME), Mode.READ).answer is Answer.YES
    assert [p.url for p in audit.below(double.url("c0/"))] == [double.url("c0/")]


async def test_a_listing_that_leads_in_circles_or_out_of_the_container_is_not_followed() -> None:
    double = grown()
    lies = [double.base, double.url("c0/"), double.url("c1/"), "https://elsewhere.example/x/", double.url("c0/x")]
    raw = [f"{double.url('c0/')}%2e%2e/", f"{double.url('c0/')}a/b/c", f"{double.url('c0/')}q?x=1"]
    said = "".join(f"<> <http://www.w3.org/ns/ldp#contains> <{u}>.\n" for u in lies + raw)
    headers = {"Content-Type": "text/turtle", "Link": '<.acl>; rel="acl"', "WAC-Allow": 'user="read"'}
    double.script("GET", "c0/", httpx2.Response(200, headers=headers, content=said.encode()), None)
    audit = Audit((await looked(double)).survey)
    assert Counter(s.url for s in double.requests)[double.url("c0/")] == 1
    assert {s.url for s in double.requests if "elsewhere" in s.url or "?" in s.url} == set()
    found = {p.url for p in audit.survey.places}
    assert found <= set(double.shelf.things) | {raw[0], raw[1]}
    assert double.url("c1/x") in found


# Bounds


@pytest.mark.parametrize(("bound", "value"), [("walk_depth", 0), ("walk_count", 3)], ids=["too deep", "too many"])
async def test_a_bound_that_is_reached_is_a_blind_spot_and_not_the_end(bound: str, value: int) -> None:
    double = grown()
    tight = dataclasses.replace(LIMITS, **{bound: value})
    audit = Audit((await looked(double, limits=tight)).survey)
    assert [b.place for b in audit.blind] == [double.base]
    assert "more lies below" in audit.blind[0].cause


async def test_a_look_that_takes_too_long_says_so_and_keeps_what_it_has() -> None:
    double = grown()
    audit = Audit((await looked(double, limits=dataclasses.replace(LIMITS, survey_seconds=0.0))).survey)
    assert audit.blind
    assert all("took longer" in b.cause for b in audit.blind)
    assert audit.place(double.base).control.own is Own.RULES
    assert all(e.answers == ALL_UNKNOWN for p in audit.survey.places[1:] for e in audit.who(p.url))


# Groups

TEAM = "https://groups.example/list#team"
MEMBERS = f"<#team> <http://www.w3.org/2006/vcard/ns#hasMember> <{ACME}>. <#other> <urn:x:p> <{BOLT}>."


def with_group(iri: str) -> PodDouble:
    double = grown()
    double.owner_acl("c6/", rule(double, "c6/", f"acl:agentGroup <{iri}>"))
    return double


async def test_the_members_of_a_public_group_are_known_and_the_group_is_read_as_nobody() -> None:
    double = with_group(TEAM)
    double.put(TEAM.split("#")[0], MEMBERS)
    audit = Audit((await looked(double)).survey)
    assert audit.groups == {TEAM: frozenset({ACME})}
    assert_true(double, audit)
    assert [s.webid for s in double.requests if s.url.startswith("https://groups.example")] == [None]


async def test_two_groups_of_one_document_are_read_together() -> None:
    double = with_group(TEAM)
    double.put(TEAM.split("#")[0], MEMBERS)
    double.owner_acl("c5/", rule(double, "c5/", f"acl:agentGroup <{TEAM}>, <{TEAM}2>"))
    audit = Audit((await looked(double)).survey)
    assert audit.groups == {TEAM: frozenset({ACME}), f"{TEAM}2": frozenset()}
    assert sum(s.url.startswith("https://groups.example") for s in double.requests) == 1


@pytest.mark.parametrize("fault", [401, 403, 404, 500, faults.page(), faults.not_turtle(), faults.dropped()], ids=str)
async def test_a_group_that_cannot_be_read_leaves_unknown_for_whoever_is_signed_in(fault: faults.Answer) -> None:
    double = with_group(TEAM)
    double.put(TEAM.split("#")[0], MEMBERS)
    double.script("GET", TEAM.split("#")[0], fault, None)
    audit = Audit((await looked(double)).survey)
    place = double.url("c6/")
    assert audit.groups == {TEAM: None}
    assert [b.place for b in audit.blind] == [TEAM]
    read = {v: audit.verdict(place, v, Mode.READ).answer for v in VISITORS}
    assert read == {Visitor(ACME): 1, Visitor(BOLT): 1, STRANGER: 1, NOBODY: 0}
    assert audit.verdict(place, STRANGER, Mode.WRITE).answer is Answer.NO


async def test_a_group_of_the_pods_own_that_others_may_not_read_is_unknown() -> None:
    double = with_group("https://pod.example/alice/c6/x#team")
    double.put("c6/x", MEMBERS)
    audit = Audit((await looked(double)).survey)
    assert audit.groups == {"https://pod.example/alice/c6/x#team": None}


# Where a look begins


async def test_a_look_at_one_document_finds_it_and_the_containers_above() -> None:
    double = grown()
    double.put("c0/deep/er/x.ttl", "")
    ground = await looked(double, "c0/deep/er/x.ttl")
    paths = [p.url.removeprefix(double.base) for p in ground.survey.places]
    assert paths == ["", "c0/", "c0/deep/", "c0/deep/er/", "c0/deep/er/x.ttl"]
    assert_true(double, Audit(ground.survey))


@pytest.mark.parametrize(("below", "count"), [(True, 7), (False, 2)])
async def test_a_look_at_a_container_goes_below_only_when_asked(below: bool, count: int) -> None:
    double = grown()
    ground = await looked(double, "c1/", below=below)
    assert len(ground.survey.places) == count + (1 if below else 0)
    assert_true(double, Audit(ground.survey))


@pytest.mark.parametrize("path", ["nothing.ttl", "nothing/", "c0/nothing/here/", "c0/nothing.ttl"])
@pytest.mark.parametrize("below", [True, False])
async def test_a_place_that_is_not_there_is_missing(path: str, below: bool) -> None:
    with pytest.raises(Missing):
        await looked(grown(), path, below=below)


@pytest.mark.parametrize("url", ["https://pod.example/bob/", "https://pod.example.evil/alice/", "https://pod.example/"])
async def test_a_place_outside_the_pod_is_refused_without_a_request(url: str) -> None:
    double = grown()
    with pytest.raises(Malformed, match="not in the pod"):
        await looked(double, url)
    assert double.requests == []


# Servers that are not for us


async def test_a_server_that_speaks_acp_is_told_by_its_control_document_and_wac_in_it_gives_nothing() -> None:
    double = grown()
    kind = '<http://www.w3.org/ns/solid/acp#AccessControlResource>; rel="type"'
    headers = {"Link": kind, "Content-Type": "text/turtle"}
    double.script("GET", ".acl", httpx2.Response(200, headers=headers, content=double.body(".acl") or b""), None)
    survey = (await looked(double)).survey
    assert survey.server.dialect is Dialect.ACP
    assert Audit(survey).verdict(double.url("c0/x"), Visitor(ACME), Mode.READ).answer is Answer.NO


async def test_a_server_that_does_not_say_its_language_is_undecided() -> None:
    double = grown()
    double.script("HEAD", "", httpx2.Response(200, headers={"Link": '<.acl>; rel="acl"'}), None)
    double.script("GET", ".acl", 403, None)
    with pytest.raises(Undecided, match="does not say which"):
        await looked(double)


async def test_a_login_that_may_look_at_nothing_is_refused_whatever_the_language() -> None:
    double = grown()
    double.script("HEAD", "", 403, None)
    double.script("GET", ".acl", 403, None)
    with pytest.raises(Refused, match="You may not"):
        await looked(double)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.refused_connection(), Unreachable),
        (faults.busy(503), Unreachable),
        (faults.busy(429), Unreachable),
        (500, Unreachable),
        (401, NotSignedIn),
        (404, Missing),
        (faults.Hang(), Unreachable),
    ],
    ids=str,
)
async def test_a_root_that_does_not_answer_says_whose_move_is_next(
    fault: faults.Answer, error: type[LifepodError]
) -> None:
    double = grown()
    double.script("HEAD", "", fault, None)
    with pytest.raises(error):
        await looked(double, limits=dataclasses.replace(LIMITS, request_seconds=0.05))


async def test_an_owner_who_may_not_read_the_root_still_sees_its_rules() -> None:
    double = grown()
    double.acl("", double.owner_rule("").replace("acl:Read, acl:Write, ", ""))
    audit = Audit((await looked(double)).survey)
    assert audit.verdict(double.base, Visitor(double.owner), Mode.READ).answer is Answer.NO
    assert [b.place for b in audit.blind] == [double.base]


def test_nobody_needs_to_listen() -> None:
    quiet(1, 2)
