"""Grant and revoke: what is rehearsed, what is sent, and that nothing of anybody else's is lost."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.owner.shared import EVERYONE, PLACE, SHARED, SIGNED_IN, everything, granted, revoked, shared_pod, stored
from tests.owner.signed import ACME, BOLT, rule, signed_in, writes

from lifepod.access.audit import Audit
from lifepod.access.rules import Answer, Mode
from lifepod.errors import Conflict, LifepodError, Missing, Undecided, Unreachable, WouldLockOut
from lifepod.owner import share
from lifepod.owner.words import wish
from lifepod.solid.pod import Pod

YES, NO = Answer.YES, Answer.NO


@pytest.fixture
def double() -> PodDouble:
    return shared_pod()


# Rehearsing


@pytest.mark.parametrize("verb", ["grant", "revoke"])
async def test_a_rehearsal_writes_nothing(double: PodDouble, verb: str) -> None:
    asked = granted(double) if verb == "grant" else revoked(double, SHARED)
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, asked)
    assert plan.edits
    assert writes(double) == []
    assert {s.method for s in double.requests} == {"GET", "HEAD"}


def not_of_this_webid(double: PodDouble) -> None:
    double.put(ACME.split("#")[0], f"<{ACME}2> <urn:x:p> <urn:x:o>.")


def no_linked_data(double: PodDouble) -> None:
    double.script("GET", ACME, faults.page(), None)


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda double: double.script("GET", ACME, 404, None), Missing),
        (lambda double: double.script("GET", ACME, 403, None), Missing),
        (lambda double: double.script("GET", ACME, faults.refused_connection(), None), Unreachable),
        (lambda double: double.script("GET", ACME, 500, None), Unreachable),
        (not_of_this_webid, Missing),
        (no_linked_data, Missing),
    ],
    ids=["not there", "closed", "unreachable", "broken server", "another WebID", "no linked data"],
)
async def test_a_grant_to_a_webid_that_does_not_answer_is_refused_unless_meant(
    double: PodDouble, spoil: Callable[[PodDouble], None], error: type[LifepodError]
) -> None:
    spoil(double)
    async with signed_in(double) as pod:
        with pytest.raises(error, match=r"acme\.example") as raised:
            await share.rehearse(pod, granted(double))
        assert "--unchecked" in raised.value.advice
        assert (await share.rehearse(pod, granted(double), unchecked=True)).edits
        assert (await share.rehearse(pod, revoked(double, SHARED))).edits  # whoever is gone can still be shut out
    assert writes(double) == []


@pytest.mark.parametrize("agent", ["public", "signed-in", "acme", "", "mailto:a@b.example", "https://a b/#me"])
async def test_a_word_that_is_no_webid_is_never_written_into_a_rule(double: PodDouble, agent: str) -> None:
    async with signed_in(double) as pod:
        with pytest.raises(LifepodError):
            await share.rehearse(pod, wish("grant", agent, double.url(PLACE), ("read",)), unchecked=True)


async def test_the_owner_is_neither_granted_nor_revoked(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        with pytest.raises(WouldLockOut):
            await share.rehearse(pod, revoked(double, PLACE, agent=double.owner))


@pytest.mark.parametrize("who", [EVERYONE, SIGNED_IN])
async def test_what_everyone_may_cannot_be_taken_from_one(double: PodDouble, who: str) -> None:
    double.owner_acl(SHARED, rule(double, SHARED, who) + rule(double, SHARED, ACME))
    async with signed_in(double) as pod:
        with pytest.raises(Undecided, match="would still read") as raised:
            await share.rehearse(pod, revoked(double, SHARED))
    assert ("public" if who == EVERYONE else "signed-in") in raised.value.advice
    assert f"`lifepod private {double.url(SHARED)}`" in raised.value.advice
    assert writes(double) == []


@pytest.mark.parametrize("word", ["public", "signed-in"])
async def test_who_would_shut_out_everyone_is_told_how(double: PodDouble, word: str) -> None:
    """Not to close it first through itself."""
    double.owner_acl(SHARED, rule(double, SHARED, EVERYONE if word == "public" else SIGNED_IN))
    async with signed_in(double) as pod:
        with pytest.raises(Undecided, match=f"^{word} is no single agent") as raised:
            await share.rehearse(pod, revoked(double, SHARED, agent=word))
    assert "through" not in str(raised.value) + raised.value.advice
    assert f"`lifepod private {double.url(SHARED)}`" in raised.value.advice


# Applying


async def test_a_grant_where_rules_are_inherited_copies_every_one_of_them(double: PodDouble) -> None:
    before = everything(double, but=ACME)
    async with signed_in(double) as pod:
        outcome = await share.apply(pod, await share.rehearse(pod, granted(double)))
    assert everything(double, but=ACME) == before
    assert double.modes(PLACE, double.owner) == {"read", "append", "write", "control"}
    assert double.modes("journal/purchases/amazon/2025.ttl", ACME) == {"read", "append"}
    assert "read" not in double.modes("journal/searches/", ACME)
    assert outcome.answers == (YES, YES, NO, NO)
    assert outcome.wrote == (double.url(PLACE) + ".acl",)
    assert outcome.confirmed_at.endswith("Z")
    sent = next(s for s in double.requests if s.method == "PUT" and s.url.endswith(f"{PLACE}.acl"))
    assert sent.headers["if-none-match"] == "*"


async def test_a_grant_beside_own_rules_is_one_conditional_write_that_keeps_what_it_cannot_read(
    double: PodDouble,
) -> None:
    double.owner_acl("journal/", "<urn:x:note> <urn:x:says> 'keep me'.\n<#odd> a <urn:x:Odd>; <urn:x:p> <urn:x:o>.\n")
    tag = double.shelf.controls[double.url("journal/")].etag
    async with signed_in(double) as pod:
        await share.apply(pod, await share.rehearse(pod, granted(double, "journal/")))
    sent = [s for s in double.requests if s.method in ("PUT", "PATCH") and "/lifepod/" not in s.url]
    assert [(s.url, s.headers["if-match"]) for s in sent] == [(double.url("journal/.acl"), tag)]
    after = double.body("journal/.acl") or b""
    assert b"keep me" in after
    assert b"urn:x:Odd" in after


async def test_a_revoke_of_one_agent_leaves_the_other_of_the_same_rule(double: PodDouble) -> None:
    before = everything(double, but=ACME)
    async with signed_in(double) as pod:
        outcome = await share.apply(pod, await share.rehearse(pod, revoked(double, SHARED)))
    assert everything(double, but=ACME) == before
    assert double.modes(SHARED, ACME) == set()
    assert outcome.answers == (NO, NO, NO, NO)


async def test_in_and_out_again_leaves_everyone_where_they_were(double: PodDouble) -> None:
    before = everything(double)
    async with signed_in(double) as pod:
        await share.apply(pod, await share.rehearse(pod, granted(double, "journal/searches/", "read", "write")))
        assert double.modes("journal/searches/google/2025.ttl", ACME) >= {"read", "write"}
        await share.apply(pod, await share.rehearse(pod, revoked(double, "journal/searches/", "read", "write")))
    after = everything(double)
    below = double.url("journal/searches/")
    assert {k for k in before if before[k] != after[k]} <= {(p, ACME) for p in double.shelf.things if p >= below}
    assert "read" not in double.modes("journal/searches/google/2025.ttl", ACME)


async def test_the_same_change_again_writes_nothing(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        await share.apply(pod, await share.rehearse(pod, granted(double)))
        done, sent = stored(double), len(writes(double))
        again = await share.rehearse(pod, granted(double))
        outcome = await share.apply(pod, again)
    assert again.edits == ()
    assert outcome.wrote == ()
    assert stored(double) == done
    assert len(writes(double)) == sent


async def test_a_grant_on_all_below_writes_each_document_and_says_which(double: PodDouble) -> None:
    double.owner_acl("journal/searches/")
    said: list[str] = []
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, granted(double, "journal/", all_below=True))
        outcome = await share.apply(pod, plan, said.append)
    assert outcome.wrote == (double.url("journal/.acl"), double.url("journal/searches/.acl"))
    assert [line.removeprefix("writing who has access to ") for line in said] == [
        double.url("journal/"),
        double.url("journal/searches/"),
        "looking again",
    ]
    assert all("read" in double.modes(p, ACME) for p in double.shelf.things if p.startswith(double.url("journal/")))


# Somebody else writes too


async def test_a_second_writer_between_plan_and_change_is_noticed_and_nothing_is_lost(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, granted(double, SHARED, "append", "control"))
        theirs = double.acl(SHARED, double.owner_rule(SHARED) + rule(double, SHARED, BOLT, "Append"))
        kept = double.body(theirs)
        with pytest.raises(Conflict):
            await share.apply(pod, plan)
    assert double.body(theirs) == kept


async def test_a_second_writer_between_the_last_look_and_the_write_is_noticed(double: PodDouble) -> None:
    def meddle(_: httpx2.Request) -> None:
        double.owner_acl(SHARED)

    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, granted(double, SHARED, "control"))
        for method in ("PATCH", "PUT"):
            double.script(method, f"{SHARED}.acl", meddle)
        with pytest.raises(Conflict):
            await share.apply(pod, plan)
    assert double.modes(SHARED, ACME) == set()
    assert double.modes(SHARED, BOLT) == set()


async def test_rules_that_somebody_made_meanwhile_are_not_replaced(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, granted(double))
        double.owner_acl(PLACE)
        kept = stored(double)
        with pytest.raises(Conflict):
            await share.apply(pod, plan)
    assert stored(double) == kept


def shut_out_bolt(double: PodDouble) -> None:
    double.owner_acl("journal/")


def put_rules_between(double: PodDouble) -> None:
    double.owner_acl("journal/purchases/")


@pytest.mark.parametrize("meanwhile", [shut_out_bolt, put_rules_between])
async def test_what_was_copied_from_above_must_still_stand_there(
    double: PodDouble, meanwhile: Callable[[PodDouble], None]
) -> None:
    """Bolt was shut out above after the plan was made; writing the copy would let Bolt in again."""
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, granted(double, "journal/purchases/amazon/"))
        meanwhile(double)
        kept = stored(double)
        with pytest.raises(Conflict):
            await share.apply(pod, plan)
    assert stored(double) == kept
    assert double.modes("journal/purchases/amazon/2025.ttl", BOLT) == set()


async def test_an_access_document_that_moved_is_not_written(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, granted(double, SHARED, "control"))
        double.control_at(SHARED, "https://pod.example/.access/9")
        with pytest.raises(Undecided, match="names another access document"):
            await share.apply(pod, plan)
    assert [url for _, url in writes(double) if "/lifepod/" not in url] == []


async def test_without_version_tags_a_change_is_still_noticed(double: PodDouble) -> None:
    double.ldp.versions = False
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, granted(double, SHARED, "control"))
        double.owner_acl(SHARED)
        with pytest.raises(Conflict):
            await share.apply(pod, plan)
    assert double.modes(SHARED, ACME) == set()


@pytest.mark.parametrize("path", [PLACE, SHARED])
async def test_the_owner_is_in_control_after_every_write(double: PodDouble, path: str) -> None:
    held: list[bool] = []

    def keeps_control(pod: Pod) -> None:
        held.append("control" in double.modes(path, pod.webid))

    async with signed_in(double) as pod:
        for asked in (granted(double, path, "write"), revoked(double, path, "write")):
            await share.apply(pod, await share.rehearse(pod, asked))
            keeps_control(pod)
            fresh = await share.rehearse(pod, asked)
            assert Audit(fresh.forecast).for_agent(double.url(path), double.owner)[3] is YES
    assert held == [True, True]


def test_a_revoke_without_modes_takes_all_of_them() -> None:
    assert wish("revoke", ACME, "x").modes == frozenset(Mode)
    assert wish("grant", ACME, "x", ("read",)).modes == {Mode.READ}
