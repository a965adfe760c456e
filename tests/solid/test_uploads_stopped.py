"""Uploads that are stopped on the way, on a server that writes in place: no half file stays under a name in silence."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx2
import pytest
from tests.double.pod_double import PodDouble
from tests.solid.visits import sent, visit

from lifepod.errors import Unconfirmed
from lifepod.solid import shipping
from lifepod.solid.pod import Pod

WHOLE = bytes(range(256)) * 2000
SMALL = b"a few words"


class InPlace(PodDouble):
    """Writes what has come so far under the name of a file, and hangs; tells lengths and times as real servers do."""

    def __init__(self, keeps: int) -> None:
        super().__init__()
        self.keeps, self.age, self.reached = keeps, 0.0, asyncio.Event()

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "PUT" and request.url.path.endswith(".bin"):
            await request.aread()
            if self.keeps >= 0:
                self.put(str(request.url), request.content[: self.keeps], "application/octet-stream")
            self.reached.set()
            await asyncio.Event().wait()
        answer = await super().__call__(request)
        body = self.body(str(request.url)) if request.method == "HEAD" and answer.status_code == 200 else None
        if body is not None:
            now = datetime.now(UTC)
            answer.headers["Content-Length"] = str(len(body))
            answer.headers["Date"] = format_datetime(now, usegmt=True)
            answer.headers["Last-Modified"] = format_datetime(now - timedelta(seconds=self.age), usegmt=True)
        return answer


async def stopped(double: InPlace, work: Callable[[Pod], Awaitable[object]]) -> BaseException:
    """What comes out of work that is stopped when the server has begun to write."""
    async with visit(double) as pod:
        task = asyncio.ensure_future(work(pod))
        await asyncio.wait_for(double.reached.wait(), 10)
        task.cancel()
        (end,) = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(end, BaseException)
        return end


@pytest.mark.parametrize(("data", "keeps"), [(WHOLE, 300_000), (WHOLE, 0), (SMALL, 3)])
async def test_half_a_new_file_is_taken_away_again(data: bytes, keeps: int) -> None:
    double = InPlace(keeps)
    end = await stopped(double, lambda pod: pod.upload(io.BytesIO(data), double.url("new.bin")))
    assert isinstance(end, asyncio.CancelledError)
    assert double.body("new.bin") is None
    (gone,) = sent(double, "DELETE")
    assert gone.headers["if-match"]


@pytest.mark.parametrize("keeps", [-1, len(WHOLE)])
async def test_a_new_file_that_is_whole_or_was_not_begun_needs_nothing(keeps: int) -> None:
    double = InPlace(keeps)
    end = await stopped(double, lambda pod: pod.upload(io.BytesIO(WHOLE), double.url("new.bin")))
    assert isinstance(end, asyncio.CancelledError)
    assert double.body("new.bin") == (None if keeps < 0 else WHOLE)
    assert sent(double, "DELETE") == []


@pytest.mark.parametrize(("theirs", "age"), [(b"theirs", 0.0), (WHOLE[:1000], 3600.0)])
async def test_a_file_that_is_not_ours_is_not_taken_away(theirs: bytes, age: float) -> None:
    """It stood there before we began, or somebody else has just made it: a server would have answered 412."""
    double = InPlace(-1)
    double.put("there.bin", theirs, "application/octet-stream")
    double.age = age
    await stopped(double, lambda pod: pod.upload(io.BytesIO(WHOLE), double.url("there.bin")))
    assert double.body("there.bin") == theirs


async def test_what_was_being_replaced_is_named_as_perhaps_half() -> None:
    double = InPlace(1000)
    double.put("old.bin", b"old", "application/octet-stream")

    async def replace(pod: Pod) -> None:
        tag = (await pod.head(double.url("old.bin"))).etag
        await pod.upload(io.BytesIO(WHOLE), double.url("old.bin"), match=tag)

    end = await stopped(double, replace)
    assert isinstance(end, Unconfirmed)
    assert "old.bin" in str(end)
    assert "half" in str(end)
    assert sent(double, "DELETE") == []


async def test_a_copy_of_a_folder_that_is_stopped_names_what_may_be_half(tmp_path: Path) -> None:
    double = InPlace(1000)
    double.put("up/old.bin", b"old", "application/octet-stream")
    (tmp_path / "old.bin").write_bytes(WHOLE)

    async def ship(pod: Pod) -> None:
        plan = await shipping.plan_upload(pod, tmp_path, double.url("up/"))
        await shipping.ship(pod, plan, lambda *words: None, overwrite=True)

    end = await stopped(double, ship)
    assert isinstance(end, Unconfirmed)
    assert "old.bin" in str(end)


async def test_half_a_copy_inside_the_pod_is_taken_away_again() -> None:
    double = InPlace(1000)
    double.put("from.bin", WHOLE, "application/octet-stream")

    async def copy(pod: Pod) -> None:
        await pod.copy(await pod.plan_copy(double.url("from.bin"), double.url("to.bin")))

    end = await stopped(double, copy)
    assert isinstance(end, asyncio.CancelledError)
    assert double.body("to.bin") is None
    assert double.body("from.bin") == WHOLE
