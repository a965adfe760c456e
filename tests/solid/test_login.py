"""Signing in: proofs, nonces, the life of a token, and that nothing secret gets out."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import time
import traceback
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.solid.logins import answers, refusal, signed, token
from tests.solid.visits import QUICK, claims, login, proof_head, sent, visit

from lifepod.errors import LifepodError, NotSignedIn, Unreachable
from lifepod.solid.login import Credentials, sign_in
from lifepod.solid.proofs import Proofs
from lifepod.solid.send import Sender


@pytest.fixture(name="double")
def _double() -> PodDouble:
    return PodDouble()


# The proof


async def test_each_request_has_a_proof_of_its_own_for_this_method_address_and_token(double: PodDouble) -> None:
    """S1: ES256, typ, jwk without its private half; htm, htu without query, iat, a fresh jti, ath."""
    async with visit(double) as pod:
        await pod.ask("GET", double.url("README") + "?q=1&r=2")
        await pod.head(double.url("README"))
        get, head = sent(double, "GET", "HEAD")
    for seen, method in ((get, "GET"), (head, "HEAD")):
        kind, value = seen.headers["authorization"].split(" ")
        assert kind == "DPoP"
        assert claims(seen)["htm"] == method
        assert claims(seen)["htu"] == double.url("README")
        assert abs(claims(seen)["iat"] - time.time()) < 5
        digest = base64.urlsafe_b64encode(hashlib.sha256(value.encode()).digest()).rstrip(b"=").decode()
        assert claims(seen)["ath"] == digest
        assert proof_head(seen)["typ"] == "dpop+jwt"
        assert proof_head(seen)["alg"] == "ES256"
        assert set(proof_head(seen)["jwk"]) == {"kty", "crv", "x", "y"}
    assert claims(get)["jti"] != claims(head)["jti"]
    assert proof_head(get)["jwk"] == proof_head(head)["jwk"]


async def test_the_login_is_form_encoded_basic_and_its_proof_names_no_token(double: PodDouble) -> None:
    """RFC 6749 §2.3.1; the double's ids and secrets hold spaces, plus, colon, percent and slash."""
    client = await signed(double)
    (seen,) = [s for s in double.requests if s.method == "POST"]
    pair = base64.b64decode(seen.headers["authorization"].removeprefix("Basic ")).decode()
    assert pair == "vendor%20app%2B1:s3cret%3A%25%2F1"
    assert "ath" not in claims(seen)
    assert (claims(seen)["htm"], claims(seen)["htu"]) == ("POST", double.tokens.endpoint)
    assert sorted(seen.body.decode().split("&")) == ["grant_type=client_credentials", "scope=webid"]
    assert client.token["token_type"] == "DPoP"
    await client.aclose()


def test_every_login_has_a_key_of_its_own_on_the_curve_that_servers_take() -> None:
    """S2: never EdDSA, which Community Solid Server issues tokens for and then refuses."""
    heads = [
        json.loads(base64.urlsafe_b64decode(Proofs().proof("GET", "https://a/").split(".")[0] + "==")) for _ in "12"
    ]
    assert {head["alg"] for head in heads} == {"ES256"}
    assert {head["jwk"]["crv"] for head in heads} == {"P-256"}
    assert heads[0]["jwk"]["x"] != heads[1]["jwk"]["x"]


async def test_no_proof_is_sent_twice_whatever_happens_on_the_way(double: PodDouble) -> None:
    """Retries after a broken connection, nonces and redirects sign anew."""
    async with visit(double) as pod:
        double.script("GET", "README", faults.dropped())
        double.script("GET", "old", faults.redirect(double.url("README")))
        await pod.get(double.url("README"))
        double.require_nonce = True
        await pod.get(double.url("old"))
        seen = sent(double, "GET")
    assert len({claims(s)["jti"] for s in seen}) == len({s.headers["dpop"] for s in seen}) == len(seen) == 5


# Nonces


async def test_a_nonce_is_learnt_at_the_token_endpoint_and_at_the_pod(double: PodDouble) -> None:
    """400 there, 401 here."""
    double.require_nonce = True
    async with visit(double) as pod:
        double.new_nonce()
        await pod.get(double.url("README"))
        nonces = [claims(s).get("nonce") for s in sent(double, "GET")]
        await pod.get(double.url("README"))
    assert nonces == ["nonce-1", double.tokens.nonce]
    assert claims(sent(double, "GET")[-1])["nonce"] == double.tokens.nonce
    assert len(sent(double, "GET")) == 3


