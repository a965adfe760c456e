"""Wants and answers end to end: said, read, answered, compared, taken back; and what nobody proved is never filed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.owner.cut import CutLine
from tests.owner.letters import NOW, SHOP_KEY, Secrets, Town, at_home, in_inbox, later, letter, new_town, profile
from tests.owner.signed import writes
from tests.owner.street import Shops, new_street
from tests.owner.test_papers import STEP, after_each
from tests.terms.samples import SHOP, key_of

from lifepod.errors import Conflict, LifepodError, Malformed, Missing, Refused, Unproved
from lifepod.owner import wanting
from lifepod.owner.answers import Answers, Taken
from lifepod.owner.guard import rounds
from lifepod.owner.intake import Intake
from lifepod.owner.papers import Papers
from lifepod.owner.sifting import Letter
from lifepod.owner.want_terms import draw_up_terms, wants_terms
from lifepod.owner.wanting import Wanted, Wish
from lifepod.parties.outbox import tell_again, untold
from lifepod.parties.pen import Pen, pen_for
from lifepod.parties.post import Message
from lifepod.rdf.closed import Closed, digest_of, read_closed, write_closed
from lifepod.solid.pod import Pod
from lifepod.terms.intents import Answer, Want, answer_address, answer_record, want_of, want_record
from lifepod.terms.policy import PublicKey
from lifepod.terms.proof import Key, sign
from lifepod.vendor import offering
from lifepod.vendor.offering import Bid

pytestmark = pytest.mark.usefixtures("that_day")

WISH = Wish("Rain jacket, size M", later(10), (Decimal(100), "EUR"), "BE")
OTHER = key_of("other", "https://other.example/profile/card#org")


class Story:
    """The person with terms for wants, and the shop with its pen."""

    def __init__(self, shops: Shops) -> None:
        self.shops, self.secrets = shops, Secrets()
        shops.street.profiles[OTHER.owner.split("#")[0]] = profile(OTHER.owner, (OTHER,), "")

    @asynccontextmanager
    async def at_home(self, now: str = NOW) -> AsyncIterator[tuple[Pod, Pen]]:
        async with self.shops.at_home() as pod:
            yield pod, await pen_for(pod, self.secrets, now)

    async def says(self, *to: str, public: bool = False, wish: Wish = WISH) -> Wanted:
        """The person says what they want."""
        async with self.at_home() as (pod, pen):
            terms = await wants_terms(pod)
            if terms is None:
                papers = Papers(pod, self.secrets, NOW)
                terms = await papers.publish(await draw_up_terms(pod, NOW))
            want = wanting.draft(pod, wish, (terms.listed.offer, terms.listed.digest), NOW)
            return (await wanting.publish(pod, pen, want, to, public=public))[0]

    async def offers(self, url: str, price: str = "80", now: str = NOW, say: str = "Red.") -> offering.Offered:
        """The shop reads the want at an address, and answers."""
        async with self.shops.at_the_shop() as pod:
            seen = await offering.read_want(pod, url, now)
            pen = Pen(SHOP_KEY, now)
            return await offering.offer(
                pod, pen, seen, offering.draft(pod, pen, seen, Bid(Decimal(price), "EUR", "", say))
            )

    def arrives(self, record: Closed | bytes, name: str) -> str:
        """Something lies in the person's inbox."""
        body = write_closed(record) if isinstance(record, Closed) else record
        return self.shops.home.put(f"inbox/{name}", body, "application/ld+json")

    async def takes_in(self, now: str = NOW) -> tuple[tuple[Taken, ...], Intake]:
        """The person looks through the inbox."""
        async with self.at_home(now) as (pod, _):
            found = await Papers(pod, self.secrets, now).inbox()
            return found.answers, found.intake

    async def now(self, name: str, at: str = NOW) -> Wanted:
        async with self.at_home() as (pod, _):
            return await wanting.wanted(pod, name, at)


@pytest.fixture
async def story() -> Story:
    return Story(await new_street())


