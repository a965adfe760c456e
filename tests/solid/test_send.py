"""One request, one answer: redirects by hand, what broke and whose it is, bounds, and what never goes along."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.solid.visits import QUICK, claims, login, sent, visit

from lifepod.errors import LifepodError, Malformed, TooBig, Unreachable
from lifepod.limits import Limits
from lifepod.solid.line import client_options
from lifepod.solid.login import sign_in
from lifepod.solid.send import Sender
from lifepod.solid.wire import own_spelling


@pytest.fixture(name="double")
def _double() -> PodDouble:
    double = PodDouble()
    double.put("x.ttl", "<#a> <#b> <#c>.")
    return double


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"])
async def test_another_server_sees_neither_login_nor_proof(double: PodDouble, method: str, status: int) -> None:
    """S3: the library's own redirects take the old proof along."""
    double.put("https://evil.example/take", "<a> <b> <c>.")
    double.script(method, "x.ttl", faults.redirect("https://evil.example/take", status), None)
    async with visit(double) as pod:
        with pytest.raises(Unreachable) as stop:
            await pod.ask(method, double.url("x.ttl"), body=b"<a> <b> <c>.")
    assert "evil.example" in str(stop.value)
    assert [s.url for s in double.requests] == [double.url("x.ttl")]


@pytest.mark.parametrize(
    "target",
    [
        "http://pod.example/alice/x.ttl",
        "https://pod.example:444/alice/x.ttl",
        "//evil.example/",
        "ftp://pod.example/x",
        "",
    ],
)
async def test_no_redirect_leads_to_an_open_line_or_another_port(double: PodDouble, target: str) -> None:
    double.script("GET", "old", faults.redirect(target), None)
    async with visit(double) as pod:
        with pytest.raises(Unreachable):
            await pod.get(double.url("old"))
    assert len(double.requests) == 1


async def test_a_move_within_the_server_is_followed_with_a_proof_for_the_new_address(double: PodDouble) -> None:
    """In the server's own spelling, or the proof would be refused."""
    double.put("a b+c.ttl", "<#a> <#b> <#c>.")
    double.script("GET", "old", faults.redirect("/alice/a b+c.ttl"))
    async with visit(double) as pod:
        reply = await pod.get(double.url("old"))
    old, new = sent(double, "GET")
    assert (
        reply.url
        == new.url
        == claims(new)["htu"]
        == double.url("a b+c.ttl")
        == "https://pod.example/alice/a%20b%2Bc.ttl"
    )
    assert claims(old)["jti"] != claims(new)["jti"]
    assert new.webid == double.owner


@pytest.mark.parametrize("target", ["/alice/%2e%2e/bob/", "/alice/x/%2E%2E/y"])
async def test_a_redirect_does_not_climb(double: PodDouble, target: str) -> None:
    double.script("GET", "old", faults.redirect(target))
    async with visit(double) as pod:
        with pytest.raises(Malformed):
            await pod.get(double.url("old"))


async def test_going_round_in_circles_ends(double: PodDouble) -> None:
    double.script("GET", "one", faults.redirect("/alice/two"), None)
    double.script("GET", "two", faults.redirect("/alice/one"), None)
    async with visit(double, limits=Limits(redirects=3)) as pod:
        with pytest.raises(Unreachable) as stop:
            await pod.get(double.url("one"))
    assert "more than 3 times" in str(stop.value)
    assert len(double.requests) == 4


@pytest.mark.parametrize(("status", "arrives"), [(301, False), (302, False), (303, False), (307, True), (308, True)])
async def test_a_write_follows_only_where_it_stays_that_write(double: PodDouble, status: int, arrives: bool) -> None:
    double.script("PUT", "old.ttl", faults.redirect("/alice/new.ttl", status), None)
    async with visit(double) as pod:
        if arrives:
            await pod.write(double.url("old.ttl"), b"<a> <b> <c>.", match=None)
        else:
            with pytest.raises(Unreachable):
                await pod.write(double.url("old.ttl"), b"<a> <b> <c>.", match=None)
    assert double.body("new.ttl") == (b"<a> <b> <c>." if arrives else None)
    assert all(s.headers["if-none-match"] == "*" for s in sent(double, "PUT"))


# A line that breaks


