"""What a login server may say, and where the secret goes: to its own address, encrypted, for a bound token."""

from __future__ import annotations

import json

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.solid.logins import answers, refusal, signed, token
from tests.solid.visits import login, visit

from lifepod.errors import LifepodError, NotSignedIn, Unreachable
from lifepod.solid.login import Credentials, sign_in

CONFIGURATION = "/.well-known/openid-configuration"


@pytest.fixture(name="double")
def _double() -> PodDouble:
    return PodDouble()


def is_named(double: PodDouble, **found: object) -> None:
    """The discovery document says this from now on, beside what is right."""
    right = {"issuer": double.tokens.issuer, "token_endpoint": double.tokens.endpoint}
    double.script("GET", CONFIGURATION, httpx2.Response(200, json=right | found), None)


# What a token endpoint may say


@pytest.mark.parametrize("kind", ["Bearer", "", "DPoP2", None, 7, ["DPoP"]])
async def test_a_token_that_is_not_bound_to_our_key_is_refused(double: PodDouble, kind: object) -> None:
    """S1: every test would stay green with a Bearer token."""
    answers(double, token(token_type=kind))
    assert "not DPoP" in str(await refusal(double))


async def test_a_bearer_token_is_refused_however_its_name_is_written(double: PodDouble) -> None:
    answers(double, b'{"access_token": "t", "token\\u005ftype": "Bearer"}')
    assert isinstance(await refusal(double), NotSignedIn)


@pytest.mark.parametrize(
    "found",
    [
        {"expires_in": 600, "token_type": "DPoP"},
        token(access_token=7),
        token(access_token="a b"),
        token(access_token="a\r\nX: y"),
        token(access_token=""),
        ["token_type"],
        "token_type",
        7,
        None,
        b"",
        b"{",
        b"<html>",
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
async def test_an_answer_without_a_usable_token_is_no_login(double: PodDouble, found: object) -> None:
    answers(double, found)
    assert isinstance(await refusal(double), Unreachable)


@pytest.mark.parametrize(
    ("status", "found", "family", "said"),
    [
        (401, {"error": "invalid_client"}, NotSignedIn, "invalid_client"),
        (400, {"error": "invalid_grant"}, NotSignedIn, "invalid_grant"),
        (403, b"<html>", NotSignedIn, "403"),
        (200, {"error": "invalid_client"}, NotSignedIn, "invalid_client"),
        (400, {"error": ["x"]}, NotSignedIn, "400"),
        (201, token(), Unreachable, "201"),
        (302, token(), Unreachable, "302"),
        (404, b"", Unreachable, "404"),
        (429, {"error": "slow_down"}, Unreachable, "429"),
        (500, b"", Unreachable, "500"),
        (503, {"error": "x"}, Unreachable, "503"),
    ],
)
async def test_each_answer_of_the_login_server_is_the_error_it_is(
    double: PodDouble, status: int, found: object, family: type[LifepodError], said: str
) -> None:
    answers(double, found, status)
    problem = await refusal(double)
    assert isinstance(problem, family)
    assert said in str(problem)


async def test_a_busy_login_server_says_when_to_come_back(double: PodDouble) -> None:
    double.script("POST", double.tokens.endpoint, faults.busy(429, "9"))
    problem = await refusal(double)
    assert isinstance(problem, Unreachable)
    assert problem.after == 9


async def test_a_token_answer_has_a_bound(double: PodDouble) -> None:
    answers(double, b" " * 300_000 + json.dumps(token()).encode())
    assert "too much" in str(await refusal(double))


@pytest.mark.parametrize("path", [CONFIGURATION, "/.oidc/token"])
@pytest.mark.parametrize("answer", [faults.Hang(), faults.refused_connection(), faults.dropped()])
async def test_a_login_server_that_is_silent_or_gone_is_unreachable(
    double: PodDouble, path: str, answer: faults.Answer
) -> None:
    double.script("*", path, answer, None)
    problem = await refusal(double)
    assert isinstance(problem, Unreachable)
    assert problem.host == "https://pod.example"


async def test_a_wrong_secret_is_told_with_advice(double: PodDouble) -> None:
    right = login(double)
    wrong = Credentials(right.webid, right.issuer, right.client_id, "not it")
    with pytest.raises(NotSignedIn) as stop:
        await sign_in(wrong, transport=httpx2.MockTransport(double))
    assert "credential" in stop.value.advice
    assert stop.value.issuer == right.issuer


# Discovery


@pytest.mark.parametrize(
    "named", ["https://pod.example", "https://pod.example/x/", "https://evil.example/", "HTTPS://pod.example/"]
)
async def test_an_issuer_must_name_itself_to_the_last_slash(double: PodDouble, named: str) -> None:
    is_named(double, issuer=named)
    problem = await refusal(double)
    assert named in str(problem)
    assert not [s for s in double.requests if s.method == "POST"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://evil.example/token",
        "http://pod.example/.oidc/token",
        "https://pod.example:8443/token",
        "https://pod.example@evil.example/token",
        "https://pod.example.evil.example/token",
        "http://localhost:8080/token",
        "//evil.example/token",
        "/.oidc/token",
        "http://[",
        "",
        "file:///etc/passwd",
    ],
)
async def test_the_secret_goes_to_the_login_servers_own_address_only(double: PodDouble, endpoint: str) -> None:
    is_named(double, token_endpoint=endpoint)
    assert isinstance(await refusal(double), NotSignedIn)
    assert [s.method for s in double.requests] == ["GET"]


@pytest.mark.parametrize("said", [{"issuer": 7}, {"token_endpoint": None}, {"token_endpoint": ["x"]}])
async def test_a_configuration_of_other_things_is_none(double: PodDouble, said: dict[str, object]) -> None:
    is_named(double, **said)
    assert isinstance(await refusal(double), Unreachable)


@pytest.mark.parametrize(
    "answer",
    [
        faults.page(),
        faults.page(404),
        faults.redirect("https://pod.example/elsewhere"),
        faults.redirect("https://evil.example/.well-known/openid-configuration"),
        httpx2.Response(200, content=b"{"),
        httpx2.Response(200, content=b"[]"),
        httpx2.Response(200, content=b"[" * 100_000),
        httpx2.Response(200, content=b" " * 300_000),
        httpx2.Response(500),
        faults.busy(503),
    ],
)
async def test_what_is_no_login_server_is_told_and_gets_no_secret(double: PodDouble, answer: httpx2.Response) -> None:
    double.script("GET", CONFIGURATION, answer, None)
    assert isinstance(await refusal(double), Unreachable)
    assert [s.url for s in double.requests] == ["https://pod.example" + CONFIGURATION]
    assert "authorization" not in double.requests[0].headers


@pytest.mark.parametrize(
    "issuer", ["http://pod.example/", "ftp://pod.example/", "pod.example", "http://[", "https://u:p@pod.example/"]
)
async def test_an_issuer_over_an_open_line_is_not_even_asked(double: PodDouble, issuer: str) -> None:
    """Whoever sits on the line could name another place for the secret."""
    await refusal(double, issuer)
    assert double.requests == []


async def test_a_server_on_this_machine_needs_no_encryption() -> None:
    double = PodDouble("http://localhost:3000/alice/")
    client = await signed(double)
    assert client.token["token_type"] == "DPoP"
    await client.aclose()


async def test_the_token_does_not_go_over_an_open_line(double: PodDouble) -> None:
    """A link in an answer may lead there."""
    async with visit(double) as pod:
        with pytest.raises(NotSignedIn) as stop:
            await pod.get("http://pod.example/alice/README")
    assert "http" in str(stop.value)
    assert double.requests == []
