"""The index: what is asked of the pod, what is answered from disk, and what may never be left in it."""

from __future__ import annotations

import asyncio
import json
import stat
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.solid.visits import login, sent, visit

from lifepod.errors import LifepodError, Malformed, Missing, NotReady, NotSignedIn, Refused, TooBig, Unreachable
from lifepod.limits import LIMITS, Limits
from lifepod.rdf.sparql import Answer, Rows, Stop
from lifepod.solid.asking import ask_document, in_time
from lifepod.solid.dirs import cache_dir
from lifepod.solid.index import Index, Refreshed, forget
from lifepod.solid.login import sign_in
from lifepod.solid.pod import Pod
from lifepod.solid.send import Sender

BOB = "https://bob.example/card#me"
ALL = "SELECT ?o { ?s <urn:p> ?o }"


@pytest.fixture(name="double")
def _double() -> PodDouble:
    double = PodDouble()
    for n, path in enumerate(("w/a.ttl", "w/b.ttl", "w/sub/c.ttl", "w/sub/deep/d.ttl")):
        double.put(path, f"<#it> <urn:p> {n} .")
    double.put("w/photo.jpg", b"\xff\xd8\xff", "image/jpeg")
    double.put("elsewhere.ttl", "<#it> <urn:p> 99 .")
    return double


class Dated(httpx2.AsyncBaseTransport):
    """The double as a server with a clock, a minute after its last change; or as one without version tags."""

    def __init__(self, double: PodDouble, *, tags: bool = True) -> None:
        self.double, self.tags = double, tags

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        answer = await self.double(request)
        now = datetime.fromtimestamp(self.double.shelf.tick() / 1000, UTC) + timedelta(minutes=1)
        answer.headers["Date"] = format_datetime(now, usegmt=True)
        if "last-modified" in answer.headers:
            when = datetime.fromisoformat(answer.headers["last-modified"])
            answer.headers["Last-Modified"] = format_datetime(when, usegmt=True)
        if not self.tags:
            answer.headers.pop("etag", None)
        return answer


@asynccontextmanager
async def indexed(
    double: PodDouble, webid: str = "", limits: Limits = LIMITS, tags: bool = True
) -> AsyncIterator[tuple[Index, Pod]]:
    """Someone in the pod, with the index of what lies below ``w/``."""
    line = Dated(double, tags=tags)
    double.ldp.versions = tags
    client = await sign_in(login(double, webid), transport=line, limits=limits)
    nobody = Sender.anonymous(double.base, line, limits)
    who = webid or double.owner
    pod = Pod(Sender(client, limits), nobody=nobody, webid=who, storage=double.base, limits=limits)
    async with pod, Index(pod.storage, pod.webid, pod.url("w/"), limits=limits) as index:
        double.requests.clear()
        yield index, pod


async def values(index: Index, text: str = ALL) -> list[str]:
    return column(await index.ask(text))


def column(found: Answer) -> list[str]:
    assert isinstance(found, Rows)
    return sorted(row[0].value for row in found.rows if row[0])


def counts(done: Refreshed) -> tuple[int, int, int, int]:
    return done.read, done.unchanged, done.gone, done.skipped


# Comparing


async def test_everything_below_its_place_is_read_and_answered(double: PodDouble) -> None:
    async with indexed(double) as (index, pod):
        assert await values(index) == []
        assert index.refreshed_at == ""
        done = await index.refresh(pod)
        assert done == Refreshed(4, 0, 0, 1, ())
        assert index.size == 4
        assert index.refreshed_at.endswith("+00:00")
        assert await values(index) == ["0", "1", "2", "3"]
        assert await values(index, "SELECT ?g { GRAPH ?g { ?s <urn:p> 2 } }") == [double.url("w/sub/c.ttl")]
        assert await values(index, "SELECT ?o FROM <sub/c.ttl> { ?s ?p ?o }") == ["2"]


async def test_what_has_not_changed_is_asked_for_by_its_version_and_not_sent(double: PodDouble) -> None:
    async with indexed(double) as (index, pod):
        await index.refresh(pod)
    async with indexed(double) as (index, pod):
        done = await index.refresh(pod)
        assert counts(done) == (0, 4, 0, 1)
        assert len(double.requests) == 3 + 5
        assert all("if-none-match" in seen.headers for seen in sent(double, "GET"))
        assert await values(index) == ["0", "1", "2", "3"]


