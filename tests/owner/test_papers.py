"""Terms, requests, agreements from the person's side: the story, what is refused, and what a cut line leaves behind."""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from copy import deepcopy
from dataclasses import replace

import httpx2
import pytest
import time_machine
from tests.double.pod_double import PodDouble
from tests.owner.cut import CutLine, CutOff
from tests.owner.letters import (
    NOW,
    SHOP_KEY,
    Secrets,
    Town,
    asked,
    at_home,
    in_inbox,
    later,
    letter,
    new_town,
    offering,
    profile,
    signed_request,
)
from tests.owner.signed import signed_in
from tests.terms.samples import SHOP, key_of

from lifepod.errors import Conflict, Missing, OutsideTerms
from lifepod.owner.deciding import Narrower
from lifepod.owner.guard import rounds
from lifepod.owner.offers import Preferences
from lifepod.owner.papers import Papers
from lifepod.rdf.closed import digest_of, multihash, read_closed
from lifepod.terms.events import Event, Step, address_of, event_of, event_record
from lifepod.terms.policy import PublicKey
from lifepod.terms.proof import Key, sign
from lifepod.terms.record import policy_of, record_of

pytestmark = pytest.mark.usefixtures("that_day")

STEP = 1 if os.environ.get("LIFEPOD_LONG") else 4
"""Of the moments at which a line is cut; every one of them in the long form."""
PURCHASES = "journal/purchases/"
OWN = "journal/purchases/from-shop.example/"


def reads(town: Town, path: str) -> frozenset[str]:
    """What the vendor may do, by the double's own evaluator."""
    return town.double.modes(path, SHOP)


async def test_terms_are_signed_public_and_never_change() -> None:
    town, secrets, offer = await new_town()
    assert offer.listed.name == "shops-1"
    document = town.double.body("lifepod/terms/shops-1")
    assert document is not None
    assert digest_of(read_closed(document)) == offer.listed.digest
    assert "read" in town.double.modes("lifepod/terms/shops-1", None)
    assert "read" not in town.double.modes("lifepod/terms/", None) or "read" in town.double.modes(
        "lifepod/terms/", None
    )
    assert not town.double.modes("lifepod/", None)
    assert b"Nothing may be kept." in (town.double.body("lifepod/terms/shops-1.txt") or b"")
    async with at_home(town, secrets) as (pod, papers):
        drawn = await papers.draw_up(offering(pod.url(PURCHASES), days=30))
        assert (drawn.name, drawn.retires) == ("shops-2", ("shops-1",))
        await papers.publish(drawn)
        states = {one.listed.name: (one.listed.rank, one.listed.state) for one in await papers.offers()}
    assert states == {"shops-2": (1, "open"), "shops-1": (2, "retired")}
    assert town.double.body("lifepod/terms/shops-1") == document


async def test_terms_have_an_order_and_can_be_retired() -> None:
    town, secrets, _ = await new_town()
    async with at_home(town, secrets) as (pod, papers):
        await papers.publish(await papers.draw_up(offering(pod.url("journal/media/"), "films")))
        assert [one.listed.name for one in await papers.offers()] == ["shops-1", "films-1"]
        await papers.prefer(("films",))
        assert [one.listed.name for one in await papers.offers()] == ["films-1", "shops-1"]
        await papers.retire("films")
        assert [one.listed.state for one in await papers.offers()] == ["open", "retired"]
        with pytest.raises(Missing, match="no terms called films"):
            await papers.prefer(("films",))