def answer_to(one: Wanted, key: Key = OTHER, price: str = "70", **more: object) -> Answer:
    made = Answer(
        root=answer_address(one.want.root, key.public),
        actor=key.owner,
        target=one.want.actor,
        in_reply_to=one.want.root,
        in_reply_to_digest=one.digest,
        published=NOW,
        price=Decimal(price),
        currency="EUR",
        valid_through=one.want.valid_through,
        under=one.want.under,
        under_digest=one.want.under_digest,
        keys=(PublicKey(key.method, key.owner, key.public),),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def signed(answer: Answer, key: Key = OTHER) -> Closed:
    return sign(answer_record(answer), key, NOW)


async def test_a_want_is_answered_from_the_inbox_and_compared(story: Story) -> None:
    one = await story.says(SHOP)
    (arrived,) = (url for url in story.shops.shop.shelf.things if "/inbox/" in url and not url.endswith("/inbox/"))
    assert read_closed(story.shops.shop.body(arrived) or b"") == one.filed.record
    made = await story.offers(arrived)
    assert made.told.arrived
    taken, intake = await story.takes_in()
    assert [(one.answer.price, one.new, one.why) for one in taken] == [(Decimal(80), True, "")]
    assert intake.unreadable == []
    after = await story.now(one.id)
    (row,) = after.rows
    assert (row.answer, row.over) == (made.answer, False)
    assert row.answer.under_digest == one.want.under_digest
    assert [url for url in story.shops.home.shelf.things if "/inbox/" in url and not url.endswith("/")] == []


async def test_rubbish_does_not_crowd_out_an_answer(story: Story) -> None:
    one = await story.says(SHOP)
    (arrived,) = (url for url in story.shops.shop.shelf.things if "/inbox/" in url and not url.endswith("/inbox/"))
    for number in range(130):
        story.arrives(b"rubbish", f"a-{number:03}")
    forged = write_closed(answer_record(answer_to(one)))
    for number in range(130):
        story.arrives(forged, f"b-{number:03}")
    await story.offers(arrived)
    taken, intake = await story.takes_in()
    assert [one.answer.price for one in taken if one.new] == [Decimal(80)]
    assert (len(intake.unreadable), intake.folded["unreadable"]) == (100, 30)
    assert (len(intake.unproved), intake.folded["unproved"]) == (100, 30)
    assert len([one for one in taken if one.why]) == 100, "what is not taken is told up to a bound too"


async def test_a_public_want_is_read_by_anyone_and_holds_the_want_alone(story: Story) -> None:
    one = await story.says(public=True)
    assert one.public.endswith(f"lifepod/wants-public/{one.id}.jsonld")
    assert story.shops.home.modes(one.public, None) == {"read"}
    body = story.shops.home.body(one.public) or b""
    assert want_of(read_closed(body)) == replace(one.want)
    assert b"journal" not in body
    await story.offers(one.public, "120")
    await story.takes_in()
    (row,) = (await story.now(one.id)).rows
    assert row.over is True


async def test_nobody_else_reads_a_want_or_an_answer(story: Story) -> None:
    one = await story.says(SHOP)
    story.arrives(signed(answer_to(one)), "from-other")
    await story.takes_in()
    files = [url for url in story.shops.home.shelf.things if url.startswith(one.folder)]
    assert len(files) >= 4
    for url in files:
        for who in (None, SHOP, OTHER.owner):
            assert story.shops.home.modes(url, who) == frozenset(), (url, who)


async def test_the_terms_for_wants_open_nothing_that_is_not_public(story: Story) -> None:
    await story.says()
    async with story.at_home() as (pod, _):
        terms = await wants_terms(pod)
    assert terms is not None
    assert terms.policy is not None
    assert terms.policy.targets == (story.shops.home.url("lifepod/wants-public/"),)
    assert {"no-storage", "no-onward", "no-sale", "no-profiling", "no-tracking", "no-training", "delete-at-end"} <= {
        rule.name for rule in terms.policy.rules
    }


async def test_the_same_answer_again_is_known_and_its_message_goes(story: Story) -> None:
    one = await story.says()
    record = signed(answer_to(one))
    story.arrives(record, "first")
    await story.takes_in()
    story.arrives(record, "second")
    taken, intake = await story.takes_in()
    assert [(t.new, t.why) for t in taken] == [(False, "")]
    assert len(intake.again) == 1
    assert len((await story.now(one.id)).rows) == 1


async def test_a_second_answer_of_a_key_in_other_words_is_not_taken(story: Story) -> None:
    one = await story.says()
    story.arrives(signed(answer_to(one, price="70")), "first")
    await story.takes_in()
    story.arrives(signed(answer_to(one, price="60")), "second")
    taken, intake = await story.takes_in()
    assert "has answered already" in taken[0].why
    assert len(intake.unreadable) == 1
    (row,) = (await story.now(one.id)).rows
    assert row.answer.price == 70


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (lambda one: replace(signed(answer_to(one)), proofs=()), "no signature"),
        (lambda one: replace(signed(answer_to(one)), triples=answer_record(answer_to(one, price="1")).triples), "fit"),
        (lambda one: signed(answer_to(one, key_of("forger", OTHER.owner)), key_of("forger", OTHER.owner)), "not show"),
    ],
)
async def test_what_nobody_proved_is_set_aside_as_that(story: Story, forge: object, why: str) -> None:
    one = await story.says()
    story.arrives(forge(one), "forged")  # type: ignore[operator]
    taken, intake = await story.takes_in()
    assert why in taken[0].why
    assert [letter.why for letter in intake.unproved] == [taken[0].why]
    assert (await story.now(one.id)).rows == ()
    assert story.shops.home.body("inbox/forged") is not None