@pytest.mark.parametrize("status", [400, 401])
async def test_the_token_endpoint_may_ask_for_a_nonce_with_either_status(double: PodDouble, status: int) -> None:
    challenge = httpx2.Response(status, json={"error": "use_dpop_nonce"}, headers={"DPoP-Nonce": "n1"})
    double.script("POST", double.tokens.endpoint, challenge)
    client = await signed(double)
    asked = [claims(s).get("nonce") for s in double.requests if s.method == "POST"]
    assert asked == [None, "n1"]
    await client.aclose()


async def test_a_server_that_always_wants_another_nonce_is_asked_twice_and_no_more(double: PodDouble) -> None:
    count = iter(range(100))

    def another(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(401, json={"error": "use_dpop_nonce"}, headers={"DPoP-Nonce": f"n{next(count)}"})

    async with visit(double) as pod:
        double.script("GET", "README", another, None)
        with pytest.raises(NotSignedIn):
            await pod.get(double.url("README"))
        assert len(sent(double, "GET")) == 2
    double.script("POST", double.tokens.endpoint, another, None)
    double.requests.clear()
    assert isinstance(await refusal(double), NotSignedIn)
    assert len([s for s in double.requests if s.method == "POST"]) == 2


async def test_a_nonce_that_is_no_news_is_no_reason_to_ask_again(double: PodDouble) -> None:
    """A 401 for another reason would otherwise be sent twice each time."""
    async with visit(double) as pod:
        answer = httpx2.Response(401, headers={"DPoP-Nonce": "n1"})
        double.script("GET", "README", answer, None)
        for expected in (2, 3):
            with pytest.raises(NotSignedIn):
                await pod.get(double.url("README"))
            assert len(sent(double, "GET")) == expected


async def test_a_nonce_is_told_only_to_the_server_it_came_from(double: PodDouble) -> None:
    other = "https://other.example/x.ttl"
    double.put(other, "<a> <b> <c>.")
    double.require_nonce = True
    double.script("GET", other, httpx2.Response(200, headers={"Content-Type": "text/turtle"}))
    async with visit(double) as pod:
        await pod.get(other)
        assert "nonce" not in claims(sent(double, "GET")[0])
        await pod.get(double.url("README"))
        assert claims(sent(double, "GET")[1])["nonce"] == "nonce-1"


class Flood(httpx2.AsyncByteStream):
    """A body without end; counts what was taken from it."""

    def __init__(self) -> None:
        self.taken = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.taken < 500 * 65536:
            self.taken += 65536
            yield b" " * 65536

    async def aclose(self) -> None:
        self.closed = True


async def test_the_body_of_a_nonce_challenge_is_not_read(double: PodDouble) -> None:
    """The library would read it whole into memory, and a hostile server does not end it."""
    flood = Flood()

    class Line(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            if request.method == "GET" and not flood.taken and not flood.closed and "README" in str(request.url):
                return httpx2.Response(401, headers={"DPoP-Nonce": "n", "Content-Encoding": "gzip"}, stream=flood)
            return await double(request)

    client = await sign_in(login(double), transport=Line(), limits=QUICK)
    reply = await Sender(client, QUICK).send("GET", double.url("README"))
    assert (reply.status, flood.taken, flood.closed) == (200, 0, True)
    await client.aclose()


# The token's life


async def test_a_token_is_renewed_a_minute_before_it_ends_and_not_sooner(
    double: PodDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    async with visit(double) as pod:
        first = double.tokens.issued.copy()
        for later, tokens in ((539, 1), (541, 2), (1000, 2)):
            monkeypatch.setattr(time, "time", lambda later=later: now + later)
            await pod.get(double.url("README"))
            assert len(double.tokens.issued) == tokens
        used = [s.headers["authorization"].split()[1] for s in sent(double, "GET")]
    assert used[0] in first
    assert used[1] == used[2]
    assert used[1] not in first


async def test_many_requests_at_the_end_of_a_token_renew_it_once(
    double: PodDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with visit(double) as pod:
        later = time.time() + 590
        monkeypatch.setattr(time, "time", lambda: later)
        await asyncio.gather(*(pod.get(double.url("README")) for _ in range(20)))
    assert len(double.tokens.issued) == 2
    assert len({claims(s)["jti"] for s in sent(double, "GET")}) == 20


@pytest.mark.parametrize(
    ("said", "seconds"), [(30, 30), ("600", 600), (0, 1), (None, 300), ("soon", 300), (10**30, 86400)]
)
async def test_the_life_of_a_token_is_taken_with_care(double: PodDouble, said: object, seconds: int) -> None:
    """One that does not end would never be renewed; a short one is not fetched anew for each request."""
    answers(double, token(expires_in=said))
    client = await signed(double)
    assert abs(client.token["expires_at"] - time.time() - seconds) < 5
    assert not client.token.is_expired(leeway=client.leeway) or seconds == 1
    await client.aclose()


async def test_a_login_that_was_withdrawn_meanwhile_is_told_with_its_own_issuer(
    double: PodDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with visit(double) as pod:
        double.tokens.withdraw("vendor app+1")
        later = time.time() + 590
        monkeypatch.setattr(time, "time", lambda: later)
        with pytest.raises(NotSignedIn) as stop:
            await pod.write(double.url("x.ttl"), b"", match=None)
    assert stop.value.issuer == double.tokens.issuer
    assert "invalid_client" in str(stop.value)
    assert sent(double, "PUT") == []


async def test_a_login_server_that_is_gone_at_renewal_does_not_make_the_write_doubtful(
    double: PodDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write was never sent; to say that it may have arrived would be false."""
    async with visit(double) as pod:
        double.script("POST", double.tokens.endpoint, faults.dropped(), None)
        later = time.time() + 590
        monkeypatch.setattr(time, "time", lambda: later)
        with pytest.raises(Unreachable) as stop:
            await pod.write(double.url("x.ttl"), b"", match=None)
    assert "arrived" not in str(stop.value)
    assert sent(double, "PUT") == []


# Nothing secret gets out


async def test_no_cookie_is_kept(double: PodDouble) -> None:
    def sets(request: httpx2.Request) -> httpx2.Response | None:
        return httpx2.Response(200, headers={"Set-Cookie": "nssidp.sid=1; Path=/"})

    async with visit(double) as pod:
        double.script("GET", "README", sets, None)
        for line in (pod.get, pod.get):
            await line(double.url("README"))
        await pod.nobody.send("GET", double.url("README"))
        await pod.nobody.send("GET", double.url("README"))
    assert [s for s in double.requests if "cookie" in s.headers] == []
    assert len(double.requests) == 4


def test_a_login_shown_is_shown_without_its_secret() -> None:
    shown = Credentials("https://a.example/#me", "https://a.example/", "id", "s3cret")
    assert "s3cret" not in repr(shown)
    assert "s3cret" not in str(shown)
    assert "s3cret" not in f"{[shown]} {shown!s}"


ECHOES: list[Callable[[str, str], httpx2.Response]] = [
    lambda secret, basic: httpx2.Response(401, json={"error": secret, "error_description": secret}),
    lambda secret, basic: httpx2.Response(400, json={"error": "invalid_client", "error_description": basic}),
    lambda secret, basic: httpx2.Response(500, json={"message": "x", "error": secret}),
    lambda secret, basic: httpx2.Response(200, json={"token_type": secret, "access_token": secret}),
    lambda secret, basic: httpx2.Response(200, content=secret.encode()),
]


@pytest.mark.parametrize("echo", ECHOES)
async def test_no_secret_is_in_errors_tracebacks_and_logs(
    double: PodDouble, echo: Callable[[str, str], httpx2.Response], caplog: pytest.LogCaptureFixture
) -> None:
    """Even where the server throws it back at us; libraries log everything they can."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx2", "httpcore2", "authlib", "joserfc", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    credentials = login(double)
    secret = credentials.client_secret
    basic = base64.b64encode(b"vendor%20app%2B1:s3cret%3A%25%2F1").decode()
    double.script("POST", double.tokens.endpoint, echo(secret, basic), None)
    with pytest.raises(LifepodError) as stop:
        await sign_in(credentials, transport=httpx2.MockTransport(double))
    seen = "".join(traceback.format_exception(stop.value)) + repr(stop.value) + stop.value.advice + caplog.text
    assert "HTTP Request: POST" in caplog.text  # the libraries did log
    for word in (secret, basic, "s3cret%3A%25%2F1"):
        assert word not in seen


async def test_no_token_or_proof_is_logged_while_the_pod_is_used(
    double: PodDouble, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("", "httpx2", "httpcore2", "authlib", "joserfc"):
        caplog.set_level(logging.DEBUG, logger=name)
    async with visit(double) as pod:
        await pod.get(double.url("README"))
        shown = repr(pod) + str(vars(pod)) + repr(pod.nobody)
    seen = sent(double, "GET")[0].headers
    for word in (seen["authorization"].split()[1], seen["dpop"][:20], "s3cret"):
        assert word not in caplog.text + shown
    assert "HTTP Request: GET" in caplog.text