async def test_what_was_changed_added_and_deleted_is_found(double: PodDouble) -> None:
    async with indexed(double) as (index, pod):
        await index.refresh(pod)
        double.put("w/a.ttl", "<#it> <urn:p> 10 .")
        double.put("w/new/e.ttl", "<#it> <urn:p> 11 .")
        double.shelf.delete(double.url("w/b.ttl"))
        assert counts(await index.refresh(pod)) == (2, 2, 1, 1)
        assert await values(index) == ["10", "11", "2", "3"]
        for path in ("w/sub/deep/d.ttl", "w/sub/deep/", "w/sub/c.ttl", "w/sub/"):
            double.shelf.delete(double.url(path))
        assert counts(await index.refresh(pod)) == (0, 2, 2, 1)
        assert await values(index) == ["10", "11"]


async def test_without_version_tags_documents_are_read_again_and_compared(double: PodDouble) -> None:
    async with indexed(double, tags=False) as (index, pod):
        await index.refresh(pod)
        double.put("w/a.ttl", "<#it> <urn:p> 10 .")
        assert counts(await index.refresh(pod)) == (1, 3, 0, 1)
        assert not any("if-none-match" in seen.headers for seen in double.requests)
        assert await values(index) == ["1", "10", "2", "3"]


async def test_one_part_or_one_document_can_be_compared_alone(double: PodDouble) -> None:
    async with indexed(double) as (index, pod):
        assert (await index.refresh(pod, double.url("w/sub/"))).read == 2
        assert await values(index) == ["2", "3"]
        double.put("w/a.ttl2", "<#it> <urn:p> 4 .")
        assert (await index.refresh(pod, double.url("w/a.ttl2"))).read == 1
        assert (await index.refresh(pod, double.url("w/a.ttl"))).read == 1
        assert await values(index) == ["0", "2", "3", "4"]
        assert index.refreshed_at == ""
        double.shelf.delete(double.url("w/a.ttl"))
        assert (await index.refresh(pod, double.url("w/a.ttl"))).gone == 1
        assert await values(index) == ["2", "3", "4"]
        for beyond in ("elsewhere.ttl", "", "w-not/"):
            with pytest.raises(Malformed):
                await index.refresh(pod, double.url(beyond))


async def test_json_ld_is_read_too(double: PodDouble) -> None:
    double.put("w/j.jsonld", b'{"@id": "#it", "urn:p": "json"}', "application/ld+json")
    async with indexed(double) as (index, pod):
        await index.refresh(pod)
        assert "json" in await values(index)


async def test_progress_is_told(double: PodDouble) -> None:
    told: list[tuple[str, int, int]] = []
    async with indexed(double) as (index, pod):
        await index.refresh(pod, tell=lambda doing, done, total: told.append((doing, done, total)))
    assert told[:3] == [("listing", n, 0) for n in (1, 2, 3)]
    assert told[3:] == [("reading", n, 5) for n in (1, 2, 3, 4, 5)]


# What cannot be read


@pytest.mark.parametrize(
    ("answer", "family", "kept"),
    [
        (403, Refused, False),
        (401, NotSignedIn, False),
        (500, Unreachable, True),
        (faults.busy(503, "3000"), Unreachable, True),
        (faults.Hang(), Unreachable, True),
        (faults.not_turtle(), Malformed, False),
        (faults.oversized(5000), TooBig, False),
    ],
)
async def test_what_cannot_be_read_is_told_and_kept_only_if_it_may_still_be_so(
    double: PodDouble, answer: faults.Answer, family: type[LifepodError], kept: bool
) -> None:
    limits = Limits(request_seconds=0.5, document_bytes=4000, retries=0)
    async with indexed(double, limits=limits) as (index, pod):
        await index.refresh(pod)
        double.script("GET", "w/a.ttl", answer, None)
        done = await index.refresh(pod)
        (unread,) = done.unreadable
        assert (unread.url, type(unread.failure), unread.kept) == (double.url("w/a.ttl"), family, kept)
        assert counts(done) == (0, 3, 0, 1)
        assert await values(index) == (["0"] if kept else []) + ["1", "2", "3"]


@pytest.mark.parametrize(("answer", "kept"), [(403, False), (404, False), (500, True), (faults.page(), True)])
async def test_a_container_that_cannot_be_listed_is_told_with_all_below(
    double: PodDouble, answer: faults.Answer, kept: bool
) -> None:
    async with indexed(double, limits=Limits(retries=0)) as (index, pod):
        await index.refresh(pod)
        double.script("GET", "w/sub/", answer, None)
        done = await index.refresh(pod)
        assert [(one.url, one.kept) for one in done.unreadable] == [(double.url("w/sub/"), kept)]
        assert await values(index) == (["0", "1", "2", "3"] if kept else ["0", "1"])
        assert done.gone == 0