async def test_a_request_is_taken_in_shown_approved_and_opens_just_what_it_says() -> None:
    town, secrets, offer = await new_town()
    record = signed_request(town, offer)
    letter(town, record)
    async with at_home(town, secrets) as (_, papers):
        box = await papers.inbox()
        (request,) = box.requests
        assert (request.number, request.state, request.outside) == (1, "asked", ())
        assert in_inbox(town) == []
        view = await papers.view(request)
        assert (view.preview.records, view.preview.rows[0][1]) == (1, "Lamp")
        assert view.rehearsed is not None
        assert view.rehearsed.made == (town.double.url(OWN),)
        assert reads(town, PURCHASES) == frozenset()
        done = await papers.approve(request)
        assert (done.said, done.told) == ("approved", True)
        (case,), amiss = await papers.agreements()
    assert amiss == ()
    assert case.life.state == "open"
    assert case.signers == {town.double.owner, SHOP}
    assert case.policy == policy_of(record)
    assert reads(town, PURCHASES + "amazon/2025.ttl") == {"read"}
    assert reads(town, OWN) == {"append"}
    assert reads(town, OWN + "theirs.ttl") == frozenset()
    assert reads(town, "journal/") == frozenset()
    folder = f"lifepod/agreements/{case.id}/"
    assert reads(town, folder + "agreement.jsonld") == {"read"}
    assert reads(town, "lifepod/agreements/") == frozenset()
    (notice,) = town.posted
    accept = event_of(read_closed(notice))
    assert accept.bytes_digest == multihash(town.double.body(folder + "agreement.jsonld") or b"")


async def test_an_end_closes_first_signs_second_and_tells_last() -> None:
    town, secrets, offer = await new_town()
    letter(town, signed_request(town, offer))
    async with at_home(town, secrets) as (_, papers):
        await papers.approve((await papers.inbox()).requests[0])
    async with at_home(town, secrets, later(1)) as (_, papers):
        done = await papers.end((await papers.agreements())[0][0])
        assert done.dues == (("delete-at-end", later(2)),)
        (case,) = (await papers.agreements())[0]
    assert (case.life.state, [d.state for d in case.life.duties]) == ("revoked", ["due"])
    assert reads(town, PURCHASES + "amazon/2025.ttl") == frozenset()
    assert reads(town, OWN) == frozenset()
    assert reads(town, case.folder) == {"read"}  # its own contract stays readable: the evidence is theirs too
    assert event_of(read_closed(town.posted[-1])).step is Step.REVOCATION
    async with at_home(town, secrets, later(3)) as (_, papers):
        assert (await papers.agreements())[0][0].life.state == "missed"


async def test_a_plain_revoke_ends_the_agreement_on_record() -> None:
    from lifepod.owner.ending import apply_and_end
    from lifepod.owner.share import NO_NOTE, rehearse
    from lifepod.owner.words import wish

    town, secrets, offer = await new_town()
    letter(town, signed_request(town, offer))
    async with at_home(town, secrets) as (_, papers):
        await papers.approve((await papers.inbox()).requests[0])
    said: list[str] = []
    async with at_home(town, secrets) as (pod, papers):
        plan = await rehearse(pod, wish("revoke", SHOP, pod.url(PURCHASES)))
        outcome = await apply_and_end(pod, secrets, plan, said.append, NO_NOTE)
        (case,) = (await Papers(pod, secrets).agreements())[0]
    assert case.life.state == "revoked"
    assert any("This ended an agreement" in line for line in outcome.follows)


async def test_a_counter_offer_comes_once_and_is_opened_when_the_vendor_signed_it() -> None:
    town, secrets, offer = await new_town()
    letter(town, signed_request(town, offer))
    async with at_home(town, secrets) as (_, papers):
        (request,) = (await papers.inbox()).requests
        with pytest.raises(OutsideTerms, match="only name places"):
            papers.draft_counter(request, Narrower(places=(town.double.url("journal/media/"),), reply_by=later(9)))
        done = await papers.counter(request, Narrower(until=later(30), reply_by=later(9), description="A month first."))
        assert (done.said, done.told) == ("countered", True)
        (request,) = await papers.requests()
        assert (request.state, request.number) == ("countered", 0)
        with pytest.raises(Conflict, match="countered already"):
            await papers.counter(request, Narrower(until=later(20), reply_by=later(9)))
        with pytest.raises(Conflict, match="countered already"):
            await papers.approve(request)
    root = address_of(asked(town, offer).root, "counter")
    proposal = read_closed(town.double.body(f"lifepod/agreements/{root[9:]}/counter.jsonld") or b"")
    assert len(proposal.proofs) == 1
    letter(town, sign(proposal, SHOP_KEY, later(1)))
    async with at_home(town, secrets, later(1)) as (_, papers):
        box = await papers.inbox()
        request = next(one for one in box.requests if one.completed)
        assert (request.outside, request.number) == ((), 1)
        assert reads(town, PURCHASES) == frozenset()
        await papers.approve(request)
        (case,) = (await papers.agreements())[0]
    assert (case.life.state, case.life.until) == ("open", later(30))