@pytest.mark.parametrize("error", [httpx2.RemoteProtocolError("x"), httpx2.ReadError("x"), httpx2.WriteError("x")])
async def test_a_read_on_a_line_that_broke_is_asked_again_a_few_times(double: PodDouble, error: Exception) -> None:
    double.script("GET", "x.ttl", error)
    async with visit(double, limits=Limits(retries=2, retry_seconds=0.0)) as pod:
        assert (await pod.get(double.url("x.ttl"))).status == 200
        assert len(double.requests) == 2
        double.script("GET", "x.ttl", error, None)
        with pytest.raises(Unreachable) as stop:
            await pod.get(double.url("x.ttl"))
    assert type(error).__name__ in str(stop.value)
    assert len(double.requests) == 5


# A server that is busy


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_a_busy_server_is_asked_again_when_it_said(double: PodDouble, status: int, method: str) -> None:
    double.script(method, "x.ttl", faults.busy(status, "0"), 2)
    async with visit(double) as pod:
        guard = {"If-None-Match": '"other"', "Content-Type": "text/turtle"}
        reply = await pod.ask(method, double.url("x.ttl"), guard, b"<a> <b> <c>." if method == "PUT" else None)
    assert reply.status in (200, 205)
    assert len(double.requests) == 3


@pytest.mark.parametrize(
    ("status", "method", "retry_after", "why"),
    [
        (503, "POST", "0", "a gateway may have let it through, and nothing guards it"),
        (429, "GET", "31", "nobody waits that long"),
        (503, "GET", "", "it does not say when"),
        (503, "GET", "Wed, 21 Oct 2015 07:28:00 GMT", "a date may be years away"),
        (500, "GET", "0", "it is not busy, it is broken"),
    ],
)
async def test_a_busy_server_is_left_alone_where(
    double: PodDouble, status: int, method: str, retry_after: str, why: str
) -> None:
    double.script(method, "x.ttl", faults.busy(status, retry_after), None)
    async with visit(double) as pod:
        reply = await pod.ask(method, double.url("x.ttl"), body=b"x" if method == "POST" else None)
    assert reply.status == status
    assert len(double.requests) == 1, why


async def test_a_server_that_is_always_busy_is_given_up(double: PodDouble) -> None:
    double.script("GET", "x.ttl", faults.busy(429, "0"), None)
    async with visit(double, limits=Limits(retries=4)) as pod:
        with pytest.raises(Unreachable) as stop:
            await pod.get(double.url("x.ttl"))
    assert stop.value.after == 0
    assert len(double.requests) == 5


# A token that the server forgot


