"""Answers: taken in only where they are proved, from the inbox or the person's pod; and what a vendor answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.owner.letters import NOW, later
from tests.terms.samples import SHOP, key_of
from tests.vendor.market import (
    LATER,
    SOON,
    Market,
    approved,
    asked,
    case_in,
    each_cut,
    ended,
    held,
    letters,
    new_market,
    open_market,
    status,
)

from lifepod.errors import Conflict, Missing, Unproved
from lifepod.owner.deciding import Narrower
from lifepod.parties.filing import Filed, opened
from lifepod.parties.identity import kept_key, new_key, public_of
from lifepod.rdf.closed import write_closed
from lifepod.terms.events import Event, Step, address_of, event_of, event_record
from lifepod.terms.proof import Key, sign


async def decided(market: Market, how: str, now: str = SOON) -> None:
    """The person answers what waits."""
    async with market.person(now) as papers:
        await papers.inbox()
        (request,) = [one for one in await papers.requests() if one.is_waiting]
        if how == "counter":
            await papers.counter(request, Narrower(until=later(30), reply_by=later(8)))
        else:
            await papers.decline(request, (), silent=how == "silent")


# The story


async def test_an_approval_is_taken_in_and_both_copies_are_the_same() -> None:
    market = await new_market()
    case = await asked(market)
    await approved(market)
    assert len(letters(market)) == 1
    said = await status(market)
    found = case_in(said, case)
    assert (found["state"], found["same_copy"], said["left"]) == ("open", "identical", 0)
    assert letters(market) == []
    assert market.shop.body(f"lifepod/held/{case}/agreement.jsonld") == market.home.body(
        f"lifepod/agreements/{case}/agreement.jsonld"
    )
    assert market.shop.modes(f"lifepod/held/{case}/agreement.jsonld", market.home.owner) == {"read"}


async def test_without_any_message_the_persons_pod_tells_the_same() -> None:
    market = await new_market()
    case = await asked(market)
    await approved(market)
    for name in letters(market):
        market.shop.shelf.delete(market.shop.url(f"inbox/{name}"))
    assert case_in(await status(market), case)["state"] == "open"
    await ended(market, case)
    for name in letters(market):
        market.shop.shelf.delete(market.shop.url(f"inbox/{name}"))
    assert case_in(await status(market, LATER), case)["state"] == "revoked"
    assert held(market, case) == {"request.jsonld", "agreement.jsonld", "accept.jsonld", "revocation.jsonld"}


async def test_a_second_look_changes_nothing() -> None:
    market, _ = await open_market()
    before = {url: thing.etag for url, thing in market.shop.shelf.things.items()}
    await status(market)
    assert {url: thing.etag for url, thing in market.shop.shelf.things.items()} == before


async def test_a_revocation_says_what_falls_due_and_when() -> None:
    market, case = await open_market()
    await ended(market, case)
    found = case_in(await status(market, LATER), case)
    assert found["state"] == "revoked"
    assert found["duties"] == [{"clause": "delete-at-end", "due_by": later(2), "state": "due"}]


async def test_an_agreement_expires_by_itself() -> None:
    market, case = await open_market()
    found = case_in(await status(market, "2027-02-01T12:00:00Z"), case)
    assert (found["state"], found["since"]) == ("expired", "2027-02-01T00:00:00Z")


async def test_a_refusal_ends_a_request_and_silence_leaves_it_waiting() -> None:
    for how, state in (("decline", "refused"), ("silent", "asked")):
        market = await new_market()
        case = await asked(market)
        await decided(market, how)
        assert case_in(await status(market, SOON), case)["state"] == state


# Counter-offers


async def countered(market: Market) -> tuple[str, str]:
    case = await asked(market)
    await decided(market, "counter")
    await status(market, SOON)
    return case, address_of(f"urn:uuid:{case}", "counter").rpartition(":")[2]


async def test_a_counter_offer_is_held_in_a_folder_of_its_own() -> None:
    market = await new_market()
    case, counter = await countered(market)
    said = await status(market, SOON)
    assert case_in(said, case)["state"] == "countered"
    assert case_in(said, counter)["state"] == "countered"
    assert held(market, counter) == {"counter.jsonld"}
    assert "tentative.jsonld" in held(market, case)
    async with market.vendor(SOON) as desk:
        shown = await desk.shown(case, counter=True)
    assert later(30)[:10] in str(shown["clauses"])


async def test_a_counter_offer_is_found_without_a_message() -> None:
    market = await new_market()
    case = await asked(market)
    await decided(market, "counter")
    for name in letters(market):
        market.shop.shelf.delete(market.shop.url(f"inbox/{name}"))
    assert case_in(await status(market, SOON), case)["state"] == "countered"


@pytest.mark.parametrize("by_request", [True, False])
async def test_a_counter_offer_that_is_accepted_becomes_the_agreement(by_request: bool) -> None:
    market = await new_market()
    case, counter = await countered(market)
    async with market.vendor(SOON) as desk:
        said = await desk.accept(case if by_request else counter)
    assert (said["state"], said["told"]) == ("agreed", True)
    await approved(market, LATER)
    found = case_in(await status(market, LATER), counter)
    assert (found["state"], found["same_copy"], found["until"]) == ("open", "identical", later(30))


async def test_a_counter_offer_that_is_declined_stays_declined() -> None:
    market = await new_market()
    case, counter = await countered(market)
    async with market.vendor(SOON) as desk:
        assert (await desk.decline(case, "Too short for us."))["state"] == "refused"
        with pytest.raises(Conflict, match="refused"):
            await desk.accept(case)
    assert case_in(await status(market, SOON), counter)["state"] == "refused"


async def test_a_counter_offer_whose_time_has_passed_is_not_accepted() -> None:
    market = await new_market()
    case, _ = await countered(market)
    async with market.vendor("2026-12-20T10:00:00Z") as desk:
        with pytest.raises(Conflict, match="lapsed"):
            await desk.accept(case)


async def test_a_counter_offer_under_a_key_that_was_revoked_is_not_accepted() -> None:
    market = await new_market()
    case, _ = await countered(market)
    url = market.home.url("profile/card")
    method = url + "#lifepod-1"
    more = (
        f"<{method}> <https://w3id.org/security#revoked> "
        '"2026-11-25T09:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>.'
    )
    market.home.put(url, f"{market.home.shelf.things[url].body.decode()}\n{more}")
    async with market.vendor(SOON) as desk:
        with pytest.raises(Unproved, match="withdrawn"):
            await desk.accept(case)


async def test_where_nothing_was_countered_there_is_nothing_to_accept() -> None:
    market = await new_market()
    case = await asked(market)
    async with market.vendor() as desk:
        with pytest.raises(Missing, match="no counter-offer"):
            await desk.accept(case)


# Taking back


async def test_a_request_that_is_withdrawn_can_no_longer_be_approved() -> None:
    market = await new_market()
    case = await asked(market)
    async with market.vendor(SOON) as desk:
        assert (await desk.withdraw(case))["state"] == "withdrawn"
        assert (await desk.withdraw(case[:8]))["state"] == "withdrawn"
    async with market.person(LATER) as papers:
        await papers.inbox()
        assert not [one for one in await papers.requests() if one.is_waiting]


async def test_ending_an_agreement_makes_the_deletion_due() -> None:
    market, case = await open_market()
    async with market.vendor(LATER) as desk:
        said = await desk.withdraw(case)
    assert said["state"] == "withdrawn"
    assert said["duties"] == [{"clause": "delete-at-end", "due_by": later(2), "state": "due"}]


async def test_what_is_over_is_not_taken_back() -> None:
    market, case = await open_market()
    await ended(market, case)
    await status(market, LATER)
    async with market.vendor(LATER) as desk:
        with pytest.raises(Conflict, match="revoked already"):
            await desk.withdraw(case)


@pytest.mark.parametrize("word", ["0000", "nothing", "../../inbox", "6a0c2f4e-3d1b-4c57-9a2e-8f0b7d5c1e90"])
async def test_what_is_not_held_is_told(word: str) -> None:
    market = await new_market()
    async with market.vendor() as desk:
        with pytest.raises(Missing, match="none"):
            await desk.shown(word)


# What is not believed


def her_key(market: Market) -> Key:
    key = kept_key(market.hers, market.home.owner)
    assert key is not None
    return key


def event(market: Market, case: str, step: Step, key: Key | None = None, **more: object) -> bytes:
    """An event about a case, by the person unless another key is given, and signed with it."""
    key = key or her_key(market)
    body = market.shop.body(f"lifepod/held/{case}/request.jsonld")
    assert body is not None
    record = opened(body)
    made = Event(
        root=address_of(record.root, step),
        step=step,
        actor=market.home.owner,
        published=NOW,
        object=record.root,
        graph_digest=Filed("", record, body).graph_digest,
        target=SHOP,
    )
    made = replace(made, **more)  # type: ignore[arg-type]
    made = replace(made, keys=(public_of(replace(key, owner=made.actor)),))
    return write_closed(sign(event_record(made), key, made.published))


def arrives(market: Market, body: bytes, name: str = "forged", content_type: str = "application/ld+json") -> None:
    market.shop.put(f"inbox/{name}", body, content_type)


STRANGER = key_of("stranger", "https://stranger.example/profile/card#me")
Forgery = Callable[[Market, str], bytes]


def with_her_name(market: Market, case: str, step: Step = Step.REFUSAL) -> bytes:
    """Signed with a stranger's key that says it is hers."""
    key = replace(STRANGER, owner=market.home.owner, method=market.home.url("profile/card#lifepod-9"))
    return event(market, case, step, key)