async def test_what_does_not_fit_a_want_stays_in_the_inbox(story: Story) -> None:
    one = await story.says()
    stray = replace(one, want=replace(one.want, root="urn:uuid:6a0c2f4e-3d1b-4c57-9a2e-8f0b7d5c1e90"))
    elsewhere = signed(answer_to(one))
    cases = {
        "stray": (answer_to(stray), "not known here"),
        "unbound": (answer_to(one, under_digest=""), "does not bind itself"),
        "other": (answer_to(one, in_reply_to_digest=digest_of(elsewhere)), "another text"),
    }  # fmt: skip
    for name, (answer, _) in cases.items():
        story.arrives(signed(answer), name)
    taken, intake = await story.takes_in()
    assert len(taken) == len(intake.unreadable) == 3
    for one_taken in taken:
        name = one_taken.letter.message.url.rpartition("/")[2]
        assert cases[name][1] in one_taken.why


async def test_an_answer_after_the_end_is_late(story: Story) -> None:
    one = await story.says()
    body = write_closed(signed(answer_to(one)))
    url = story.arrives(body, "late")

    async def taken(came: str) -> Taken:
        message = Message(url, body, "application/ld+json", came)
        async with story.at_home() as (pod, _):
            desk = Answers(pod, later(20))
            await desk.place(Letter(message, "unreadable"))
            return desk.taken[0]

    assert (await story.now(one.id, later(20))).state == "ended"
    for came in ("", "soon", later(11)):
        assert "it came after your want was ended" in (await taken(came)).why
    assert (await taken(later(5))).why == "", "it lay there in time, and was read late"


async def test_no_sender_can_fill_a_want_with_keys(story: Story) -> None:
    one, keys = (
        await story.says(),
        [Key(f"https://other.example/profile/card#k{n}", OTHER.owner, bytes([n]) * 32) for n in range(7)],
    )
    story.shops.street.profiles[OTHER.owner.split("#")[0]] = profile(OTHER.owner, tuple(keys), "")
    for number, key in enumerate(keys):
        story.arrives(signed(answer_to(one, key), key), f"n{number}")
    taken, _ = await story.takes_in()
    assert [t.why for t in taken].count("there are too many answers already") == 2
    assert len((await story.now(one.id)).rows) == 5