async def test_a_token_the_server_no_longer_takes_is_renewed_once(
    double: PodDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lifepod.solid.login._MOMENT", 0.0)
    double.script("*", "x.ttl", 401)
    async with visit(double) as pod:
        await pod.ask("PUT", double.url("x.ttl"), {"Content-Type": "text/turtle"}, b"<a> <b> <c>.")
        assert [s.method for s in double.requests] == ["PUT", "POST", "PUT"]
        double.script("GET", "x.ttl", 401, None)
        assert (await pod.ask("GET", double.url("x.ttl"))).status == 401
        assert [s.method for s in double.requests][3:] == ["GET", "POST", "GET"]


async def test_a_token_that_is_only_moments_old_is_not_asked_for_again(double: PodDouble) -> None:
    double.script("GET", "x.ttl", 401, None)
    async with visit(double) as pod:
        assert (await pod.ask("GET", double.url("x.ttl"))).status == 401
        assert [s.method for s in double.requests] == ["GET"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST", "DELETE"])
@pytest.mark.parametrize("after", [False, True])
async def test_a_write_on_a_line_that_broke_is_never_sent_again(double: PodDouble, method: str, after: bool) -> None:
    double.script(method, "x.ttl", faults.dropped(), None, after=after)
    async with visit(double) as pod:
        with pytest.raises(Unreachable) as stop:
            await pod.ask(method, double.url("x.ttl"), {"Content-Type": "text/turtle"}, b"<a> <b> <c>.")
    assert "may or may not have arrived" in str(stop.value)
    assert len(double.requests) == 1


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_a_server_that_hangs_is_given_up_with_advice(double: PodDouble, method: str) -> None:
    double.script(method, "x.ttl", faults.Hang(), None)
    async with visit(double, limits=QUICK) as pod:
        with pytest.raises(Unreachable) as stop:
            await pod.ask(method, double.url("x.ttl"))
    assert "in time" in str(stop.value)
    assert "try again" in stop.value.advice
    assert stop.value.host == "https://pod.example"
    assert len(double.requests) == 1


class Drip(httpx2.AsyncByteStream):
    """One byte at a time, each in time, and no end."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.001)
            yield b" "


async def test_a_server_that_drips_is_given_up_too(double: PodDouble) -> None:
    def line(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, stream=Drip())

    sender = Sender.anonymous(double.base, httpx2.MockTransport(line), QUICK)
    with pytest.raises(Unreachable):
        await asyncio.wait_for(sender.send("GET", double.url("x.ttl")), 5)
    await sender.aclose()


async def test_a_server_nobody_runs_cannot_be_reached(double: PodDouble) -> None:
    async with visit(double) as pod:
        with pytest.raises(Unreachable) as stop:
            await pod.get("https://nowhere.example/")
    assert "cannot be reached" in str(stop.value)
    assert stop.value.host == "https://nowhere.example"


@pytest.mark.parametrize(
    "error", [ValueError("x"), httpx2.InvalidURL("x"), httpx2.LocalProtocolError("x"), httpx2.DecodingError("x")]
)
async def test_an_answer_that_is_not_http_is_told_as_such(double: PodDouble, error: Exception) -> None:
    double.script("GET", "x.ttl", error, None)
    async with visit(double) as pod:
        with pytest.raises(Unreachable) as stop:
            await pod.get(double.url("x.ttl"))
    assert type(error).__name__ in str(stop.value)


# Bounds


@pytest.mark.parametrize(("size", "fits"), [(1000, True), (1001, False), (10_000_000, False)])
async def test_a_body_over_its_bound_is_not_taken(double: PodDouble, size: int, fits: bool) -> None:
    double.script("GET", "x.ttl", faults.oversized(size), None)
    async with visit(double, limits=Limits(document_bytes=1000)) as pod:
        if fits:
            assert len((await pod.get(double.url("x.ttl"))).body) == size
            return
        with pytest.raises(TooBig) as stop:
            await pod.get(double.url("x.ttl"))
    assert stop.value.bound == 1000
    assert stop.value.place == double.url("x.ttl")


async def test_a_body_is_measured_unpacked(double: PodDouble) -> None:
    packed = gzip.compress(b"#" * 10_000_000)
    assert len(packed) < 100_000
    answer = httpx2.Response(
        200, headers={"Content-Type": "text/turtle", "Content-Encoding": "gzip"}, stream=Whole(packed)
    )
    async with visit(double, limits=Limits(document_bytes=1_000_000)) as pod:
        double.script("GET", "x.ttl", lambda request: answer, None)
        with pytest.raises(TooBig):
            await pod.get(double.url("x.ttl"))


class Whole(httpx2.AsyncByteStream):
    """A body in one part, unpacked by nobody yet."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._data


async def test_at_most_so_many_requests_are_under_way(double: PodDouble) -> None:
    now, most = 0, 0

    async def line(request: httpx2.Request) -> httpx2.Response:
        nonlocal now, most
        now, most = now + 1, max(most, now + 1)
        for _ in range(5):
            await asyncio.sleep(0)
        now -= 1
        return await double(request)

    sender = Sender.anonymous(double.base, httpx2.MockTransport(line), Limits(in_flight=3))
    await asyncio.gather(*(sender.send("GET", double.url("README")) for _ in range(20)))
    await sender.aclose()
    assert (most, sender.sent) == (3, 20)


async def test_a_failure_leaves_the_gate_open(double: PodDouble) -> None:
    double.script("GET", "x.ttl", faults.refused_connection(), 5)
    async with visit(double, limits=Limits(in_flight=1)) as pod:
        for _ in range(5):
            with pytest.raises(Unreachable):
                await pod.get(double.url("x.ttl"))
        assert (await asyncio.wait_for(pod.get(double.url("x.ttl")), 5)).status == 200


# What goes out


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "\x00", "é", "\x7f", "\ud800", "\U0001f600"])
async def test_a_header_that_http_cannot_carry_is_not_sent(double: PodDouble, value: str) -> None:
    async with visit(double) as pod:
        with pytest.raises(Malformed) as stop:
            await pod.put(double.url("x.ttl"), b"", match=value)
    assert "\n" not in str(stop.value)
    assert double.requests == []


async def test_nobody_sends_no_login(double: PodDouble) -> None:
    async with visit(double) as pod:
        await pod.nobody.send("GET", double.url("README"))
    (seen,) = double.requests
    assert not {"authorization", "dpop", "cookie"} & set(seen.headers)