async def test_a_counter_offer_that_both_signed_is_declined_like_any_other() -> None:
    town, secrets, offer = await new_town()
    letter(town, signed_request(town, offer))
    async with at_home(town, secrets) as (_, papers):
        (request,) = (await papers.inbox()).requests
        await papers.counter(request, Narrower(until=later(30), reply_by=later(9)))
    root = address_of(asked(town, offer).root, "counter")
    proposal = read_closed(town.double.body(f"lifepod/agreements/{root[9:]}/counter.jsonld") or b"")
    letter(town, sign(proposal, SHOP_KEY, later(1)))
    async with at_home(town, secrets, later(1)) as (_, papers):
        request = next(one for one in (await papers.inbox()).requests if one.completed)
        assert (await papers.decline(request, ("no-thanks",), silent=False)).told
        request = next(one for one in await papers.requests() if one.completed)
        assert (request.state, request.is_waiting, request.number) == ("refused", False, 0)
        with pytest.raises(Conflict, match="refused already"):
            await papers.approve(request)
        with pytest.raises(Conflict, match="refused already"):
            await papers.decline(request, ("no-thanks",), silent=False)
    assert reads(town, PURCHASES + "amazon/2025.ttl") == frozenset()


async def test_what_has_ended_already_opens_nothing() -> None:
    town, secrets, offer = await new_town()
    letter(town, signed_request(town, offer, days=3))
    async with at_home(town, secrets, later(4)) as (_, papers):
        (request,) = (await papers.inbox()).requests
        assert any("ended on" in why for why in request.outside)
        with pytest.raises(OutsideTerms, match="ended on"):
            await papers.approve(request)
    assert reads(town, PURCHASES + "amazon/2025.ttl") == frozenset()


async def test_the_end_of_one_agreement_leaves_another_with_the_same_vendor_as_it_is() -> None:
    town, secrets, offer = await new_town()
    for number in (1, 2):
        letter(town, signed_request(town, offer, number=number))
    async with at_home(town, secrets) as (pod, papers):
        for request in (await papers.inbox()).requests:
            await papers.approve(request)
        first, second = (await papers.agreements())[0]
        assert await papers.rehearse_end(first) == ()
        assert (await papers.end(first)).outcomes == ()
        assert reads(town, PURCHASES + "amazon/2025.ttl") == {"read"}
        assert (await rounds(pod)).findings == ()
        assert sorted(case.life.state for case in (await papers.agreements())[0]) == ["open", "revoked"]
        await papers.end(second)
        assert reads(town, PURCHASES + "amazon/2025.ttl") == frozenset()


async def test_the_guard_leaves_open_what_another_agreement_gives_for_longer() -> None:
    town, secrets, offer = await new_town()
    for days, number in ((30, 1), (90, 2)):
        letter(town, signed_request(town, offer, days=days, number=number))
    async with at_home(town, secrets) as (_, papers):
        for request in (await papers.inbox()).requests:
            await papers.approve(request)
    for day, left in ((31, {"read"}), (91, frozenset())):
        with time_machine.travel(later(day)):
            async with at_home(town, secrets, later(day)) as (pod, _):
                found = await rounds(pod)
        assert reads(town, PURCHASES + "amazon/2025.ttl") == left
        assert "agreement-without-access" not in {one.kind for one in found.findings}


