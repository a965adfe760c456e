"""A fresh pod made ready: what is closed, what is made, and that it can be cut off anywhere and done again."""

from __future__ import annotations

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.owner.cut import CutOff, after_each_request
from tests.owner.pods import settled, state, versions
from tests.owner.signed import ACME, rule, signed_in, writes

from lifepod.errors import Conflict, LifepodError, Undecided, WouldLockOut
from lifepod.owner.settle import ensure_private, must_be_closed, settle

EVERYONE = "acl:agentClass foaf:Agent"


async def test_a_fresh_pod_is_closed_and_completed_and_says_what_was_done() -> None:
    double = PodDouble()
    assert double.modes("", None) == {"read"}
    async with signed_in(double) as pod:
        done = (await settle(pod)).done
    assert len(done) == 6
    assert double.modes("", None) == set()
    assert double.modes("profile/card", None) == {"read"}
    assert double.modes("inbox/", ACME) == {"append"}
    assert double.modes("inbox/x", ACME) == set()
    for name in ("journal/", "lifepod/"):
        assert double.url(name) in double.shelf.controls
        assert double.modes(name, ACME) == set()
        assert double.modes(name, double.owner) == {"read", "append", "write", "control"}
    card = (double.body("profile/card") or b"").decode()
    assert "pim/space#storage" in card
    assert "ldp#inbox" in card
    assert "privateTypeIndex" in card
    assert b"TypeIndex" in (double.body("settings/privateTypeIndex.ttl") or b"")


async def test_making_ready_twice_writes_nothing() -> None:
    double = await settled(PodDouble())
    before = versions(double)
    async with signed_in(double) as pod:
        assert (await settle(pod)).done == ()
    assert versions(double) == before
    assert {m for m, _ in writes(double)} <= {"PUT"}


async def test_a_listing_that_is_meant_to_be_public_stays_public() -> None:
    double = PodDouble()
    async with signed_in(double) as pod:
        await settle(pod, listed=True)
    assert double.modes("", None) == {"read"}
    assert double.modes("journal/", None) == set()


async def test_a_pod_that_has_an_inbox_and_an_index_elsewhere_keeps_them() -> None:
    double = PodDouble()
    card = (double.body("profile/card") or b"").decode()
    mine = (
        f"<{double.owner}> <http://www.w3.org/ns/ldp#inbox> <{double.base}post/>;"
        f" <http://www.w3.org/ns/solid/terms#privateTypeIndex> <{double.base}my/index.ttl>."
    )
    double.put("profile/card", card + mine)
    await settled(double)
    after = (double.body("profile/card") or b"").decode()
    assert "alice/inbox/" not in after
    assert "settings/privateTypeIndex" not in after
    assert double.body("settings/privateTypeIndex.ttl") is None


async def test_containers_are_never_open_to_others_not_even_for_a_moment() -> None:
    """The root passes public access on; whatever is made below it has rules of its own from its first moment."""
    double = PodDouble()
    double.owner_acl("", rule(double, "", EVERYONE))
    seen: list[frozenset[str]] = []

    def watch(_: httpx2.Request) -> None:
        seen.extend(double.modes(n, None) for n in ("journal/", "lifepod/") if double.url(n) in double.shelf.things)

    double.script("*", "*", watch, None)
    async with signed_in(double) as pod:
        for name in ("journal/", "lifepod/"):
            assert await ensure_private(pod, name) is True
            watch(httpx2.Request("GET", double.base))
            assert await ensure_private(pod, name) is False
    assert seen
    assert set(seen) == {frozenset()}


async def test_rules_that_lie_in_wait_for_a_container_do_not_open_it() -> None:
    """An access document can exist before its place does; a container made later would be born open (W23)."""
    double = PodDouble(seeded=False)
    double.owner_acl("journal/", rule(double, "journal/", EVERYONE, "Read Write"))
    async with signed_in(double) as pod:
        assert await ensure_private(pod, "journal/") is True
    assert double.modes("journal/", None) == set()
    assert double.modes("journal/x", None) == set()