async def test_a_want_is_taken_back_for_all_and_told_to_those_it_was_sent_to(story: Story) -> None:
    one = await story.says(SHOP, public=True)
    async with story.at_home() as (pod, pen):
        after, told = await wanting.withdraw(pod, pen, one)
        again, _ = await wanting.withdraw(pod, pen, after)
    assert (after.state, after.public, [t.arrived for t in told]) == ("withdrawn", "", [True])
    assert again.since == after.since
    assert story.shops.home.body(one.public) is None
    with pytest.raises(LifepodError):
        await story.offers(one.public)
    async with story.at_home() as (pod, _):
        with pytest.raises(Conflict, match="withdrawn since"):
            await wanting.send(pod, after, [SHOP], NOW)


async def test_what_is_over_is_taken_down_and_nothing_else(story: Story) -> None:
    short = await story.says(public=True, wish=replace(WISH, until=later(1)))
    long = await story.says(public=True)
    async with story.at_home() as (pod, _):
        gone = await wanting.take_down_ended(pod, later(2))
        assert await wanting.take_down_ended(pod, later(2)) == ()
    assert [one.id for one in gone] == [short.id]
    assert story.shops.home.body(short.public) is None
    assert story.shops.home.body(long.public) is not None


async def test_a_vendor_that_cannot_be_told_is_told_later(story: Story) -> None:
    one = await story.says("https://nowhere.example/profile/card#org")
    async with story.at_home() as (pod, _):
        waiting = await Papers(pod, story.secrets, NOW).untold()
    assert [note.to for note in waiting] == ["https://nowhere.example/profile/card#org"]
    assert one.to == ("https://nowhere.example/profile/card#org",)


NOBODY = "https://[x]/c#me"


@pytest.mark.parametrize("webid", [NOBODY, "nope", "https://127.1/c#me", "https://shop.example/\udcff"])
async def test_nothing_is_signed_for_an_address_that_nobody_has(story: Story, webid: str) -> None:
    one = await story.says(SHOP)
    before = set(story.shops.home.shelf.things)
    with pytest.raises(Malformed, match="is no WebID that can be told"):
        await story.says(SHOP, webid, wish=replace(WISH, title="Boots"))
    async with story.at_home() as (pod, _):
        with pytest.raises(Malformed, match="is no WebID that can be told"):
            await wanting.send(pod, one, [OTHER.owner, webid], NOW)
        assert [want.id for want in (await wanting.wants(pod, NOW))[0]] == [one.id]
    assert set(story.shops.home.shelf.things) == before


async def test_one_bad_notice_breaks_neither_the_others_nor_the_guard(story: Story) -> None:
    one = await story.says("https://nowhere.example/profile/card#org")
    record = one.filed.url
    box = {"a": {"to": NOBODY, "record": record}, "b": {"to": SHOP, "record": f"{story.shops.home.base}a/../b"},
           "c": {"to": "\ud800", "record": record}, "z": {"to": SHOP, "record": record}}  # fmt: skip
    for name, raw in box.items():
        story.shops.home.put(f"lifepod/outbox/{name}.json", json.dumps(raw), "application/json")
    async with story.at_home() as (pod, _):
        told = {note.note.name: note for note in await tell_again(pod, NOW)}
        assert {name: told[name].arrived for name in box} == {"a": False, "b": False, "c": False, "z": True}
        assert all(told[name].why for name in "abc")
        found = [f for f in (await rounds(pod)).findings if f.kind == "not-told"]
    assert len(found) == 4