async def test_an_end_above_opens_again_what_another_agreement_gives_below() -> None:
    town, secrets, offer = await new_town()
    letter(town, signed_request(town, offer))
    async with at_home(town, secrets) as (pod, papers):
        wide = replace(offering(town.double.url("journal/"), "all"), title="All of it")
        broad = await papers.publish(await papers.draw_up(wide))
        letter(town, signed_request(town, broad, number=2))
        for request in (await papers.inbox()).requests:
            await papers.approve(request)
        assert reads(town, "journal/searches/a.ttl") == {"read"}
        outer = next(one for one in (await papers.agreements())[0] if town.double.url("journal/") in one.policy.targets)
        await papers.end(outer)
        assert reads(town, "journal/searches/a.ttl") == frozenset()
        assert reads(town, PURCHASES + "amazon/2025.ttl") == {"read"}
        assert (await rounds(pod)).findings == ()


@pytest.mark.parametrize(
    "inbox",
    [
        "https://pod.example/alice/lifepod/terms/",
        "https://pod.example/alice/",
        "https://pod.example/bob/../alice/journal/",
        "http://localhost:8080/api/",
        "https://10.0.0.1/x/",
        "ftp://shop.example/inbox/",
    ],
)
async def test_a_vendor_does_not_choose_where_in_my_pod_or_house_i_write(inbox: str) -> None:
    town, secrets, offer = await new_town()
    town.profiles["https://shop.example/profile/card"] = profile(SHOP, (SHOP_KEY,), inbox)
    letter(town, signed_request(town, offer))
    async with at_home(town, secrets) as (_, papers):
        done = await papers.approve((await papers.inbox()).requests[0])
    assert not done.told
    assert re.search("inbox|address", done.untold), done.untold
    assert [one for one in town.double.requests if one.method == "POST" and "lifepod/outbox" not in one.url] == []
    assert town.posted == []


async def test_said_again_an_end_is_told_as_it_was_signed() -> None:
    town, secrets, offer = await new_town()
    letter(town, signed_request(town, offer))
    async with at_home(town, secrets) as (_, papers):
        await papers.approve((await papers.inbox()).requests[0])
        first = await papers.end((await papers.agreements())[0][0])
    async with at_home(town, secrets, later(1)) as (_, papers):
        again = await papers.end((await papers.agreements())[0][0])
    assert again.dues == first.dues


async def test_a_refusal_is_kept_and_told_unless_silence_is_chosen() -> None:
    town, secrets, offer = await new_town()
    letter(town, signed_request(town, offer))
    letter(town, signed_request(town, offer, number=2))
    async with at_home(town, secrets) as (_, papers):
        first, second = (await papers.inbox()).requests
        assert (await papers.decline(first, ("no-thanks",), "Not now.", silent=False)).told
        assert not (await papers.decline(second, (), silent=True)).told
        assert [one.state for one in await papers.requests()] == ["refused", "refused"]
        letter(town, signed_request(town, offer))
        box = await papers.inbox()
        assert (len(box.intake.again), [one.number for one in box.requests]) == (1, [0, 0])
        with pytest.raises(Conflict, match="refused already"):
            await papers.approve(box.requests[0])
    assert len(town.posted) == 1


EVIL = key_of("evil", SHOP)
_ROTATED = '<https://shop.example/profile/card#lifepod-1> <https://w3id.org/security#revoked> "2026-11-24T00:00:00Z".'


@pytest.mark.parametrize(
    ("forge", "profiled", "why"),
    [
        (lambda t, o: record_of(asked(t, o)), None, "it has no signature"),
        (lambda t, o: sign(record_of(asked(t, o)), EVIL, NOW), None, "the record names no such key|does not fit"),
        (lambda t, o: sign(record_of(asked(t, o, key=EVIL)), EVIL, NOW), None, "a key that the sender does not show"),
        (lambda t, o: sign(record_of(asked(t, o)), SHOP_KEY, later(-1)), None, "before the record itself"),
        (lambda t, o: sign(record_of(asked(t, o)), SHOP_KEY, later(2)), None, "not possible"),
        (lambda t, o: signed_request(t, o), profile(SHOP, (), ""), "a key that the sender does not show"),
        (lambda t, o: signed_request(t, o), profile(SHOP, (SHOP_KEY,), "", _ROTATED), "withdrawn on 2026-11-24"),
        (lambda t, o: signed_request(t, o), "", "profile cannot be read"),
        (lambda t, o: signed_request(t, o), "<a> <b> <c", "profile cannot be read"),
        (lambda t, o: signed_request(t, o), "# " + "x" * 300_000, "profile cannot be read"),
    ],
)
async def test_what_nobody_proved_is_kept_apart_and_stays(forge, profiled, why) -> None:  # type: ignore[no-untyped-def]
    town, secrets, offer = await new_town()
    letter(town, forge(town, offer), "forged")
    if profiled is not None:
        town.profiles[SHOP.split("#")[0]] = profiled
    async with at_home(town, secrets) as (_, papers):
        box = await papers.inbox()
    (found,) = box.intake.unproved
    assert found.why
    assert re.search(why, found.why), found.why
    assert (box.requests, in_inbox(town)) == ((), ["forged"])