FORGERIES: dict[str, tuple[Forgery, str]] = {
    "signed with another key": (with_her_name, "does not show"),
    "not signed": (lambda m, c: write_closed(replace(opened(event(m, c, Step.REFUSAL)), proofs=())), "signature"),
    "a byte changed": (lambda m, c: event(m, c, Step.REFUSAL).replace(b"T10:00:00Z", b"T10:00:01Z", 1), "signature"),
    "for somebody else": (
        lambda m, c: event(m, c, Step.REFUSAL, target="https://bolt.example/card#me"),
        "somebody else",
    ),
    "about another graph": (lambda m, c: event(m, c, Step.REFUSAL, graph_digest="uEiAaaaa"), "something else"),
    "about nothing held": (
        lambda m, c: event(m, c, Step.REFUSAL, object="urn:uuid:6a0c2f4e-3d1b-4c57-9a2e-8f0b7d5c1e90"),
        "held under",
    ),
    "a path for a name": (lambda m, c: event(m, c, Step.REFUSAL, object="https://shop.example/inbox/x"), "named"),
    "a vendor's step": (lambda m, c: event(m, c, Step.WITHDRAWAL), "not for its sender"),
    "in our own name": (lambda m, c: event(m, c, Step.REFUSAL, actor=SHOP), "sent it yourself"),
    "in another's name": (lambda m, c: event(m, c, Step.REFUSAL, actor=STRANGER.owner), "somebody else"),
    "no record": (lambda m, c: b"[1, 2]", "no record"),
    "cut off": (lambda m, c: event(m, c, Step.REFUSAL)[:300], "readable"),
    "too big": (lambda m, c: b"{" + b" " * 70_000 + b"}", "larger than"),
    "a request": (lambda m, c: m.shop.body(f"lifepod/held/{c}/request.jsonld") or b"", "no answer"),
    "an accept that points outside": (
        lambda m, c: event(m, c, Step.ACCEPT, url="https://evil.example/agreement.jsonld", access_checked=NOW),
        "was not asked",
    ),
    "an accept that points beside the pod": (
        lambda m, c: event(m, c, Step.ACCEPT, url="https://pod.example/alice-evil/a.jsonld", access_checked=NOW),
        "was not asked",
    ),
    "an accept that climbs": (
        lambda m, c: event(m, c, Step.ACCEPT, url=m.home.url("x/") + "../../bob/a", access_checked=NOW),
        "was not asked",
    ),
    "an accept of what is not there": (
        lambda m, c: event(m, c, Step.ACCEPT, url=m.home.url("lifepod/agreements/x.jsonld"), access_checked=NOW),
        "403",
    ),
    "a counter-offer of another's": (
        lambda m, c: event(
            m,
            c,
            Step.TENTATIVE,
            url=m.home.url("lifepod/terms/shops-1"),
            result="urn:uuid:6a0c2f4e-3d1b-4c57-9a2e-8f0b7d5c1e90",
        ),
        "none to this request",
    ),
}


