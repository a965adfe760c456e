"""The ear on this machine that waits for a browser: one answer, from one request, and nothing for anyone else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from lifepod.errors import NotReady, NotSignedIn
from lifepod.solid.loopback import HOST, Listener, listening

pytestmark = pytest.mark.live
RIGHT = "/?code=c0de&state=right"


def is_answer(address: str) -> bool:
    return "state=right" in address


@dataclass(slots=True)
class Browser:
    """Whoever connects, and the ear it connects to."""

    ear: Listener
    waiting: asyncio.Task[str]

    async def raw(self, request: bytes) -> bytes:
        """What comes back until the ear hangs up."""
        reader, writer = await asyncio.open_connection(HOST, self.ear.port)
        try:
            writer.write(request)
            return await asyncio.wait_for(reader.read(), 10)
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def asks(self, target: str, method: str = "GET", host: str = "", more: str = "") -> tuple[int, str]:
        """Status, and all of the answer."""
        named = host or f"{HOST}:{self.ear.port}"
        answer = (await self.raw(f"{method} {target} HTTP/1.1\r\nHost: {named}\r\n{more}\r\n".encode())).decode()
        return int(answer.split(" ")[1]), answer


@pytest.fixture(name="browser")
async def _browser() -> AsyncIterator[Browser]:
    async with listening() as ear:
        waiting = asyncio.create_task(ear.answer(is_answer, 30.0))
        await asyncio.sleep(0)
        yield Browser(ear, waiting)
        waiting.cancel()


async def test_the_first_answer_is_taken_and_thanked_for(browser: Browser) -> None:
    status, said = await browser.asks(RIGHT)
    assert (status, "has arrived" in said) == (200, True)
    assert await browser.waiting == f"http://127.0.0.1:{browser.ear.port}{RIGHT}"


async def test_a_second_answer_is_not_heard(browser: Browser) -> None:
    await browser.asks(RIGHT)
    status, said = await browser.asks(RIGHT.replace("c0de", "other"))
    assert (status, "arrived" in said) == (404, False)
    assert "c0de" in await browser.waiting


async def test_of_many_answers_at_once_one_is_taken(browser: Browser) -> None:
    answers = await asyncio.gather(*(browser.asks(f"/?code=c{n}&state=right") for n in range(10)))
    assert sorted(status for status, _ in answers) == [200] + [404] * 9


@pytest.mark.parametrize(
    ("target", "method"),
    [
        ("/?code=c0de&state=wrong", "GET"),
        ("/", "GET"),
        ("/favicon.ico?state=right", "GET"),
        ("/callback?state=right", "GET"),
        ("//127.0.0.1/?state=right", "GET"),
        ("http://evil.example/?state=right", "GET"),
        ("//[?state=right", "GET"),
        ("http://[/?state=right", "GET"),
        ("*", "GET"),
        (RIGHT, "POST"),
        (RIGHT, "HEAD"),
        (RIGHT, "OPTIONS"),
        (RIGHT, "get"),
    ],
)
async def test_what_is_no_answer_is_not_taken_for_one(browser: Browser, target: str, method: str) -> None:
    status, said = await browser.asks(target, method)
    assert (status, "arrived" in said) == (404, False)
    assert not browser.waiting.done()
    assert (await browser.asks(RIGHT))[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost",
        "localhost:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "[::1]:{port}",
        "127.0.0.1:{port}.evil.example",
        "evil.example:{port}",
    ],
)
async def test_a_page_that_points_its_name_here_is_not_heard(browser: Browser, host: str) -> None:
    """DNS rebinding: the request comes from this machine's browser, under somebody else's name."""
    assert (await browser.asks(RIGHT, host=host.format(port=browser.ear.port)))[0] == 404
    assert not browser.waiting.done()


async def test_two_host_names_are_none(browser: Browser) -> None:
    assert (await browser.asks(RIGHT, more="Host: evil.example\r\n"))[0] == 404
    assert (await browser.raw(f"GET {RIGHT} HTTP/1.1\r\n\r\n".encode())).startswith(b"HTTP/1.1 404")
    assert not browser.waiting.done()


@pytest.mark.parametrize(
    "request_bytes",
    [b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\r\n\r\n", b"\xff\xfe \x00 x\r\n\r\n", b"GET  HTTP/1.1\r\n\r\n"],
)
async def test_what_is_no_http_is_a_stranger(browser: Browser, request_bytes: bytes) -> None:
    assert (await browser.raw(request_bytes)).startswith(b"HTTP/1.1 404")
    assert not browser.waiting.done()


async def test_half_a_request_is_no_answer_and_holds_up_nobody(browser: Browser) -> None:
    reader, writer = await asyncio.open_connection(HOST, browser.ear.port)
    writer.write(f"GET {RIGHT} HTTP/1.1\r\nHost: {HOST}:{browser.ear.port}\r\n".encode())
    await writer.drain()
    assert (await browser.asks("/?state=wrong"))[0] == 404
    assert not browser.waiting.done()
    writer.write_eof()
    assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()
    assert not browser.waiting.done()


async def test_a_request_without_end_is_cut_off(browser: Browser) -> None:
    assert await browser.raw(f"GET {RIGHT} HTTP/1.1\r\n".encode() + b"X: " + b"x" * 200_000) == b""
    assert not browser.waiting.done()
    assert (await browser.asks(RIGHT))[0] == 200


async def test_the_page_shows_nothing_of_the_query_and_may_do_nothing(browser: Browser) -> None:
    for target in ("/?state=wrong&x=<script>c0de", RIGHT):
        _, said = await browser.asks(target)
        head, _, body = said.partition("\r\n\r\n")
        assert not [word for word in ("c0de", "state", "<script", "127.0.0.1") if word in said]
        for line in ("default-src 'none'", "no-referrer", "no-store", "nosniff", "Connection: close"):
            assert line in head
        assert f"Content-Length: {len(body)}" in head
        assert "Access-Control" not in head
        assert "Set-Cookie" not in head


async def test_the_door_leads_to_the_login_once(browser: Browser) -> None:
    """The browser is started with the door: what a program is started with can be read by everyone here."""
    door = browser.ear.door_to("https://pod.example/.oidc/auth?state=s")
    path = "/" + door.rsplit("/", 1)[1]
    assert len(path) > 30
    assert "pod.example" not in door
    assert (await browser.asks(path, host="evil.example"))[0] == 404
    status, said = await browser.asks(path)
    assert (status, "\r\nLocation: https://pod.example/.oidc/auth?state=s\r\n" in said) == (303, True)
    status, said = await browser.asks(path)
    assert (status, "pod.example" in said) == (404, False)
    assert not browser.waiting.done()


async def test_no_two_doors_are_alike(browser: Browser) -> None:
    assert len({browser.ear.door_to("https://pod.example/") for _ in range(10)}) == 10


async def test_an_answer_before_the_question_is_not_heard() -> None:
    async with listening() as ear:
        browser = Browser(ear, asyncio.create_task(asyncio.sleep(0, "")))
        assert (await browser.asks(RIGHT))[0] == 404
        await browser.waiting


async def test_too_many_strangers_end_the_login(browser: Browser) -> None:
    """Somebody is guessing."""
    for _ in range(201):
        await browser.asks("/?state=guess")
    with pytest.raises(NotSignedIn, match="Too many"):
        await browser.waiting
    assert (await browser.asks(RIGHT))[0] == 404


async def test_no_answer_in_time_is_told() -> None:
    async with listening() as ear:
        with pytest.raises(NotSignedIn) as stop:
            await ear.answer(is_answer, 0.05)
    assert "--paste" in stop.value.advice


async def test_nobody_beyond_this_machine_is_listened_to(browser: Browser) -> None:
    port = browser.ear.port
    assert browser.ear.redirect == f"http://127.0.0.1:{port}/"
    for family, address in ((socket.AF_INET, "127.0.0.2"), (socket.AF_INET6, "::1")):
        with pytest.raises(OSError), socket.socket(family) as other:
            other.connect((address, port))


async def test_the_ear_is_gone_when_the_login_is_over() -> None:
    async with listening() as ear:
        port = ear.port
    with pytest.raises(OSError):
        await asyncio.open_connection(HOST, port)


async def test_a_port_that_is_taken_is_told(browser: Browser) -> None:
    with pytest.raises(NotReady, match=str(browser.ear.port)):
        async with listening(browser.ear.port):
            pass


async def test_the_port_of_a_client_identifier_document_is_the_one_used() -> None:
    async with listening() as ear:
        port = ear.port
    async with listening(port) as ear:
        assert ear.redirect == f"http://127.0.0.1:{port}/"