@pytest.mark.parametrize(
    ("body", "content_type", "why"),
    [
        (b"not json", "application/ld+json", "line 1"),
        (b"<a> <b> <c>.", "text/turtle", "type is text/turtle"),
        (b"x" * 70_000, "application/ld+json", "larger than 65536"),
        (b"", "application/ld+json", "line 1"),
        (json.dumps({"@context": "https://evil.example/"}).encode(), "application/ld+json", "vocabulary"),
    ],
)
async def test_what_cannot_be_read_is_counted_and_stays_until_it_is_cleared(
    body: bytes, content_type: str, why: str
) -> None:
    town, secrets, _ = await new_town()
    letter(town, body, "odd", content_type)
    async with at_home(town, secrets) as (_, papers):
        box = await papers.inbox()
        assert why in box.intake.unreadable[0].why
        assert in_inbox(town) == ["odd"]
        assert await papers.clear(box.intake) == 1
    assert in_inbox(town) == []
    assert not any("evil" in one for one in town.asked)


async def test_somebody_elses_request_and_events_about_nothing_are_not_taken_in() -> None:
    town, secrets, offer = await new_town()
    other = replace(asked(town, offer), assigner="https://bob.example/card#me")
    letter(town, sign(record_of(other), SHOP_KEY, NOW))
    stray = Event(address_of(asked(town, offer).root, "note"), Step.USE_NOTE, SHOP, NOW, asked(town, offer).root, "uEi")
    key = PublicKey(SHOP_KEY.method, SHOP, SHOP_KEY.public)
    letter(town, sign(event_record(replace(stray, keys=(key,), target=town.double.owner)), SHOP_KEY, NOW))
    async with at_home(town, secrets) as (_, papers):
        whys = sorted(one.why for one in (await papers.inbox()).intake.unreadable)
    assert "not about your pod" in whys[0] + whys[1]
    assert "not known here" in whys[0] + whys[1]


async def test_two_texts_under_one_name_cannot_be_approved() -> None:
    town, secrets, offer = await new_town()
    letter(town, signed_request(town, offer))
    letter(town, signed_request(town, offer, days=91))
    async with at_home(town, secrets) as (_, papers):
        (request,) = (await papers.inbox()).requests
        assert request.case.forked
        with pytest.raises(Conflict, match="Two texts"):
            await papers.approve(request)


async def test_a_name_taken_by_one_vendor_is_not_forked_by_another() -> None:
    town, secrets, offer = await new_town()
    rival = key_of("rival", "https://rival.example/card#me")
    town.profiles["https://rival.example/card"] = profile(rival.owner, (rival,), "")
    letter(town, signed_request(town, offer))
    letter(town, signed_request(town, offer, key=rival))
    async with at_home(town, secrets) as (_, papers):
        box = await papers.inbox()
    assert [one.case.forked for one in box.requests] == [False]
    assert "somebody else" in box.intake.unreadable[0].why


async def test_more_than_is_offered_cannot_be_approved_and_says_in_what() -> None:
    town, secrets, offer = await new_town()
    letter(town, signed_request(town, offer, days=200))
    async with at_home(town, secrets) as (_, papers):
        (request,) = (await papers.inbox()).requests
        with pytest.raises(OutsideTerms, match="until") as caught:
            await papers.approve(request)
        assert caught.value.clauses
    assert reads(town, PURCHASES) == frozenset()