@pytest.mark.parametrize(("forgery", "why"), FORGERIES.values(), ids=FORGERIES.keys())
async def test_what_is_not_proved_is_left_where_it_is_and_changes_nothing(forgery: Forgery, why: str) -> None:
    market = await new_market()
    case = await asked(market)
    arrives(market, forgery(market, case))
    market.home.requests.clear()
    said = await status(market)
    assert said["left"] == 1
    assert why in str(said["why_left"])
    assert letters(market) == ["forged"]
    assert case_in(said, case)["state"] == "asked"
    assert held(market, case) == {"request.jsonld"}
    assert not [s for s in market.home.requests if "evil" in s.url or "bob" in s.url]


async def test_turtle_and_other_types_stay_in_the_inbox_and_are_counted() -> None:
    market = await new_market()
    await asked(market)
    arrives(market, b"<a> <b> <c>.", "a", "text/turtle")
    arrives(market, b"hello", "b", "text/plain")
    said = await status(market)
    assert said["left"] == 2
    assert letters(market) == ["a", "b"]


async def test_an_answer_to_another_vendor_is_not_ours() -> None:
    """An accept of somebody else's counter-offer, replayed to us."""
    market = await new_market()
    await asked(market)
    arrives(market, event(market, await asked(market), Step.ACCEPT, target="https://bolt.example/profile/card#me"))
    assert (await status(market))["left"] == 1