@pytest.mark.parametrize(
    ("answer", "family", "left"),
    [
        (403, Refused, []),
        (404, Missing, []),
        (401, NotSignedIn, ["0", "1", "2", "3"]),
        (500, Unreachable, ["0", "1", "2", "3"]),
    ],
)
async def test_a_beginning_that_cannot_be_listed_is_an_error(
    double: PodDouble, answer: faults.Answer, family: type[LifepodError], left: list[str]
) -> None:
    async with indexed(double, limits=Limits(retries=0)) as (index, pod):
        await index.refresh(pod)
        double.script("GET", "w/", answer, None)
        with pytest.raises(family):
            await index.refresh(pod)
        assert await values(index) == left


async def test_a_walk_that_reaches_its_bounds_says_so(double: PodDouble) -> None:
    async with indexed(double, limits=Limits(walk_depth=1)) as (index, pod):
        done = await index.refresh(pod)
        (unread,) = done.unreadable
        assert (unread.url, type(unread.failure)) == (double.url("w/sub/"), TooBig)
        assert await values(index) == ["0", "1", "2"]


async def test_a_document_that_is_no_data_any_longer_is_dropped(double: PodDouble) -> None:
    async with indexed(double) as (index, pod):
        await index.refresh(pod)
        double.put("w/a.ttl", b"<p>hello</p>", "text/html")
        assert counts(await index.refresh(pod)) == (0, 3, 0, 2)
        assert await values(index) == ["1", "2", "3"]


# Whose it is


async def test_nobody_is_answered_from_what_another_login_read(double: PodDouble) -> None:
    double.acl("w/sub/", double.owner_rule("w/sub/"))
    double.acl("w/", double.owner_rule("w/") + f"<#bob> a acl:Authorization; acl:agent <{BOB}>; acl:accessTo <./>; "
               "acl:default <./>; acl:mode acl:Read.")  # fmt: skip
    async with indexed(double) as (index, pod):
        await index.refresh(pod)
        assert len(await values(index)) == 4
    async with indexed(double, BOB) as (index, pod):
        assert await values(index) == []
        done = await index.refresh(pod)
        assert [(one.url, type(one.failure)) for one in done.unreadable] == [(double.url("w/sub/"), Refused)]
        assert await values(index) == ["0", "1"]


async def test_an_index_is_never_filled_through_another_login(double: PodDouble) -> None:
    async with indexed(double) as (index, _), visit(double, BOB) as other:
        with pytest.raises(Malformed, match="another login"):
            await index.refresh(other)


def files() -> list[Path]:
    return sorted((cache_dir() / "index").rglob("*"))


async def test_only_its_owner_can_read_it(double: PodDouble) -> None:
    async with indexed(double) as (index, pod):
        await index.refresh(pod)
    assert len(files()) > 8
    for path in [cache_dir() / "index", *files()]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


async def test_it_can_be_forgotten_and_is_made_anew(double: PodDouble) -> None:
    async with indexed(double) as (index, pod):
        await index.refresh(pod)
    assert forget(double.base, double.owner)
    assert not [path for path in files() if path.is_file()]
    assert not forget(double.base, double.owner)
    async with indexed(double) as (index, pod):
        assert await values(index) == []
        assert (await index.refresh(pod)).read == 4


async def test_a_folder_that_leads_elsewhere_is_not_used(double: PodDouble, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (cache_dir() / "index").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotReady):
        async with indexed(double):
            pass
    assert list((tmp_path / "elsewhere").iterdir()) == []


# Damage