async def test_retired_terms_and_what_is_never_shared_are_outside() -> None:
    town, secrets, offer = await new_town()
    letter(town, signed_request(town, offer))
    async with at_home(town, secrets) as (_, papers):
        await papers.inbox()
        await papers.retire("shops")
        assert "no longer offer" in (await papers.request("1")).outside[0]
        await papers.set_preferences(Preferences(never=("purchases",)))
        assert any("never share purchases" in one for one in (await papers.request("1")).outside)
        assert (await papers.preferences()).never == ("purchases",)


async def test_one_sender_cannot_crowd_out_the_others() -> None:
    town, secrets, offer = await new_town()
    rival = key_of("rival", "https://rival.example/card#me")
    town.profiles["https://rival.example/card"] = profile(rival.owner, (rival,), "")
    for number in range(8):
        letter(town, signed_request(town, offer, number=number))
    letter(town, signed_request(town, offer, key=rival, number=99))
    async with at_home(town, secrets) as (_, papers):
        box = await papers.inbox()
        assert (len(box.requests), box.intake.waiting[SHOP]) == (6, 3)
        again = await papers.inbox()
        assert (len(again.requests), again.intake.waiting[SHOP]) == (6, 3)


async def test_one_document_cannot_crowd_out_the_others_under_many_names() -> None:
    town, secrets, offer = await new_town()
    crowd = [
        Key(f"https://evil.example/card#k{n}", f"https://evil.example/card#m{n}", bytes([n]) * 32) for n in range(9)
    ]
    town.profiles["https://evil.example/card"] = "\n".join(profile(key.owner, (key,), "") for key in crowd)
    for number, key in enumerate(crowd):
        letter(town, signed_request(town, offer, key=key, number=number))
    letter(town, signed_request(town, offer, number=99))
    async with at_home(town, secrets) as (_, papers):
        box = await papers.inbox()
        assert (len(box.requests), sum(box.intake.waiting.values())) == (6, 4)
        again = await papers.inbox()
        assert (len(again.requests), sum(again.intake.waiting.values())) == (6, 4)


async def test_a_vendor_that_cannot_be_told_is_told_by_the_guard() -> None:
    town, secrets, offer = await new_town()
    letter(town, signed_request(town, offer))
    town.refuses = True
    async with at_home(town, secrets) as (pod, papers):
        done = await papers.approve((await papers.inbox()).requests[0])
        assert (done.told, bool(done.untold)) == (False, True)
        found = await rounds(pod)
        assert [f.kind for f in found.findings] == ["not-told"]
        town.refuses = False
        assert (await rounds(pod)).findings == ()
        assert await papers.untold() == ()
    assert len(town.posted) == 1


async def test_an_end_date_is_closed_by_the_guard_and_deletion_falls_due() -> None:
    town, secrets, offer = await new_town()
    letter(town, signed_request(town, offer, days=1))
    async with at_home(town, secrets) as (_, papers):
        await papers.approve((await papers.inbox()).requests[0])
    async with at_home(town, secrets, later(3)) as (pod, papers):
        (case,) = (await papers.agreements())[0]
        assert (case.life.state, case.life.since) == ("missed", later(1))
        assert (await rounds(pod)).at


Work = Callable[[Town, Secrets, CutLine], Awaitable[None]]


async def after_each(start: tuple[Town, Secrets], work: Work, step: int = 1) -> AsyncIterator[tuple[Town, Secrets]]:
    """Runs ``work`` on the same town with a line cut after 0, 1, 2 … requests (or fewer of them); what was left."""
    limit = 0
    start[0].double.requests.clear()
    while True:
        town, secrets = deepcopy(start)
        line = CutLine(town.double, limit)
        town.line = line
        try:
            await work(town, secrets, line)
        except* CutOff:
            pass
        whole = line.was_whole
        town.line = httpx2.MockTransport(town.double)
        yield town, secrets
        if whole:
            return
        limit += step