async def test_a_message_that_is_replayed_does_nothing_and_goes() -> None:
    market = await new_market()
    case = await asked(market)
    await approved(market)
    (name,) = letters(market)
    accept = market.shop.body(f"inbox/{name}") or b""
    await status(market)
    await ended(market, case)
    await status(market, LATER)
    arrives(market, accept, "again")
    said = await status(market, LATER)
    assert (case_in(said, case)["state"], said["left"]) == ("revoked", 0)
    assert letters(market) == []


async def test_a_second_event_of_a_kind_is_left_and_the_first_one_stands() -> None:
    market = await new_market()
    case = await asked(market)
    arrives(market, event(market, case, Step.REFUSAL), "first")
    await status(market)
    arrives(market, event(market, case, Step.REFUSAL, description="And another thing."), "second")
    said = await status(market)
    assert said["left"] == 1
    assert "never changed" in str(said["why_left"])
    assert case_in(said, case)["state"] == "refused"


@pytest.mark.parametrize("by_message", [True, False])
async def test_an_agreement_that_was_altered_is_not_kept_and_said_to_be_different(by_message: bool) -> None:
    market = await new_market()
    case = await asked(market)
    await approved(market)
    url = market.home.url(f"lifepod/agreements/{case}/agreement.jsonld")
    body = market.home.shelf.things[url].body
    market.home.put(url, body.replace(b"2027-02-01T", b"2027-01-01T"), "application/ld+json")
    if not by_message:
        for name in letters(market):
            market.shop.shelf.delete(market.shop.url(f"inbox/{name}"))
    said = await status(market)
    assert "agreement.jsonld" not in held(market, case)
    assert (case_in(said, case)["state"], case_in(said, case)["same_copy"]) == ("asked", "different")
    assert said["left"] == int(by_message)