async def test_a_body_is_handed_over_unchanged(double: PodDouble) -> None:
    data = bytes(range(256)) * 100
    async with visit(double) as pod:
        await pod.put(double.url("x.bin"), data, match=None, content_type="application/octet-stream")
        assert (await pod.get(double.url("x.bin"))).body == data


def test_a_quiet_line_is_let_go_before_the_server_lets_go() -> None:
    """Node closes after five seconds; a write that meets that moment is lost, because it is not repeated."""
    assert client_options("https://pod.example/", None, QUICK)["limits"].keepalive_expiry < 5


@pytest.mark.parametrize(("url", "trusts"), [("http://localhost:3000/", False), ("https://pod.example/", True)])
def test_a_pod_on_this_machine_is_not_asked_for_through_a_proxy(url: str, trusts: bool) -> None:
    assert client_options(url, None, QUICK)["trust_env"] is trusts


@given(st.text(min_size=1, max_size=12).filter(lambda s: s.strip(".")))
def test_the_library_does_not_spell_an_address_another_way(name: str) -> None:
    """S4: what is signed is what is sent."""
    try:
        url = own_spelling("https://pod.example/c/x" + name)
    except Malformed:
        return
    assert str(httpx2.URL(url)) == url
    assert str(httpx2.Request("GET", url).url) == url


@pytest.mark.parametrize(
    ("url", "spelt"),
    [
        ("https://é.example/", "https://xn--9ca.example/"),
        ("https://pod.example/c?q=a b|é#x", "https://pod.example/c?q=a%20b%7C%C3%A9"),
        ("https://pod.example/c?q=%20&r=1+2", "https://pod.example/c?q=%20&r=1+2"),
    ],
)
def test_hosts_and_queries_go_out_in_ascii(url: str, spelt: str) -> None:
    assert own_spelling(url) == spelt
    assert str(httpx2.URL(spelt)) == spelt


@pytest.mark.parametrize(
    "url",
    [
        "https://exa mple/",
        "https://a<b/",
        "https://pod.example/" + "a" * 9000,
        "https://@pod.example/",
        "https://pod.example/\udc80",
        "https://pod.example/?\udc80",
        "https://" + "a" * 70 + ".example/",
        "https://a..b/",
    ],
)
async def test_an_address_that_no_server_has_is_refused_before_anything_is_sent(double: PodDouble, url: str) -> None:
    async with visit(double) as pod:
        with pytest.raises(LifepodError):
            await pod.get(url)
    assert double.requests == []


async def test_the_login_of_one_pod_signs_for_another(double: PodDouble) -> None:
    """A vendor reads many pods with one login."""
    other = "https://other.example/x.ttl"
    double.put(other, "<a> <b> <c>.")
    client = await sign_in(login(double), transport=httpx2.MockTransport(double))
    reply = await Sender(client).send("GET", other)
    await client.aclose()
    assert (reply.status, claims(double.requests[-1])["htu"]) == (200, other)


# A body that is still on its way


async def test_a_stream_is_read_as_it_comes_and_holds_up_nobody(double: PodDouble) -> None:
    double.put("big.bin", b"x" * 300_000, "application/octet-stream")
    small = Limits(in_flight=1, document_bytes=1000)
    async with visit(double, limits=small) as pod, pod.open("GET", double.url("big.bin")) as opened:
        assert (opened.reply.status, opened.reply.body) == (200, b"")
        assert (await pod.get(double.url("x.ttl"))).status == 200
        assert sum([len(part) async for part in opened.parts]) == 300_000


async def test_a_stream_follows_by_hand_and_tells_of_a_break(double: PodDouble) -> None:
    class Breaks(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"half"
            raise httpx2.ReadError("gone")

    double.script("GET", "old", faults.redirect("/alice/x.ttl"))
    double.script("GET", "x.ttl", lambda request: httpx2.Response(200, stream=Breaks()))
    async with visit(double) as pod, pod.open("GET", double.url("old")) as opened:
        assert opened.reply.url == double.url("x.ttl")
        with pytest.raises(Unreachable):
            [part async for part in opened.parts]
    old, new = sent(double, "GET")
    assert claims(old)["jti"] != claims(new)["jti"]


async def test_a_stream_elsewhere_gets_nothing_of_ours(double: PodDouble) -> None:
    double.script("GET", "old", faults.redirect("https://evil.example/take"))
    async with visit(double) as pod:
        with pytest.raises(Unreachable):
            async with pod.open("GET", double.url("old")):
                pass
    assert [s.url for s in double.requests] == [double.url("old")]