def nonsense(pattern: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        for path in folder.glob(pattern):
            path.write_bytes(b"nonsense" * 300)

    return spoil


def other_format(folder: Path) -> None:
    text = (folder / "known").read_text().replace('"format": 1', '"format": 0')
    (folder / "known").write_text(text)


def other_login(folder: Path) -> None:
    (folder / "known").write_text((folder / "known").read_text().replace("alice", "mallory"))


def lost(folder: Path) -> None:
    (folder / "known").unlink()


def garbled(folder: Path) -> None:
    lines = (folder / "known").read_text().split("\n")
    (folder / "known").write_text("\n".join([*lines[:2], '["u"]', *lines[2:]]))


@pytest.mark.parametrize(
    "spoil", [nonsense("quads/CURRENT"), nonsense("quads/MANIFEST-*"), nonsense("quads/*.sst"), nonsense("known"),
              other_format, other_login, lost, garbled]
)  # fmt: skip
async def test_a_damaged_or_foreign_index_is_made_anew(double: PodDouble, spoil: Callable[[Path], None]) -> None:
    async with indexed(double) as (index, pod):
        await index.refresh(pod)
    (known,) = [path for path in files() if path.name == "known"]
    spoil(known.parent)
    async with indexed(double) as (index, pod):
        done = await index.refresh(pod)
        assert done.read + done.unchanged == 4
        assert await values(index) == ["0", "1", "2", "3"]


async def test_a_line_that_was_cut_off_costs_one_reading(double: PodDouble) -> None:
    async with indexed(double) as (index, pod):
        await index.refresh(pod)
    (known,) = [path for path in files() if path.name == "known"]
    lines = known.read_text().rstrip("\n").split("\n")
    documents = [line for line in lines if "digest" in line]
    rest = [line for line in lines if line not in documents]
    known.write_text("\n".join([*rest, *documents])[:-9])
    async with indexed(double) as (index, pod):
        assert (await index.refresh(pod)).read + (await index.refresh(pod)).read <= 1
        assert len(await values(index)) == 4
    assert all(json.loads(line) for line in known.read_text().splitlines())


async def test_a_refresh_that_is_cut_off_leaves_nothing_that_is_wrong(double: PodDouble) -> None:
    started = asyncio.Event()

    def tell(doing: str, done: int, total: int) -> None:
        if (doing, done) == ("reading", 3):
            started.set()

    async with indexed(double) as (index, pod):
        await index.refresh(pod)
        for n, path in enumerate(("w/a.ttl", "w/b.ttl", "w/sub/c.ttl", "w/sub/deep/d.ttl")):
            double.put(path, f"<#it> <urn:p> {n + 20} .")
        task = asyncio.create_task(index.refresh(pod, tell=tell))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await index.refresh(pod)
        assert await values(index) == ["20", "21", "22", "23"]


async def test_one_that_is_deleted_while_it_is_in_use_is_made_anew(double: PodDouble) -> None:
    async with indexed(double) as (index, pod):
        await index.refresh(pod)
        forget(double.base, double.owner)
        double.put("w/a.ttl", "<#it> <urn:p> 10 .")
        assert (await index.refresh(pod)).read == 4
        assert await values(index) == ["1", "10", "2", "3"]


async def test_a_second_process_waits_and_is_told(double: PodDouble) -> None:
    async with indexed(double) as (index, pod):
        second = Index(pod.storage, pod.webid, index.root, patience=0.0)
        with pytest.raises(NotReady, match="Another lifepod"):
            await second.__aenter__()
        other_place = Index(pod.storage, pod.webid, index.root + "sub/", patience=0.0)
        async with other_place:
            assert await values(other_place) == []
        waiting = asyncio.create_task(Index(pod.storage, pod.webid, index.root, patience=30.0).__aenter__())
        await asyncio.sleep(0)
        assert not waiting.done()
    opened = await waiting
    assert await values(opened) == []
    await opened.__aexit__(None, None, None)


# Asking


async def test_one_resource_is_asked_without_an_index(double: PodDouble) -> None:
    async with visit(double) as pod:
        document = await pod.read(double.url("w/a.ttl"))
        assert column(await ask_document(document, "SELECT ?o { <#it> <urn:p> ?o }")) == ["0"]
        with pytest.raises(Malformed):
            await ask_document(document, "SELECT")
    assert files() == []


async def test_a_query_that_takes_too_long_is_given_up(double: PodDouble) -> None:
    seen = threading.Event()
    ended = threading.Event()

    def endless(stop: Stop) -> Answer:
        seen.set()
        while not stop():
            pass
        ended.set()
        return True

    with pytest.raises(TooBig, match="0 seconds"):
        await in_time(endless, Limits(query_seconds=0.05))
    assert seen.is_set()
    assert ended.wait(10)


async def test_a_query_that_finds_the_index_damaged_empties_it(double: PodDouble) -> None:
    async with indexed(double) as (index, pod):
        await index.refresh(pod)
        for path in files():
            if path.suffix == ".sst":
                path.write_bytes(b"")
        with pytest.raises(NotReady) as caught:
            await values(index)
        assert "again" in caught.value.advice
        assert await values(index) == []
        assert (await index.refresh(pod)).read == 4
