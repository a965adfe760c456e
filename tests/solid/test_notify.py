"""One iterator over every channel: what is told once, what is never lost, and what a hostile server gets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.solid.harbour import SECRET, Harbour, Wire, listening, message, offer_sockets
from tests.solid.visits import sent, visit

from lifepod.errors import LifepodError, Malformed, NotSignedIn, Refused, Unreachable
from lifepod.solid.notify import Listening, Notification, changes, look
from lifepod.solid.sockets import FLOOD_BYTES, MESSAGE_BYTES

NOTE = "notes/x.ttl"
STRANGER = "https://stranger.example/card#me"


@pytest.fixture(name="double")
def _double() -> PodDouble:
    double = PodDouble()
    double.put(NOTE, "<#a> <#b> <#0>.")
    return double


@pytest.fixture(name="harbour")
def _harbour() -> Harbour:
    return Harbour()


def changed(double: PodDouble, number: int) -> None:
    """Somebody writes."""
    double.put(NOTE, f"<#a> <#b> <#{number}>.")


# WebSocketChannel2023


async def test_a_message_is_told_with_its_channel(double: PodDouble, harbour: Harbour) -> None:
    offer_sockets(double, NOTE)
    async with visit(double) as pod, listening(pod, NOTE, harbour.how()) as ear:
        assert await ear.stands() == "websocket"
        (await harbour.wire()).says(message(double.url(NOTE), state='"9"', published="now"))
        assert await ear.hears() == Notification(double.url(NOTE), "updated", "now", '"9"', "websocket")


async def test_no_login_goes_to_a_socket(double: PodDouble, harbour: Harbour) -> None:
    offer_sockets(double, NOTE)
    async with visit(double) as pod, listening(pod, NOTE, harbour.how()) as ear:
        await ear.stands()
    (request,) = harbour.asked
    assert str(request.url) == f"wss://pod.example/.notifications/{SECRET}"
    assert not {"authorization", "dpop", "cookie"} & {name.lower() for name in request.headers}


async def test_closing_says_goodbye_to_the_socket_and_to_the_server(double: PodDouble, harbour: Harbour) -> None:
    offer_sockets(double, NOTE)
    async with visit(double) as pod:
        async with listening(pod, NOTE, harbour.how()) as ear:
            await ear.stands()
        assert (await harbour.wire()).closed.is_set()
        assert [seen.url for seen in sent(double, "DELETE")] == [
            f"https://pod.example/.notifications/WebSocketChannel2023/{SECRET}"
        ]


@pytest.mark.parametrize("answer", [403, 404, 500, faults.dropped(), faults.refused_connection()])
async def test_a_server_that_does_not_let_a_channel_end_does_not_hold_us_up(
    double: PodDouble, harbour: Harbour, answer: faults.Answer
) -> None:
    double.script("DELETE", f"https://pod.example/.notifications/WebSocketChannel2023/{SECRET}", answer, None)
    offer_sockets(double, NOTE)
    async with visit(double) as pod:
        async with listening(pod, NOTE, harbour.how()) as ear:
            await ear.stands()
        assert len(sent(double, "DELETE")) == 1


@pytest.mark.parametrize(
    "address",
    [f"wss://evil.example/{SECRET}", f"ws://pod.example/{SECRET}", f"wss://pod.example:1/{SECRET}", "nowhere"],
)
async def test_a_socket_elsewhere_is_never_opened(double: PodDouble, harbour: Harbour, address: str) -> None:
    offer_sockets(double, NOTE, receive_from=address)
    async with visit(double) as pod:
        async with listening(pod, NOTE, harbour.how()) as ear:
            assert await ear.stands() == "poll"
        with pytest.raises(Malformed) as stop:
            await anext(changes(pod, NOTE, how=harbour.how("websocket")))
    assert not harbour.asked and SECRET not in str(stop.value)


async def test_no_subscription_goes_to_another_server(double: PodDouble, harbour: Harbour) -> None:
    offer_sockets(double, NOTE, service="https://evil.example/ws/")
    async with visit(double) as pod, listening(pod, NOTE, harbour.how()) as ear:
        assert await ear.stands() == "poll"
    assert not [seen for seen in double.requests if "evil" in seen.url]


@pytest.mark.parametrize("status", [400, 404, 405, 415, 422, 500, 501, 503])
async def test_a_refused_subscription_means_a_lesser_channel(double: PodDouble, harbour: Harbour, status: int) -> None:
    double.script("POST", "https://pod.example/.notifications/WebSocketChannel2023/", status, None)
    offer_sockets(double, NOTE)
    async with visit(double) as pod, listening(pod, NOTE, harbour.how(), 0.01) as ear:
        assert await ear.stands() == "poll"
        changed(double, 1)
        assert (await ear.hears()).via == "poll"


async def test_a_channel_that_has_ended_before_it_began_gives_way_to_polling(
    double: PodDouble, harbour: Harbour
) -> None:
    offer_sockets(double, NOTE, end_at="2026-11-25T11:00:00Z")
    async with visit(double) as pod, listening(pod, NOTE, harbour.how()) as ear:
        assert await ear.stands() == "poll"


async def test_a_channel_is_made_anew_before_it_ends_by_the_servers_clock(double: PodDouble, harbour: Harbour) -> None:
    offer_sockets(double, NOTE, end_at="2026-11-25T12:00:01.500Z")
    async with visit(double) as pod, listening(pod, NOTE, harbour.how("websocket")) as ear:
        await ear.stands()
        old = await harbour.wire()
        await ear.stands()
        assert old.closed.is_set() and len(sent(double, "DELETE")) == 1
        (await harbour.wire()).says(message(double.url(NOTE)))
        assert (await ear.hears()).via == "websocket"


async def test_what_happens_while_a_socket_is_cut_is_told(double: PodDouble, harbour: Harbour) -> None:
    offer_sockets(double, NOTE)
    async with visit(double) as pod, listening(pod, NOTE, harbour.how()) as ear:
        await ear.stands()
        changed(double, 1)
        (await harbour.wire()).cut()
        change = await ear.hears()
        assert (change.kind, change.via) == ("updated", "poll")
        assert await ear.stands() == "websocket"
        (await harbour.wire()).cut()
        await ear.stands()
    assert ear.told.empty()


def tag_of(double: PodDouble) -> str:
    return double.shelf.things[double.url(NOTE)].etag


async def test_a_gap_right_after_a_message_cannot_be_told_and_that_is_told(double: PodDouble, harbour: Harbour) -> None:
    """Two changes within a second may carry one tag."""
    offer_sockets(double, NOTE)
    async with visit(double) as pod, listening(pod, NOTE, harbour.how()) as ear:
        await ear.stands()
        wire = await harbour.wire()
        changed(double, 1)
        wire.says(message(double.url(NOTE), state=tag_of(double)))
        assert (await ear.hears()).via == "websocket"
        wire.cut()
        change = await ear.hears()
    assert (change.kind, change.via, change.state) == ("unknown", "poll", tag_of(double))


async def test_after_a_message_the_place_is_looked_at_so_that_a_gap_without_a_change_tells_nothing(
    double: PodDouble, harbour: Harbour
) -> None:
    offer_sockets(double, NOTE)
    async with (
        visit(double) as pod,
        listening(pod, NOTE, replace(harbour.how(), settle_seconds=0.01)) as ear,
    ):
        await ear.stands()
        wire = await harbour.wire()
        changed(double, 1)
        wire.says(message(double.url(NOTE), state=tag_of(double)))
        await ear.hears()
        looks = len(sent(double, "GET"))
        while len(sent(double, "GET")) < looks + 2:
            await asyncio.sleep(0)
        wire.cut()
        await ear.stands()
    assert ear.told.empty()


async def test_a_change_that_no_message_told_is_found_and_the_channel_made_anew(
    double: PodDouble, harbour: Harbour
) -> None:
    offer_sockets(double, NOTE)
    async with visit(double) as pod, listening(pod, NOTE, harbour.how(), 0.01) as ear:
        await ear.stands()
        changed(double, 1)
        change = await ear.hears()
        assert (change.kind, change.via) == ("updated", "poll")
        assert await ear.stands() == "websocket"


async def test_one_message_that_comes_twice_is_told_once(double: PodDouble, harbour: Harbour) -> None:
    offer_sockets(double, NOTE)
    url = double.url(NOTE)
    async with visit(double) as pod, listening(pod, NOTE, harbour.how()) as ear:
        await ear.stands()
        one, two = message(url, name="urn:1", state='"1"'), message(url, name="urn:2", state='"2"')
        (await harbour.wire()).says(one, one, two)
        assert [(await ear.hears()).state, (await ear.hears()).state] == ['"1"', '"2"']


@pytest.mark.parametrize(
    "text", ["", "what?", "[" * 60_000, '{"type": "Like"}', "Notification channel has expired", "9" * 60_000]
)
async def test_a_message_that_cannot_be_read_makes_us_look(double: PodDouble, harbour: Harbour, text: str) -> None:
    offer_sockets(double, NOTE)
    async with visit(double) as pod, listening(pod, NOTE, harbour.how()) as ear:
        await ear.stands()
        wire = await harbour.wire()
        changed(double, 1)
        wire.says(text)
        assert (await ear.hears()).kind == "updated"


async def test_messages_about_other_places_are_not_told(double: PodDouble, harbour: Harbour) -> None:
    offer_sockets(double, NOTE)
    url = double.url(NOTE)
    async with visit(double) as pod, listening(pod, NOTE, harbour.how()) as ear:
        await ear.stands()
        others = [message(other) for other in ("https://evil.example/x", url + "2", double.url("notes/"), "x.ttl")]
        (await harbour.wire()).says(*others, message(url, name="last"))
        assert (await ear.hears()).url == url
    assert ear.told.empty()


async def test_a_consumer_that_is_slow_hears_that_it_missed_something(double: PodDouble, harbour: Harbour) -> None:
    offer_sockets(double, NOTE)
    url, told = double.url(NOTE), []
    async with visit(double) as pod:
        listener = changes(pod, NOTE, how=harbour.how(held=10))
        first = asyncio.ensure_future(anext(listener))
        wire = await harbour.wire()
        wire.says(*(message(url, name=f"urn:{number}", state=f'"{number}"') for number in range(500)))
        told.append(await first)
        wire.cut()
        await harbour.wire()  # by now all of them have been read
        async for change in listener:
            told.append(change)
            if change.kind == "unknown":
                break
        await listener.aclose()
    assert len(told) <= 12 and told[-1].url == url


# Hostile sockets


def huge(wire: Wire) -> None:
    wire.says("x" * (MESSAGE_BYTES + 1))


def claimed_huge(wire: Wire) -> None:
    wire.raw(b"\x81\x7f" + (2**62).to_bytes(8, "big") + b"x" * (2 * MESSAGE_BYTES))


def endless_fragments(wire: Wire) -> None:
    wire.raw(b"\x01\x01x" + b"\x00\x01x" * (MESSAGE_BYTES + 1))


def endless_empty_fragments(wire: Wire) -> None:
    wire.raw(b"\x01\x00" + b"\x00\x00" * FLOOD_BYTES)


def endless_messages(wire: Wire) -> None:
    wire.raw(b"\x81\x02{}" * 10_000)


def endless_pings(wire: Wire) -> None:
    wire.raw(b"\x89\x00" * FLOOD_BYTES)


def broken_frame(wire: Wire) -> None:
    wire.raw(b"\xff\xff\xff\xff")


def masked_frame(wire: Wire) -> None:
    wire.raw(b"\x81\x81\x00\x00\x00\x00x")


def no_text(wire: Wire) -> None:
    wire.raw(b"\x81\x02\xff\xfe")


def farewell(wire: Wire) -> None:
    wire.raw(b"\x88\x02\x03\xe8")


HOSTILE = [
    huge,
    claimed_huge,
    endless_fragments,
    endless_empty_fragments,
    endless_messages,
    endless_pings,
    broken_frame,
    masked_frame,
    no_text,
    farewell,
]


@pytest.mark.parametrize("act", HOSTILE)
async def test_a_hostile_socket_is_left_and_what_happened_is_told_nonetheless(
    double: PodDouble, harbour: Harbour, act: Callable[[Wire], None]
) -> None:
    offer_sockets(double, NOTE)
    async with visit(double) as pod, listening(pod, NOTE, harbour.how()) as ear:
        await ear.stands()
        wire = await harbour.wire()
        changed(double, 1)
        act(wire)
        assert (await ear.hears()).kind == "updated"
        await asyncio.wait_for(wire.closed.wait(), 20)
        assert await ear.stands() == "websocket"


async def test_a_socket_that_breaks_each_time_gives_way_to_polling(double: PodDouble, harbour: Harbour) -> None:
    offer_sockets(double, NOTE)
    harbour.greet = broken_frame
    async with visit(double) as pod, listening(pod, NOTE, harbour.how(), 0.01) as ear:
        while await ear.stands() != "poll":
            pass
        changed(double, 1)
        assert (await ear.hears()).kind == "updated"
        while await ear.stands() != "websocket":  # after a while it is tried again
            pass


# The old sockets


def offer_old(double: PodDouble, address: str = "wss://pod.example/.notifications") -> None:
    double.script("HEAD", NOTE, httpx2.Response(200, headers={"Updates-Via": address}), None)


async def test_an_old_socket_is_told_what_to_watch_and_its_news_are_looked_at(
    double: PodDouble, harbour: Harbour
) -> None:
    offer_old(double)
    url = double.url(NOTE)
    async with visit(double) as pod, listening(pod, NOTE, harbour.how()) as ear:
        wire = await harbour.wire()
        assert await wire.heard.get() == f"sub {url}"
        assert wire.request.headers["sec-websocket-protocol"] == "solid-0.1"
        wire.says("protocol solid-0.1", f"ack {url}")
        assert await ear.stands() == "updates-via"
        wire.says(f"pub {double.url('notes/')}", "nonsense", f"pub {url}x")
        changed(double, 1)
        wire.says(f"pub {url}")
        change = await ear.hears()
        assert (change.url, change.kind, change.via) == (url, "updated", "updates-via")
        wire.says(f"pub {url}")  # nothing is new
        changed(double, 2)
        wire.says(f"pub {url}")
        await ear.hears()
    assert ear.told.empty()


@pytest.mark.parametrize("said", ["err {url} forbidden", "\x00", ""])
async def test_an_old_socket_that_does_not_subscribe_gives_way_to_polling(
    double: PodDouble, harbour: Harbour, said: str
) -> None:
    offer_old(double)
    url = double.url(NOTE)

    def greet(wire: Wire) -> None:
        wire.says(said.format(url=url), "ack https://evil.example/")
        wire.cut()

    harbour.greet = greet
    async with visit(double) as pod, listening(pod, NOTE, harbour.how()) as ear:
        assert await ear.stands() == "poll"


@pytest.mark.parametrize("address", ["wss://evil.example/", "ws://pod.example/.notifications", "https://pod.example/"])
async def test_an_old_socket_elsewhere_is_never_opened(double: PodDouble, harbour: Harbour, address: str) -> None:
    offer_old(double, address)
    async with visit(double) as pod, listening(pod, NOTE, harbour.how()) as ear:
        assert await ear.stands() == "poll"
    assert not harbour.asked


# Streams


ACTIVITY = "https://www.w3.org/ns/activitystreams#"


def turtle(url: str, number: int) -> bytes:
    return f"<urn:{number}:{url}> <{ACTIVITY}object> <{url}>; a <{ACTIVITY}Update>.\n".encode()


def offer_stream(
    double: PodDouble, parts: asyncio.Queue[bytes | None], address: str = "/stream", kind: str = ""
) -> None:
    link = f'<{address}>; rel="http://www.w3.org/ns/solid/terms#updatesViaStreamingHttp2023"'
    double.script("HEAD", NOTE, httpx2.Response(200, headers={"Link": link}), None)

    async def body() -> AsyncIterator[bytes]:
        while (part := await parts.get()) is not None:
            yield part

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"Content-Type": kind or "text/turtle"}, content=body())

    double.script("GET", "https://pod.example/stream", answer, None)


async def test_a_streams_first_message_is_no_change_and_half_a_message_waits_for_the_rest(double: PodDouble) -> None:
    parts: asyncio.Queue[bytes | None] = asyncio.Queue()
    offer_stream(double, parts)
    url = double.url(NOTE)
    parts.put_nowait(turtle(url, 0))
    async with visit(double) as pod, listening(pod, NOTE, Listening()) as ear:
        assert await ear.stands() == "streaming"
        one = turtle(url, 1)
        cut = one.index(b"x.ttl") + 2  # after a dot
        for part in (one[:cut], one[cut:], turtle(url, 2) + turtle(url, 3)):
            parts.put_nowait(part)
        told = [await ear.hears() for _ in range(3)]
    assert {(change.url, change.kind, change.via) for change in told} == {(url, "updated", "streaming")}
    assert ear.told.empty()
    (request,) = [seen for seen in double.requests if seen.url == "https://pod.example/stream"]
    assert request.headers["authorization"].startswith("DPoP ")


@pytest.mark.parametrize("bad", [[None], [b"x" * (MESSAGE_BYTES + 1)], [b"." * (MESSAGE_BYTES + 1)], [b"#."] * 100])
async def test_a_hostile_stream_is_left_and_what_happened_is_told_nonetheless(
    double: PodDouble, harbour: Harbour, bad: list[bytes | None]
) -> None:
    parts: asyncio.Queue[bytes | None] = asyncio.Queue()
    offer_stream(double, parts)
    parts.put_nowait(turtle(double.url(NOTE), 0))
    async with visit(double) as pod, listening(pod, NOTE, harbour.how()) as ear:
        assert await ear.stands() == "streaming"
        changed(double, 1)
        for part in bad:
            parts.put_nowait(part)
        parts.put_nowait(turtle(double.url(NOTE), 0))
        assert (await ear.hears()).via == "poll"
        assert await ear.stands() == "streaming"


@pytest.mark.parametrize(
    ("address", "kind"),
    [("https://evil.example/stream", ""), ("http://pod.example/stream", ""), ("/stream", "text/html"), ("/none", "")],
)
async def test_a_stream_elsewhere_or_of_something_else_is_not_read(
    double: PodDouble, harbour: Harbour, address: str, kind: str
) -> None:
    offer_stream(double, asyncio.Queue(), address, kind)
    async with visit(double) as pod, listening(pod, NOTE, harbour.how()) as ear:
        assert await ear.stands() == "poll"
    assert not [seen for seen in double.requests if not seen.url.startswith("https://pod.example/")]


# Polling, and looking


@pytest.mark.parametrize("with_tags", [True, False])
async def test_polling_tells_what_changed_with_and_without_versions(double: PodDouble, with_tags: bool) -> None:
    double.ldp.versions = with_tags
    async with visit(double) as pod, listening(pod, NOTE, Listening(kinds=("poll",)), 0.01) as ear:
        await ear.stands()
        changed(double, 1)
        assert (await ear.hears()).kind == "updated"
        changed(double, 2)
        assert (await ear.hears()).kind == "updated"
    assert ear.told.empty()


async def test_polling_a_container_tells_its_members(double: PodDouble) -> None:
    async with visit(double) as pod, listening(pod, "notes/", Listening(kinds=("poll",)), 0.01) as ear:
        await ear.stands()
        url = double.put("notes/new.ttl", "<#a> <#b> <#c>.")
        change = await ear.hears()
    assert (change.kind, change.url, change.container) == ("added", url, double.url("notes/"))


@pytest.mark.parametrize("answer", [500, faults.busy(503, "0"), faults.dropped(), faults.refused_connection()])
async def test_a_server_that_is_away_for_a_while_is_waited_for(
    double: PodDouble, harbour: Harbour, answer: faults.Answer
) -> None:
    async with visit(double) as pod, listening(pod, NOTE, harbour.how("poll"), 0.01) as ear:
        await ear.stands()
        double.script("*", NOTE, answer, 6)
        changed(double, 1)
        assert (await ear.hears()).kind == "updated"


@pytest.mark.parametrize(
    ("answer", "failure"),
    [(faults.refused_connection(), Unreachable), (500, Unreachable), (401, NotSignedIn), (403, Refused)],
)
async def test_what_the_first_look_raises_is_raised(
    double: PodDouble, answer: faults.Answer, failure: type[LifepodError]
) -> None:
    double.script("*", NOTE, answer, None)
    async with visit(double) as pod:
        with pytest.raises(failure):
            await anext(changes(pod, NOTE))


async def test_a_right_that_ends_is_told_to_whoever_polls(double: PodDouble, harbour: Harbour) -> None:
    double.put(STRANGER.split("#")[0], "<#me> a <http://xmlns.com/foaf/0.1/Person>.")
    public = "[] a acl:Authorization; acl:agentClass foaf:Agent; acl:accessTo <{}>; acl:mode acl:Read."
    double.owner_acl(NOTE, public.format(double.url(NOTE)))
    async with visit(double, STRANGER) as pod:
        stands = asyncio.Event()
        told = changes(pod, NOTE, every=0.01, ready=lambda _: stands.set(), how=harbour.how("poll"))
        waiting = asyncio.ensure_future(anext(told))
        await stands.wait()
        double.owner_acl(NOTE)
        with pytest.raises(Refused):
            await asyncio.wait_for(waiting, 20)


@pytest.mark.parametrize("url", ["http://pod.example/alice/x.ttl", "ftp://pod.example/x", "http://127.evil.example/x"])
async def test_nothing_is_listened_to_on_an_open_line(double: PodDouble, url: str) -> None:
    async with visit(double) as pod:
        with pytest.raises(Malformed):
            await anext(changes(pod, url))
        assert not double.requests


async def test_a_look_at_something_larger_than_a_document_reads_no_more_than_that(double: PodDouble) -> None:
    double.script("GET", NOTE, faults.oversized(10_000), None)
    async with visit(double) as pod:
        assert (await look(pod, double.url(NOTE))).digest
        object.__setattr__(pod, "limits", type(pod.limits)(document_bytes=100))
        assert (await look(pod, double.url(NOTE))).digest == ""
