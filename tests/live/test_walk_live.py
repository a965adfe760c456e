"""The walk on a real server: exports in, who sees what, a vendor let in and shut out, as the server itself tells it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.live.conftest import HomeServer, entered

from lifepod.access.audit import Audit
from lifepod.access.rules import NOBODY, Mode, Visitor
from lifepod.errors import Conflict, Refused, Undecided
from lifepod.home.accounts import NewPod
from lifepod.home.story_files import expected_of, write_story
from lifepod.owner import share
from lifepod.owner.collect import Collected, Wanted, collect
from lifepod.owner.look import look
from lifepod.owner.settle import settle
from lifepod.owner.words import wish
from lifepod.solid.pod import Pod
from lifepod.vendor import read

pytestmark = pytest.mark.live
GRANTED, ELSEWHERE = "journal/purchases/", ("journal/searches/", "journal/browsing/", "journal/", "", "lifepod/")


@dataclass(frozen=True, slots=True)
class People:
    """A person and others, each with an account and a login of their own."""

    sam: NewPod
    acme: NewPod
    bolt: NewPod
    stranger: NewPod


@pytest.fixture(scope="module")
def people(home_server: HomeServer) -> People:
    return People(*(home_server.new_pod(f"walk-{name}") for name in ("sam", "acme", "bolt", "stranger")))


@dataclass(frozen=True, slots=True)
class Walk:
    """Everyone signed in, and the sample exports imported."""

    sam: Pod
    acme: Pod
    bolt: Pod
    stranger: Pod
    exports: Path
    done: Collected

    def url(self, path: str) -> str:
        """A path in the person's pod."""
        return self.sam.url(path)

    async def statuses(self, path: str) -> tuple[int, int, int, int]:
        """What the server answers Acme, Bolt, the stranger and nobody."""
        url = self.url(path)
        signed = [await read.knock(pod, url) for pod in (self.acme, self.bolt, self.stranger)]
        return signed[0], signed[1], signed[2], (await self.sam.nobody.send("GET", url)).status

    async def change(self, verb: str, who: Pod, path: str = GRANTED) -> share.Outcome:
        """A grant of reading, or a revoke of everything, confirmed."""
        asked = wish(verb, who.webid, self.url(path), ("read",) if verb == "grant" else ())
        return await share.apply(self.sam, await share.rehearse(self.sam, asked))


@pytest.fixture(scope="module")
async def walk(people: People, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Walk]:
    exports = tmp_path_factory.mktemp("exports")
    write_story(exports)
    async with AsyncExitStack() as stack:
        sam, acme, bolt, stranger = [
            await stack.enter_async_context(entered(new))
            for new in (people.sam, people.acme, people.bolt, people.stranger)
        ]
        await settle(sam)
        done = await collect(sam, Wanted((exports,)), silent)
        yield Walk(sam, acme, bolt, stranger, exports, done)


def silent(doing: str, done: int, of: int) -> None:
    """Nobody watches."""


async def versions(pod: Pod) -> dict[str, str | None]:
    """The version tag of every resource and of every access document."""
    ground = await look(pod, pod.storage)
    assert ground.survey.blind == ()
    found: dict[str, str | None] = {f"acl of {url}": d.etag for url, d in ground.documents.items()}
    urls = [place.url for place in ground.survey.places]
    heads = await asyncio.gather(*(pod.head(url) for url in urls))
    return found | {url: head.etag for url, head in zip(urls, heads, strict=True)}


async def test_the_sample_exports_arrive_whole(walk: Walk) -> None:
    counts: dict[str, int] = {}
    for name in expected_of(walk.exports):
        url = walk.url(f"journal/{name}/")
        counts[name] = len([record async for record in read.read(walk.sam, url)])
    assert counts == expected_of(walk.exports) == dict(walk.done.classes)
    assert walk.done.written == sum(counts.values())


async def test_making_ready_and_importing_twice_move_no_version_of_anything(walk: Walk) -> None:
    before = await versions(walk.sam)
    assert len(before) > 30
    assert None not in before.values()
    assert (await settle(walk.sam)).done == ()
    for again in (False, True):
        done = await collect(walk.sam, Wanted((walk.exports,), again=again), silent)
        assert (done.written, done.partitions, done.run) == (0, (), "")
        assert done.unchanged == (walk.done.written if again else 0)
    assert await versions(walk.sam) == before


async def test_a_new_pod_is_closed_to_strangers_and_to_nobody(walk: Walk) -> None:
    for path in ("", "journal/", "lifepod/", "settings/privateTypeIndex.ttl", "journal/searches/", "inbox/"):
        assert await walk.statuses(path) == (403, 403, 403, 401), path
    assert await walk.statuses("profile/card") == (200, 200, 200, 200)