async def _asked_town() -> tuple[Town, Secrets]:
    town, secrets, offer = await new_town()
    letter(town, signed_request(town, offer))
    async with at_home(town, secrets) as (_, papers):
        await papers.inbox()
    return town, secrets


async def _approve(town: Town, secrets: Secrets, line: CutLine | None = None) -> None:
    async with at_home(town, secrets) as (_, papers):
        if line is not None:
            line.begin()
        for request in await papers.requests():
            if request.is_waiting:
                await papers.approve(request)


async def test_an_approval_cut_off_anywhere_opens_nothing_that_was_not_agreed_and_goes_on() -> None:
    seen = set()
    async for town, secrets in after_each(await _asked_town(), _approve, STEP):
        agreed = any(url.endswith("/agreement.jsonld") for url in town.double.shelf.things)
        open_ = bool(reads(town, PURCHASES + "amazon/2025.ttl") or reads(town, OWN))
        assert agreed or not open_
        seen.add((agreed, open_))
        await _approve(town, secrets)
        async with at_home(town, secrets) as (pod, papers):
            (case,) = (await papers.agreements())[0]
            assert case.life.state == "open"
            await papers.tell_again()
            assert (await rounds(pod, dry=True)).findings == ()
        assert reads(town, PURCHASES + "amazon/2025.ttl") == {"read"}
        assert {event_of(read_closed(one)).step for one in town.posted} == {Step.ACCEPT}
    assert seen == {(False, False), (True, False), (True, True)}


async def _open_town() -> tuple[Town, Secrets]:
    town, secrets = await _asked_town()
    await _approve(town, secrets)
    town.posted.clear()
    return town, secrets


async def _end(town: Town, secrets: Secrets, line: CutLine | None = None) -> None:
    async with at_home(town, secrets, later(1)) as (_, papers):
        (case,) = (await papers.agreements())[0]
        if line is not None:
            line.begin()
        await papers.end(case)


async def test_an_end_cut_off_anywhere_closes_and_is_on_record_when_it_is_said_again() -> None:
    async for town, secrets in after_each(await _open_town(), _end, STEP):
        revoked = any(url.endswith("/revocation.jsonld") for url in town.double.shelf.things)
        open_ = bool(reads(town, PURCHASES + "amazon/2025.ttl") or reads(town, OWN))
        assert not (revoked and open_)
        await _end(town, secrets)
        async with at_home(town, secrets, later(1)) as (_, papers):
            await papers.tell_again()
            assert (await papers.agreements())[0][0].life.state == "revoked"
        assert not (reads(town, PURCHASES + "amazon/2025.ttl") or reads(town, OWN))
        assert {event_of(read_closed(one)).step for one in town.posted} == {Step.REVOCATION}


async def test_an_inbox_cut_off_anywhere_loses_no_letter_and_files_none_twice() -> None:
    async def fresh() -> tuple[Town, Secrets]:
        town, secrets, offer = await new_town()
        letter(town, signed_request(town, offer))
        return town, secrets

    async def look(town: Town, secrets: Secrets, line: CutLine) -> None:
        async with at_home(town, secrets) as (_, papers):
            line.begin()
            await papers.inbox()

    async for town, secrets in after_each(await fresh(), look):
        async with at_home(town, secrets) as (_, papers):
            box = await papers.inbox()
        assert [one.number for one in box.requests] == [1]
        assert in_inbox(town) == []


async def test_the_index_of_terms_names_only_what_lies_there_however_publishing_was_cut_off() -> None:
    async def publish(town: Town, secrets: Secrets, line: CutLine) -> None:
        async with at_home(town, secrets) as (pod, papers):
            line.begin()
            await papers.publish(await papers.draw_up(offering(pod.url(PURCHASES))))

    async for town, secrets in after_each((Town(PodDouble()), Secrets()), publish, STEP):
        async with signed_in(town.double, through=town) as pod:
            for one in await Papers(pod, secrets, NOW).offers():
                assert one.amiss == ""