async def test_a_server_that_links_nothing_for_what_is_not_there_gets_its_rules_after() -> None:
    double = PodDouble(seeded=False)
    double.script("HEAD", "journal/", httpx2.Response(404), 2)
    async with signed_in(double) as pod:
        assert await ensure_private(pod, "journal/") is True
    assert double.url("journal/") in double.shelf.controls
    assert double.modes("journal/", double.owner) >= {"control"}


async def test_a_server_that_names_no_access_document_is_undecided() -> None:
    double = PodDouble(seeded=False)
    double.script("HEAD", "journal/", httpx2.Response(404), 2)
    double.script("HEAD", "journal/", httpx2.Response(200), None)
    async with signed_in(double) as pod:
        with pytest.raises(Undecided, match="no access document"):
            await ensure_private(pod, "journal/")


async def test_a_container_that_cannot_be_asked_for_is_not_taken_for_missing() -> None:
    double = PodDouble(seeded=False)
    double.script("HEAD", "journal/", 403)
    async with signed_in(double) as pod:
        with pytest.raises(LifepodError, match="403"):
            await ensure_private(pod, "journal/")
    assert writes(double) == []


OPEN = [
    ("everyone", EVERYONE, "Read", True),
    ("everyone", EVERYONE, "Append", True),
    ("everyone", EVERYONE, "Write", True),
    ("anyone signed in", "acl:agentClass acl:AuthenticatedAgent", "Read", True),
    ("anyone signed in", "acl:agentClass acl:AuthenticatedAgent", "Control", True),
    ("everyone", EVERYONE, "Read", False),
    ("anyone signed in", "acl:agentClass acl:AuthenticatedAgent", "Append", False),
]


@pytest.mark.parametrize(("word", "subject", "modes", "here"), OPEN)
async def test_a_container_others_could_reach_is_not_used(word: str, subject: str, modes: str, here: bool) -> None:
    """Also where only what is put below would be open."""
    double = await settled(PodDouble())
    double.owner_acl("journal/", rule(double, "journal/", subject, modes, here=here))
    async with signed_in(double) as pod:
        with pytest.raises(Undecided, match="(?i)" + word) as raised:
            await must_be_closed(pod, "journal/")
        assert "lifepod who journal/" in raised.value.advice
        await must_be_closed(pod, "lifepod/")


async def test_a_container_whose_rules_cannot_be_read_is_not_used() -> None:
    double = await settled(PodDouble())
    double.script("GET", "journal/.acl", 403, None)
    async with signed_in(double) as pod:
        with pytest.raises(Undecided):
            await must_be_closed(pod, "journal/")


async def test_one_that_was_granted_to_an_agent_is_still_the_persons_to_use() -> None:
    double = await settled(PodDouble())
    double.owner_acl("journal/", rule(double, "journal/", ACME))
    async with signed_in(double) as pod:
        await must_be_closed(pod, "journal/")


async def test_a_root_whose_rules_cannot_be_read_is_not_touched() -> None:
    double = PodDouble()
    double.script("GET", ".acl", faults.not_turtle(), None)
    async with signed_in(double) as pod:
        with pytest.raises(Undecided, match="cannot be read"):
            await settle(pod)
    assert writes(double) == []


async def test_a_root_that_would_lose_its_owner_is_not_closed() -> None:
    double = PodDouble()
    double.acl("", rule(double, "", EVERYONE, "Read Write Control"))
    async with signed_in(double) as pod:
        with pytest.raises(WouldLockOut):
            await settle(pod)
    assert writes(double) == []


async def test_a_root_that_stays_open_after_closing_is_not_called_closed() -> None:
    double = PodDouble()
    for method in ("PUT", "PATCH"):
        double.script(method, ".acl", 205, None)
    async with signed_in(double) as pod:
        with pytest.raises(Conflict, match="still answers 200"):
            await settle(pod)


async def test_cut_off_after_any_request_and_done_again_it_is_as_if_never_cut_off() -> None:
    whole = state(await settled(PodDouble()))
    cuts = 0
    async for double, line in after_each_request(PodDouble):
        with pytest.raises(CutOff):
            async with signed_in(double, through=line) as pod:
                line.begin()
                await settle(pod)
                raise CutOff if line.was_whole else AssertionError
        async with signed_in(double) as pod:
            await settle(pod)
        assert state(double) == whole, f"cut off after request {line.limit}"
        cuts += 1
    assert cuts > 15