async def test_an_agreement_that_was_altered_afterwards_is_said_to_be_different() -> None:
    market, case = await open_market()
    url = market.home.url(f"lifepod/agreements/{case}/agreement.jsonld")
    body = market.home.shelf.things[url].body
    for new, word in (
        (body.replace(b"\n", b"\n "), "same graph, other bytes"),
        (body.replace(b"2027-02-01T", b"2028-01-01T"), "different"),
        (b"gone", "different"),
    ):
        market.home.put(url, new, "application/ld+json")
        assert case_in(await status(market), case)["same_copy"] == word
    market.home.shelf.delete(url)
    found = case_in(await status(market), case)
    assert (found["same_copy"], found["state"]) == ("not readable", "open")


async def test_an_agreement_the_person_did_not_sign_is_none() -> None:
    market = await new_market()
    case = await asked(market)
    body = market.shop.body(f"lifepod/held/{case}/request.jsonld") or b""
    market.home.put(f"lifepod/agreements/{case}/agreement.jsonld", body, "application/ld+json")
    reader = f"[] a acl:Authorization; acl:agent <{SHOP}>; acl:mode acl:Read; "
    folder = market.home.url(f"lifepod/agreements/{case}/")
    market.home.owner_acl(folder, f"{reader} acl:accessTo <{folder}>; acl:default <{folder}>.")
    found = case_in(await status(market), case)
    assert found["state"] == "asked"
    assert "not signed by both" in str(found["amiss"])


async def test_a_key_that_was_revoked_ends_nothing_any_more() -> None:
    market, case = await open_market()
    async with market.person(SOON) as papers:
        old = her_key(market)
        await new_key(papers._pod, market.hers, SOON)
    arrives(market, event(market, case, Step.REVOCATION, old, published=LATER))
    said = await status(market, LATER)
    assert (case_in(said, case)["state"], said["left"]) == ("open", 1)
    assert "withdrawn" in str(said["why_left"])


async def test_a_pod_that_cannot_be_reached_leaves_all_as_it_is_known() -> None:
    market, case = await open_market()
    async with market.vendor() as desk:
        market.home.script("*", "*", 503, None)
        found = case_in(await desk.status(), case)
    assert (found["state"], found["same_copy"]) == ("open", "not readable")


# Cut off


async def test_taking_in_an_approval_can_be_cut_off_anywhere() -> None:
    market = await new_market()
    case = await asked(market)
    await approved(market)
    assert await each_cut(market, lambda desk, one: desk.status(), case, NOW) > 10


async def test_taking_in_a_counter_offer_can_be_cut_off_anywhere() -> None:
    market = await new_market()
    case = await asked(market)
    await decided(market, "counter")
    assert await each_cut(market, lambda desk, one: desk.status(), case, SOON) > 10


async def test_accepting_and_taking_back_can_be_cut_off_anywhere() -> None:
    market = await new_market()
    case, _ = await countered(market)
    assert await each_cut(market, lambda desk, one: desk.accept(one), case, SOON) > 5
    assert await each_cut(market, lambda desk, one: desk.decline(one, "No."), case, SOON) > 5
    assert await each_cut(market, lambda desk, one: desk.withdraw(one), case, SOON) > 5


async def test_a_repeated_step_keeps_the_time_of_the_first() -> None:
    market, case = await open_market()
    async with market.vendor(SOON) as desk:
        await desk.withdraw(case)
    first = market.shop.body(f"lifepod/held/{case}/withdrawal.jsonld")
    async with market.vendor(LATER) as desk:
        await desk.withdraw(case)
    assert market.shop.body(f"lifepod/held/{case}/withdrawal.jsonld") == first
    assert event_of(opened(first or b"")).published == SOON


async def test_nothing_is_deleted_from_the_inbox_before_it_was_kept() -> None:
    market = await new_market()
    case = await asked(market)
    await approved(market)
    market.shop.script("PUT", "*", 507, None)
    said = await status(market)
    assert (said["left"], len(letters(market))) == (1, 1)
    assert case_in(said, case)["state"] == "asked"