async def test_a_notice_that_cannot_be_taken_away_stops_no_other(story: Story) -> None:
    one = await story.says("https://nowhere.example/profile/card#org")
    for name in ("a", "z"):
        story.shops.home.put(
            f"lifepod/outbox/{name}.json", json.dumps({"to": SHOP, "record": one.filed.url}), "application/json"
        )
    async with story.at_home() as (pod, _):
        remove = pod.delete

        async def refuse(url: str) -> None:
            if url.endswith("/a.json"):
                raise Refused("not today")
            await remove(url)

        pod.delete = refuse  # type: ignore[assignment,method-assign]
        told = {note.note.name: note.arrived for note in await tell_again(pod, NOW)}
        assert (told["a"], told["z"]) == (True, True)
        assert {note.name for note in await untold(pod)} == {"a", f"lifepod-{one.id}-{wanting._mark(one.to[0])}"}


async def test_taking_back_forgets_whom_nobody_can_ever_tell(story: Story) -> None:
    one = await story.says(SHOP)
    mark = wanting._mark(NOBODY)
    story.shops.home.put(
        f"lifepod/wants/{one.id}/to-{mark}.json", json.dumps({"to": NOBODY}), "application/json"
    )  # as an earlier lifepod filed it
    stuck = story.shops.home.put(
        f"lifepod/outbox/lifepod-{one.id}-{mark}.json",
        json.dumps({"to": NOBODY, "record": one.filed.url}),
        "application/json",
    )
    one = await story.now(one.id)
    assert set(one.to) == {NOBODY, SHOP}
    async with story.at_home() as (pod, pen):
        after, told = await wanting.withdraw(pod, pen, one)
        assert await untold(pod) == ()
        again, _ = await wanting.withdraw(pod, pen, after)
        assert await untold(pod) == ()
    assert (after.state, again.state) == ("withdrawn", "withdrawn")
    assert {found.note.to: found.arrived for found in told} == {NOBODY: False, SHOP: True}
    assert story.shops.home.body(stuck) is None


async def test_wants_are_listed_the_newest_first_and_found_by_their_beginning(story: Story) -> None:
    first, second = await story.says(), await story.says()
    async with story.at_home() as (pod, _):
        found, amiss = await wanting.wants(pod, NOW)
    assert {one.id for one in found} == {first.id, second.id}
    assert amiss == ()
    assert wanting.find(found, first.id[:8]) == next(one for one in found if one.id == first.id)
    with pytest.raises(Missing):
        wanting.find(found, "zzzz")


@pytest.mark.parametrize("more", [{"title": ""}, {"until": NOW}, {"price": (Decimal(0), "EUR")}])
async def test_what_makes_no_want_is_refused_before_anything_is_written(story: Story, more: dict[str, object]) -> None:
    await story.says()
    story.shops.home.requests.clear()
    with pytest.raises(Malformed):
        await story.says(wish=replace(WISH, **more))  # type: ignore[arg-type]
    assert writes(story.shops.home) == []


# The vendor's side


async def test_a_vendor_is_shown_whose_want_it_is_and_what_it_is_bound_to(story: Story) -> None:
    one = await story.says(public=True)
    async with story.shops.at_the_shop() as pod:
        seen = await offering.read_want(pod, one.public, NOW)
    assert (seen.want, seen.digest) == (one.want, one.digest)
    assert seen.terms.assigner == story.shops.home.owner


async def test_a_vendor_answers_once_and_may_send_the_same_again(story: Story) -> None:
    one = await story.says(public=True)
    first, again = await story.offers(one.public), await story.offers(one.public)
    assert first.url == again.url
    with pytest.raises(Conflict, match="answered this want already"):
        await story.offers(one.public, "70")
    taken, _ = await story.takes_in()
    assert [t.why for t in taken] == ["", ""]
    assert len((await story.now(one.id)).rows) == 1


def forged(one: Wanted, change: str) -> bytes:
    want = one.want
    if change == "title":
        body = one.filed.body.replace(b"Rain jacket", b"Gold jacket")
    elif change == "proof":
        body = write_closed(replace(one.filed.record, proofs=()))
    else:
        key = key_of("forger", want.actor)
        record = want_record(replace(want, keys=(PublicKey(key.method, key.owner, key.public),)))
        body = write_closed(sign(record, key, NOW))
    return body


