"""Live updates from the real server: what is told, how soon, and what is told of the time when nobody could listen."""

from __future__ import annotations

import asyncio
import logging
import statistics
import time
from collections.abc import AsyncIterator

import httpx2
import pytest
from tests.live.conftest import HomeServer, entered
from tests.solid.harbour import PATIENCE, listening

from lifepod.errors import LifepodError, Refused
from lifepod.home.accounts import NewPod
from lifepod.names import ACL
from lifepod.solid.notify import Listening, changes
from lifepod.solid.pod import Pod

pytestmark = pytest.mark.live
ROWS = [b"<#a> <#b> <#%d>.\n" % number for number in range(30)]


class Line(httpx2.AsyncHTTPTransport):
    """The real line: what went over it, and a pair of scissors."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, str, int]] = []
        self.is_down = False
        self._open: list[httpx2.Response] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.is_down:
            raise httpx2.ConnectError("cut", request=request)
        answer = await super().handle_async_request(request)
        self.seen.append((request.method, str(request.url), answer.status_code))
        if answer.status_code == 101 or "StreamingHTTP" in str(request.url):
            self._open.append(answer)
        return answer

    async def cut(self) -> None:
        """End every socket and let none through."""
        self.is_down = True
        for answer in self._open:
            await answer.extensions["network_stream"].aclose()
        self._open.clear()

    def sent(self, method: str) -> list[str]:
        return [url for seen, url, _ in self.seen if seen == method]


@pytest.fixture(scope="module", name="account")
def _account(home_server: HomeServer) -> NewPod:
    return home_server.new_pod("notify-alice")


@pytest.fixture(name="line")
def _line() -> Line:
    return Line()


@pytest.fixture(name="pod")
async def _pod(account: NewPod, line: Line) -> AsyncIterator[Pod]:
    async with entered(account, line) as pod:
        yield pod


async def written(pod: Pod, url: str, body: bytes) -> None:
    """Put it there, whatever stands there."""
    head = await pod.ask("HEAD", url, {"Accept": "*/*"})
    await pod.put(url, body, match=head.etag)


def only(*kinds: str, line: Line | None = None, seconds: float | None = None) -> Listening:
    return Listening(kinds=kinds, transport=line, channel_seconds=seconds, first_pause=0.05, longest_pause=0.2)


@pytest.mark.parametrize("kind", ["websocket", "streaming"])
async def test_a_write_is_told_at_once(pod: Pod, kind: str) -> None:
    url = pod.url(f"notify/{kind}.ttl")
    await pod.create(url, ROWS[0])
    took = []
    async with listening(pod, url, only(kind)) as ear:
        assert await ear.stands() == kind
        for row in ROWS[1:22]:
            head = await pod.head(url)
            began = time.perf_counter()
            put = asyncio.create_task(pod.put(url, row, match=head.etag))
            change = await ear.hears()
            took.append(time.perf_counter() - began)
            await put
            assert (change.url, change.kind, change.via) == (url, "updated", kind)
            assert change.state == (await pod.head(url)).etag
            assert change.when.startswith("20")
        assert ear.told.empty()
    print(f"\n{kind}: told after {statistics.median(took) * 1000:.0f} ms (median of {len(took)})")
    assert statistics.median(took) < 0.5


@pytest.mark.parametrize("kind", ["websocket", "streaming"])
async def test_a_place_that_comes_and_goes_is_told(pod: Pod, kind: str) -> None:
    url = pod.url(f"notify/{kind}-comes.ttl")
    await pod.create(url, ROWS[0])
    async with listening(pod, url, only(kind)) as ear:
        await ear.stands()
        await pod.delete(url)
        assert (await ear.hears()).kind == "deleted"
        await pod.create(url, ROWS[0])
        assert (await ear.hears()).kind == "created"


async def test_what_does_not_exist_yet_can_be_waited_for(pod: Pod) -> None:
    url = pod.url("notify/later.ttl")
    async with listening(pod, url, only("websocket")) as ear:
        await ear.stands()
        await pod.create(url, ROWS[0])
        assert (await ear.hears()).kind == "created"


@pytest.mark.parametrize("kind", ["websocket", "streaming"])
async def test_a_container_tells_which_member_came_and_went(pod: Pod, kind: str) -> None:
    box = pod.url(f"notify/{kind}/")
    await pod.create(box)
    async with listening(pod, box, only(kind)) as ear:
        await ear.stands()
        await pod.create(box + "x.ttl", ROWS[0])
        came = await ear.hears()
        await pod.delete(box + "x.ttl")
        went = await ear.hears()
    assert (came.kind, came.url, came.container) == ("added", box + "x.ttl", box)
    assert (went.kind, went.url, went.container) == ("removed", box + "x.ttl", box)


async def test_polling_tells_the_same_later(pod: Pod) -> None:
    url, box = pod.url("notify/polled/x.ttl"), pod.url("notify/polled/")
    await pod.create(box)
    async with listening(pod, url, only("poll"), 0.2) as one, listening(pod, box, only("poll"), 0.2) as all_of_it:
        assert {await one.stands(), await all_of_it.stands()} == {"poll"}
        await pod.create(url, ROWS[0])
        assert (await one.hears()).kind == "created"
        came = await all_of_it.hears()
        assert (came.kind, came.url, came.via) == ("added", url, "poll")
        await written(pod, url, ROWS[1])
        assert (await one.hears()).kind == "updated"
        await pod.delete(url)
        assert (await one.hears()).kind == "deleted"
        assert (await all_of_it.hears()).kind == "removed"


async def test_rules_tell_no_changes_and_are_polled(pod: Pod) -> None:
    """Channels on access documents are 501."""
    url = pod.url("notify/ruled.ttl")
    await pod.create(url, ROWS[0])
    control = (await pod.head(url)).link("acl")
    assert control is not None
    async with listening(pod, control, Listening(), 0.2) as ear:
        assert await ear.stands() in ("poll", "streaming")
        await pod.write(control, rules(pod, url), match=None)
        assert (await ear.hears()).kind == "created"


@pytest.mark.parametrize("kind", ["websocket", "streaming"])
async def test_what_happens_while_the_line_is_cut_is_told_once(
    account: NewPod, pod: Pod, line: Line, kind: str
) -> None:
    url = pod.url(f"notify/cut-{kind}.ttl")
    await pod.create(url, ROWS[0])
    async with entered(account) as elsewhere, listening(pod, url, only(kind, line=line)) as ear:
        await ear.stands()
        await line.cut()
        await written(elsewhere, url, ROWS[1])
        line.is_down = False
        missed = await ear.hears()
        assert (missed.kind, missed.via) == ("updated", "poll")
        assert missed.state == (await elsewhere.head(url)).etag
        assert await ear.stands() == kind
        await written(elsewhere, url, ROWS[2])
        next_one = await ear.hears()
    assert (next_one.kind, next_one.via) == ("updated", kind)


async def test_members_that_came_and_went_meanwhile_are_told_by_name(account: NewPod, pod: Pod, line: Line) -> None:
    box = pod.url("notify/cut/")
    await pod.create(box + "old.ttl", ROWS[0])
    async with entered(account) as elsewhere, listening(pod, box, only("websocket", line=line)) as ear:
        await ear.stands()
        await line.cut()
        await elsewhere.create(box + "new.ttl", ROWS[0])
        await elsewhere.delete(box + "old.ttl")
        line.is_down = False
        told = {(change.kind, change.url) for change in (await ear.hears(), await ear.hears())}
    assert told == {("added", box + "new.ttl"), ("removed", box + "old.ttl")}


async def test_a_place_that_went_meanwhile_is_told_and_still_listened_to(account: NewPod, pod: Pod, line: Line) -> None:
    url = pod.url("notify/cut-gone.ttl")
    await pod.create(url, ROWS[0])
    async with entered(account) as elsewhere, listening(pod, url, only("websocket", line=line)) as ear:
        await ear.stands()
        await line.cut()
        await elsewhere.delete(url)
        line.is_down = False
        assert (await ear.hears()).kind == "deleted"
        await ear.stands()
        await elsewhere.create(url, ROWS[0])
        assert (await ear.hears()).kind == "created"


async def test_a_subscription_is_made_anew_before_it_ends_and_the_old_one_is_ended(pod: Pod, line: Line) -> None:
    url = pod.url("notify/renewed.ttl")
    await pod.create(url, ROWS[0])
    async with listening(pod, url, only("websocket", line=line, seconds=10.0)) as ear:
        await ear.stands()
        began = time.monotonic()
        await ear.stands()
        assert time.monotonic() - began < 10.0
        await written(pod, url, ROWS[1])
        change = await ear.hears()
        assert (change.kind, change.via) == ("updated", "websocket")
        assert len([url for url in line.sent("POST") if url.endswith("/WebSocketChannel2023/")]) >= 2
        assert len(line.sent("DELETE")) >= 1


async def test_closing_ends_the_channel_on_the_server_and_its_address_is_in_no_log(
    pod: Pod, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    url = pod.url("notify/closed.ttl")
    await pod.create(url, ROWS[0])
    with caplog.at_level(logging.DEBUG):
        async with listening(pod, url, only("websocket", line=line)) as ear:
            await ear.stands()
    (channel,) = line.sent("DELETE")
    assert ("DELETE", channel, 205) in line.seen
    assert (await pod.nobody.send("DELETE", channel)).status == 404
    secret = channel.rsplit("/", 1)[1]
    assert secret not in caplog.text.replace(f'HTTP Request: DELETE {channel} "HTTP/1.1 404', "")
    assert "WebSocketChannel2023" in caplog.text  # the log was listened to


async def test_a_channel_outlives_the_right_to_it_and_no_new_one_is_given(home_server: HomeServer, pod: Pod) -> None:
    """S12: pinned, so that we notice the day when an open channel no longer tells."""
    url, reader = pod.url("notify/revoked.ttl"), home_server.new_pod("notify-reader")
    await pod.create(url, ROWS[0])
    control = (await pod.head(url)).link("acl")
    assert control is not None
    await pod.write(control, rules(pod, url, reader.webid), match=None)
    async with entered(reader) as guest, listening(guest, url, only("websocket")) as ear:
        await ear.stands()
        await written(pod, control, rules(pod, url))
        with pytest.raises(Refused):
            await guest.get(url)
        await written(pod, url, ROWS[1])
        change = await ear.hears()
        assert (change.kind, change.via) == ("updated", "websocket")
        with pytest.raises(Refused):
            await anext(changes(guest, url))


async def test_a_listener_hears_of_the_revocation_when_its_channel_must_be_made_anew(
    home_server: HomeServer, pod: Pod
) -> None:
    url, reader = pod.url("notify/revoked-later.ttl"), home_server.new_pod("notify-reader-2")
    await pod.create(url, ROWS[0])
    control = (await pod.head(url)).link("acl")
    assert control is not None
    await pod.write(control, rules(pod, url, reader.webid), match=None)
    line, stands = Line(), asyncio.Event()
    async with entered(reader) as guest:
        told = changes(guest, url, ready=lambda _: stands.set(), how=only("websocket", "poll", line=line))
        waiting = asyncio.ensure_future(anext(told))
        await asyncio.wait_for(stands.wait(), PATIENCE)
        await written(pod, control, rules(pod, url))
        await line.cut()
        with pytest.raises(LifepodError) as stop:
            await asyncio.wait_for(waiting, PATIENCE)
    assert isinstance(stop.value, Refused)


def rules(pod: Pod, url: str, reader: str = "") -> bytes:
    """An access document of the place's own: the owner's, and a reader's."""
    modes = ", ".join(f"<{ACL}{mode}>" for mode in ("Read", "Write", "Control"))
    own = f"<#own> a <{ACL}Authorization>; <{ACL}agent> <{pod.webid}>; <{ACL}accessTo> <{url}>; <{ACL}mode> {modes}.\n"
    read = f"<#r> a <{ACL}Authorization>; <{ACL}agent> <{reader}>; <{ACL}accessTo> <{url}>; <{ACL}mode> <{ACL}Read>.\n"
    return (own + (read if reader else "")).encode()
