"""Changes of access beside what nobody can look into: it was dark when the plan was made, and stays as it is."""

from __future__ import annotations

from tests.double.pod_double import PodDouble
from tests.owner.signed import ACME, rule, signed_in

from lifepod.access.rules import Answer
from lifepod.owner import share
from lifepod.owner.words import wish

FAMILY = "https://groups.example/family#us"


async def test_a_group_that_nobody_can_read_keeps_no_first_access_document_away() -> None:
    double = PodDouble(seeded=False)
    double.owner_acl("", rule(double, "", f"acl:agentGroup <{FAMILY}>"))
    double.put("a/1.ttl")
    double.script("GET", FAMILY.split("#")[0], 403, times=None)
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, wish("grant", ACME, double.url("a/"), ("read",)), unchecked=True)
        assert any(edit.creates and edit.copied_from for edit in plan.edits)
        outcome = await share.apply(pod, plan)
    assert outcome.answers[0] is Answer.YES
    assert "read" in double.modes("a/", ACME)
