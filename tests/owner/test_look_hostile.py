"""What a pod may hold to hurt whoever looks at it: each is shown as what it is, and stops nothing else."""

from __future__ import annotations

import time

import httpx2
import pytest
from tests.double.pod_double import PodDouble
from tests.owner.signed import ACME, BOLT, rule, signed_in

from lifepod.access.audit import Audit
from lifepod.access.rules import Answer, Mode, Visitor
from lifepod.access.survey import Own
from lifepod.errors import Undecided
from lifepod.limits import LIMITS
from lifepod.owner.look import look
from lifepod.owner.settle import settle

MEMBER = "<http://www.w3.org/2006/vcard/ns#hasMember>"


async def audited(double: PodDouble) -> Audit:
    async with signed_in(double) as pod:
        return Audit((await look(pod, double.base)).survey)


def group(double: PodDouble, name: str, body: str) -> str:
    """A document of groups that everyone may read; its address."""
    double.put(name, body)
    double.owner_acl(name, rule(double, name, "acl:agentClass foaf:Agent"))
    return double.url(name)


def reads(audit: Audit, path: str, agent: str = ACME) -> Answer:
    return audit.verdict(audit.survey.storage + path, Visitor(agent), Mode.READ).answer


async def test_groups_that_name_each_other_end_and_let_in_nobody_by_it() -> None:
    """WAC 1.0: the members of a group are agents; a group that is a member of another lets nobody in."""
    double = PodDouble()
    one, other = double.url("one"), double.url("other")
    group(double, "one", f"<{one}#g> {MEMBER} <{other}#g>, <{BOLT}>.")
    group(double, "other", f"<{other}#g> {MEMBER} <{one}#g>, <{other}#g>, <{ACME}>.")
    double.put("shared", "<s> <p> <o>.")
    double.owner_acl("shared", rule(double, "shared", f"acl:agentGroup <{one}#g>"))
    audit = await audited(double)
    assert (reads(audit, "shared", BOLT), reads(audit, "shared")) == (Answer.YES, Answer.NO)
    assert "read" in double.modes("shared", BOLT)
    assert "read" not in double.modes("shared", ACME)
    assert audit.blind == ()
    asked = [s.url for s in double.requests if s.url == other]
    assert len(asked) <= 2  # as a place of the pod; never as a group


async def test_a_group_of_a_hundred_thousand_members_is_read_whole() -> None:
    double = PodDouble()
    url = double.url("crowd")
    people = ", ".join(f"<https://people.example/{n}#me>" for n in range(100_000))
    group(double, "crowd", f"<{url}#g> {MEMBER} {people}.")
    double.put("shared", "<s> <p> <o>.")
    double.owner_acl("shared", rule(double, "shared", f"acl:agentGroup <{url}#g>"))
    audit = await audited(double)
    assert reads(audit, "shared", "https://people.example/99999#me") is Answer.YES
    assert reads(audit, "shared", "https://people.example/100000#me") is Answer.NO
    assert audit.blind == ()
    began = time.process_time()
    assert len(audit.agents) == 100_001
    assert [e.place for e in audit.sees("https://people.example/7#me") if e.audience.startswith("https")] == [
        double.url("shared")
    ]
    assert time.process_time() - began < 5


async def test_ten_thousand_children_of_one_container_are_all_found() -> None:
    double = PodDouble(seeded=False)
    for n in range(10_000):
        double.put(f"many/{n:05d}", "")
    double.owner_acl("many/07777", rule(double, "many/07777", ACME))
    audit = await audited(double)
    assert sum(place.url.startswith(double.url("many/")) for place in audit.survey.places) == 10_001
    assert audit.survey.requests <= 10_000 + 3 * 2 + 10
    assert double.url("many/07777") in [e.place for e in audit.sees(ACME)]
    whole = [(e.place, e.covers) for e in audit.who_below(audit.survey.root)]
    assert (double.url("many/07777"), 1) in whole
    assert len(whole) <= 5  # the root, the profile and that one child: nobody reads ten thousand lines


@pytest.mark.parametrize(
    ("webid", "other"),
    [(ACME, ACME.split("#")[0]), (ACME, ACME.split("#")[0] + "#you"), (ACME.split("#")[0], ACME)],
)
async def test_a_webid_that_differs_only_in_its_fragment_is_somebody_else(webid: str, other: str) -> None:
    double = PodDouble()
    double.put("shared", "<s> <p> <o>.")
    double.owner_acl("shared", rule(double, "shared", webid))
    audit = await audited(double)
    assert (reads(audit, "shared", webid), reads(audit, "shared", other)) == (Answer.YES, Answer.NO)


SPOILT = {
    "no turtle": b"this is no turtle <",
    "cut off": b"@prefix acl: <http://www.w3.org/ns/auth/acl#>. <#a> a acl:Authorization",
    "bytes": bytes(range(256)),
    "large": b"# " + b"x" * LIMITS.control_bytes,
}


@pytest.mark.parametrize("body", SPOILT.values(), ids=SPOILT.keys())
async def test_an_access_document_that_cannot_be_read_is_a_blind_spot_of_its_own(body: bytes) -> None:
    double = PodDouble()
    for name in ("good", "spoilt"):
        double.put(name, "<s> <p> <o>.")
    double.owner_acl("good", rule(double, "good", ACME))
    double.owner_acl("spoilt")
    answer = httpx2.Response(200, headers={"Content-Type": "text/turtle"}, content=body)
    double.script("GET", "spoilt.acl", answer, times=None)
    audit = await audited(double)
    assert {spot.place for spot in audit.blind} == {double.url("spoilt")}
    assert audit.place(double.url("spoilt")).control.own is Own.BLIND
    assert (reads(audit, "good"), reads(audit, "spoilt")) == (Answer.YES, Answer.UNKNOWN)


async def test_rules_that_a_server_names_at_another_are_neither_read_nor_written() -> None:
    """The other one would be asked with our login, and what stands there may be a file of ours."""
    double = PodDouble()
    theirs = "https://other.example/precious"
    link = {"Link": f'<{theirs}>; rel="acl"', "ETag": '"1"'}
    double.script("HEAD", "inbox/", httpx2.Response(404, headers=link), 1)
    double.script("HEAD", "inbox/", httpx2.Response(200, headers=link), None)
    async with signed_in(double) as pod:
        with pytest.raises(Undecided, match="names no access document"):
            await settle(pod)
        double.put("box/x.ttl", "<s> <p> <o>.")
        double.script("HEAD", "box/x.ttl", httpx2.Response(200, headers=link), None)
        survey = (await look(pod, double.url("box/x.ttl"), below=False)).survey
    assert all(spot.place == double.url("box/x.ttl") for spot in survey.blind)
    assert not any(seen.url == theirs for seen in double.requests)