@pytest.mark.parametrize("change", ["title", "proof", "key"])
async def test_a_vendor_does_not_answer_what_nobody_proved(story: Story, change: str) -> None:
    one = await story.says(public=True)
    story.shops.home.put(one.public, forged(one, change), "application/ld+json")
    with pytest.raises(Unproved):
        await story.offers(one.public)


async def test_a_vendor_does_not_answer_what_is_over_nor_itself(story: Story) -> None:
    one = await story.says(public=True)
    with pytest.raises(Conflict, match="time for answers was over"):
        await story.offers(one.public, now=later(20))
    async with story.at_home() as (pod, pen):
        seen = await offering.read_want(pod, one.public, NOW)
        with pytest.raises(Conflict, match="your own"):
            offering.draft(pod, pen, seen, Bid(Decimal(1), "EUR"))


async def test_a_vendor_is_bound_to_the_very_terms_that_were_named(story: Story) -> None:
    one = await story.says(public=True)
    terms = one.want.under.partition("#")[0]
    body = story.shops.home.body(terms) or b""
    for changed, error in (
        (body.replace(b"keep nothing", b"keep all"), Unproved),
        (b"{}", Malformed),
        (one.filed.body, Malformed),
    ):
        story.shops.home.put(terms, changed, "application/ld+json")
        with pytest.raises(error, match="The terms of this want"):
            await story.offers(one.public)


def test_a_random_name_is_a_uuid_of_version_4() -> None:
    names = {wanting._random_uuid() for _ in range(50)}
    assert len(names) == 50
    assert all(name[14] == "4" and name[19] in "89ab" and len(name) == 36 for name in names)


# Cut off anywhere


async def _town_with_terms() -> tuple[Town, Secrets, Want]:
    town, secrets, _ = await new_town()
    async with at_home(town, secrets) as (pod, papers):
        terms = (await papers.publish(await draw_up_terms(pod, NOW))).listed
        want = wanting.draft(pod, WISH, (terms.offer, terms.digest), NOW)
    return town, secrets, want


async def test_a_want_that_was_cut_off_is_finished_by_saying_it_again() -> None:
    town, secrets, want = await _town_with_terms()

    async def publish(town: Town, secrets: Secrets, line: CutLine | None = None) -> None:
        async with at_home(town, secrets) as (pod, _):
            pen = await pen_for(pod, secrets, NOW)
            if line is not None:
                line.begin()
            await wanting.publish(pod, pen, want, [SHOP], public=True)

    async for left, kept in after_each((town, secrets), publish, STEP):
        things = left.double.shelf.things
        filed, public = (any(u.endswith(e) for u in things) for e in ("/want.jsonld", f"{want.root[9:]}.jsonld"))
        assert filed or not public
        assert filed or not left.posted
        await publish(left, kept)
        async with at_home(left, kept) as (pod, papers):
            (one,) = (await wanting.wants(pod, NOW))[0]
            assert (one.to, bool(one.public)) == ((SHOP,), True)
            assert await papers.untold() == ()
        assert set(left.posted) == {one.filed.body}


async def test_taking_in_an_answer_that_was_cut_off_goes_on() -> None:
    town, secrets, want = await _town_with_terms()
    async with at_home(town, secrets) as (pod, _):
        one, _ = await wanting.publish(pod, await pen_for(pod, secrets, NOW), want, [], public=False)
    letter(town, signed(answer_to(one, SHOP_KEY), SHOP_KEY), "answer")

    async def take(town: Town, secrets: Secrets, line: CutLine | None = None) -> None:
        async with at_home(town, secrets) as (_, papers):
            if line is not None:
                line.begin()
            await papers.inbox()

    async for left, kept in after_each((town, secrets), take, STEP):
        answered = any("/answer-" in url for url in left.double.shelf.things)
        assert answered or in_inbox(left) == ["answer"]
        await take(left, kept)
        assert in_inbox(left) == []
        async with at_home(left, kept) as (pod, _):
            assert len((await wanting.wanted(pod, one.id, NOW)).rows) == 1