async def test_a_vendor_is_let_in_to_one_class_and_shut_out_again(walk: Walk) -> None:
    assert await walk.statuses(GRANTED) == (403, 403, 403, 401)
    outcome = await walk.change("grant", walk.acme)
    assert [a.word for a in outcome.answers] == ["yes", "no", "no", "no"]
    assert await walk.statuses(GRANTED) == (200, 403, 403, 401)
    for path in ELSEWHERE:
        assert await walk.statuses(path) == (403, 403, 403, 401), path
    records = [record async for record in read.read(walk.acme, walk.url(GRANTED))]
    assert len(records) == expected_of(walk.exports)["purchases"]
    assert all("schema:BuyAction" in record["@type"] for record in records)
    with pytest.raises(Refused):
        _ = [record async for record in read.read(walk.acme, walk.url("journal/"))]
    refused = await walk.acme.ask("PUT", walk.url(f"{GRANTED}x.ttl"), {"Content-Type": "text/turtle"}, b"<a> <b> <c>.")
    assert refused.status == 403
    assert [a.word for a in (await walk.change("revoke", walk.acme)).answers] == ["no"] * 4
    assert await walk.statuses(GRANTED) == (403, 403, 403, 401)


async def test_letting_another_vendor_in_and_out_moves_nothing_of_the_first(walk: Walk) -> None:
    await walk.change("grant", walk.acme)
    assert await walk.statuses(GRANTED) == (200, 403, 403, 401)
    await walk.change("grant", walk.bolt)
    assert await walk.statuses(GRANTED) == (200, 200, 403, 401)
    await walk.change("grant", walk.bolt, "journal/")
    assert (await walk.statuses("journal/searches/"))[:2] == (403, 200)
    await walk.change("revoke", walk.bolt, "journal/")
    assert await walk.statuses(GRANTED) == (200, 403, 403, 401)
    await walk.change("revoke", walk.acme)
    assert await walk.statuses(GRANTED) == (403, 403, 403, 401)


async def test_the_owner_reads_and_controls_before_and_after(walk: Walk) -> None:
    for verb in ("grant", "revoke"):
        await walk.change(verb, walk.acme)
        head = await walk.sam.head(walk.url(GRANTED))
        assert set(head.headers["wac-allow"].split('"')[1].split()) == {"read", "append", "write", "control"}


async def test_a_grant_that_meets_a_second_writer_loses_nothing(walk: Walk) -> None:
    await walk.change("grant", walk.acme)
    asked = wish("grant", walk.bolt.webid, walk.url(GRANTED), ("read",))
    plan = await share.rehearse(walk.sam, asked)
    await walk.change("revoke", walk.acme)
    with pytest.raises(Conflict):
        await share.apply(walk.sam, plan)
    assert await walk.statuses(GRANTED) == (403, 403, 403, 401)


async def test_what_is_public_cannot_be_taken_from_one_vendor(walk: Walk) -> None:
    with pytest.raises(Undecided, match="public"):
        await walk.change("revoke", walk.acme, "profile/card")


async def test_each_class_stands_once_in_the_private_type_index(walk: Walk) -> None:
    body = (await walk.sam.get(walk.url("settings/privateTypeIndex.ttl"), accept="text/turtle")).body
    term = "http://www.w3.org/ns/solid/terms#instanceContainer"
    quads = ox.parse(body, format=ox.RdfFormat.TURTLE, base_iri=walk.url("settings/privateTypeIndex.ttl"))
    named = sorted(str(q.object) for q in quads if q.predicate.value == term)
    assert named == sorted(f"<{walk.url(f'journal/{name}/')}>" for name in expected_of(walk.exports))


async def test_a_survey_of_the_whole_pod_keeps_its_budget_and_has_no_blind_spot(walk: Walk) -> None:
    survey = (await look(walk.sam, walk.sam.storage)).survey
    containers = sum(place.is_container for place in survey.places)
    own = sum(place.control.own == "rules" for place in survey.places)
    assert survey.requests <= len(survey.places) + containers + own + 10
    audit = Audit(survey)
    assert audit.blind == ()
    assert audit.verdict(walk.url("journal/"), NOBODY, Mode.READ).answer.word == "no"
    assert audit.verdict(walk.url("inbox/"), Visitor(walk.acme.webid), Mode.APPEND).answer.word == "yes"


async def test_anyone_signed_in_may_leave_a_letter_and_nobody_else_reads_it(walk: Walk) -> None:
    letter = await walk.acme.ask("POST", walk.url("inbox/"), {"Content-Type": "text/turtle"}, b"<> <urn:x:p> 'hi'.")
    assert letter.status == 201
    where = letter.headers["location"]
    assert [(await pod.ask("GET", where)).status for pod in (walk.acme, walk.stranger, walk.sam)] == [403, 403, 200]
    anonymous = await walk.sam.nobody.send("POST", walk.url("inbox/"), {"Content-Type": "text/turtle"}, b"<> <a> <b>.")
    assert anonymous.status == 401
    await walk.sam.delete(where)
