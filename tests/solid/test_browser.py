"""A login through a browser: what is asked, which answers fit, what a code is worth, and every forgery of them."""

from __future__ import annotations

import base64
import hashlib
import logging
import traceback
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, urlsplit

import httpx2
import pytest
from tests.double import faults
from tests.double.issuer_double import IssuerDouble
from tests.solid.browsing import CALLBACK, Person, a_store, asked, issuer_of, kept, query
from tests.solid.visits import QUICK, claims

from lifepod.errors import LifepodError, NotReady, NotSignedIn, Unreachable
from lifepod.solid.browser import Question, code_of, fits, question, redeemed
from lifepod.solid.entry import Program
from lifepod.solid.login import take_up
from lifepod.solid.loopback import listening
from lifepod.solid.proofs import Proofs
from lifepod.solid.send import Sender
from lifepod.solid.vault import BrowserLogin

CONFIGURATION = "/.well-known/openid-configuration"


@pytest.fixture(name="double")
def _double() -> IssuerDouble:
    return IssuerDouble()


async def refusal(person: Person, program: Program | None = None) -> LifepodError:
    """Why the login did not work; no token was asked for where the answer was no good."""
    with pytest.raises(LifepodError) as stop:
        await person.logs_in(program=program)
    assert stop.value.advice.endswith(".")
    assert "\x1b" not in str(stop.value)
    return stop.value


def token_requests(double: IssuerDouble) -> int:
    return len([seen for seen in double.requests if seen.url == double.desk.endpoint])


async def redeem(double: IssuerDouble, one: Question, code: str, proofs: Proofs) -> BrowserLogin:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(double)) as client:
        return await redeemed(client, one, code, proofs, QUICK)


# The question


def test_the_question_asks_for_all_that_a_kept_login_needs(double: IssuerDouble) -> None:
    proofs = Proofs()
    one = asked(double, proofs)
    said = query(one.address)
    assert one.address.startswith(double.desk.authorization + "?")
    digest = base64.urlsafe_b64encode(hashlib.sha256(one.verifier.encode()).digest()).rstrip(b"=").decode()
    assert said == {
        "response_type": "code",
        "client_id": "client-x",
        "redirect_uri": CALLBACK,
        "scope": "openid webid offline_access",
        "state": one.state,
        "nonce": one.nonce,
        "code_challenge": digest,
        "code_challenge_method": "S256",
        "dpop_jkt": proofs.thumbprint,
        "prompt": "consent",
    }


def test_no_two_questions_share_a_secret_and_none_is_guessable(double: IssuerDouble) -> None:
    secrets = [word for one in (asked(double), asked(double)) for word in (one.state, one.nonce, one.verifier)]
    assert len(set(secrets)) == 6
    assert min(len(word) for word in secrets) >= 43  # RFC 7636 §4.1: 256 bits


def test_the_verifier_is_neither_in_the_address_nor_shown(double: IssuerDouble) -> None:
    one = asked(double)
    assert one.verifier not in one.address
    for word in (one.state, one.nonce, one.verifier):
        assert word not in f"{one!r} {one} {[one]}"


def test_a_login_page_that_has_a_query_of_its_own_keeps_it(double: IssuerDouble) -> None:
    described = replace(issuer_of(double), authorization_endpoint=double.desk.authorization + "?tenant=1")
    assert query(question(described, "c", CALLBACK, Proofs()).address)["tenant"] == "1"


@pytest.mark.parametrize("left_out", ["authorization_endpoint", "jwks_uri"])
async def test_a_server_without_a_login_for_browsers_is_told(double: IssuerDouble, left_out: str) -> None:
    double.desk.described[left_out] = None
    problem = await refusal(Person(double))
    assert "no login for a browser" in str(problem)


# The whole way


async def test_a_login_ends_in_a_refresh_token_bound_to_a_key(double: IssuerDouble) -> None:
    person = Person(double)
    login = await person.logs_in()
    (grant,) = double.desk.grants
    assert (login.webid, login.issuer, login.client_id) == (double.owner, double.desk.issuer, "client-1")
    assert [login.refresh_token] == grant.refresh_tokens
    assert login.access_token in double.desk.issued
    assert double.desk.issued[login.access_token].thumbprint == Proofs(login.key).thumbprint
    assert set(login.key) >= {"kty", "crv", "x", "y", "d"}


async def test_what_a_login_leaves_opens_the_pod(double: IssuerDouble) -> None:
    client = await take_up(kept(a_store(), await Person(double).logs_in()), transport=httpx2.MockTransport(double))
    sender = Sender(client)
    assert (await sender.send("GET", double.base)).status == 200
    assert double.requests[-1].webid == double.owner
    await sender.aclose()


async def test_the_program_makes_itself_known_as_one_without_a_secret(double: IssuerDouble) -> None:
    person = Person(double)
    await person.logs_in()
    (about,) = double.desk.registered
    assert about == {
        "client_name": "lifepod",
        "application_type": "native",
        "redirect_uris": [query(person.shown[0])["redirect_uri"]],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": "openid webid offline_access",
    }
    assert urlsplit(about["redirect_uris"][0]).hostname == "127.0.0.1"


async def test_a_client_identifier_document_needs_no_registration(double: IssuerDouble) -> None:
    """Solid-OIDC §5: the client id is the address of a document that names the redirect."""
    double.desk.clients["https://app.example/id"] = ["http://127.0.0.1/"]
    person = Person(double)
    login = await person.logs_in(program=Program("https://app.example/id"))
    assert login.client_id == query(person.shown[0])["client_id"] == "https://app.example/id"
    assert double.desk.registered == []
    async with listening() as ear:
        assert isinstance(await refusal(person, Program("https://app.example/id", ear.port)), NotReady)


async def test_the_code_goes_with_its_verifier_and_a_proof_and_with_no_secret(double: IssuerDouble) -> None:
    person = Person(double)
    await person.logs_in()
    (seen,) = [s for s in double.requests if s.url == double.desk.endpoint]
    form = query("?" + seen.body.decode())
    assert set(form) == {"grant_type", "code", "redirect_uri", "client_id", "code_verifier"}
    assert "authorization" not in seen.headers
    assert (claims(seen)["htm"], claims(seen)["htu"]) == ("POST", double.desk.endpoint)
    assert "ath" not in claims(seen)


async def test_a_login_server_may_want_a_nonce_in_each_proof(double: IssuerDouble) -> None:
    double.require_nonce = True
    assert (await Person(double).logs_in()).webid == double.owner


@pytest.mark.parametrize("typed", ["https://pod.example", "https://pod.example/"])
async def test_of_a_typed_login_server_the_last_slash_does_not_count(double: IssuerDouble, typed: str) -> None:
    assert (await Person(double).logs_in(typed)).issuer == "https://pod.example/"


async def test_a_login_server_over_an_open_line_is_not_even_asked(double: IssuerDouble) -> None:
    with pytest.raises(NotSignedIn):
        await Person(double).logs_in("http://pod.example/")
    assert double.requests == []


@pytest.mark.parametrize("name", ["authorization_endpoint", "registration_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("place", ["https://evil.example/x", "http://pod.example/x", "//pod.example/x", "javascript:0"])
async def test_no_step_of_a_login_leads_to_another_server(double: IssuerDouble, name: str, place: str) -> None:
    double.desk.described[name] = place
    person = Person(double)
    assert isinstance(await refusal(person), NotSignedIn)
    assert person.shown == []
    assert len(double.requests) == 1


# Registration


@pytest.mark.parametrize(
    ("answer", "family"),
    [
        (400, NotSignedIn),
        (401, NotSignedIn),
        (403, NotSignedIn),
        (404, NotSignedIn),
        (faults.busy(429), Unreachable),
        (500, Unreachable),
        (faults.dropped(), Unreachable),
        (faults.Hang(), Unreachable),
        (faults.page(201), NotSignedIn),
        (faults.redirect("https://evil.example/"), NotSignedIn),
        (httpx2.Response(201, content=b"[" * 100_000), NotSignedIn),
        (httpx2.Response(201, content=b" " * 300_000), Unreachable),
        (httpx2.Response(201, json={"client_id": 7}), NotSignedIn),
        (httpx2.Response(201, json={"client_id": ""}), NotSignedIn),
        (httpx2.Response(201, json={"client_id": "x" * 5000}), NotSignedIn),
    ],
)
async def test_a_registration_that_does_not_work_is_told(
    double: IssuerDouble, answer: faults.Answer, family: type[LifepodError]
) -> None:
    double.script("POST", double.desk.registration, answer, None)
    person = Person(double)
    assert isinstance(await refusal(person), family)
    assert person.shown == []


async def test_a_server_without_registration_wants_a_client_identifier_document(double: IssuerDouble) -> None:
    double.desk.described["registration_endpoint"] = None
    assert "--client-id" in (await refusal(Person(double))).advice


# The answer


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"state": "another"}, "not the answer"),
        ({"state": ""}, "not the answer"),
        ({"state": None}, "not the answer"),
        ({"iss": "https://evil.example/"}, "https://evil.example/"),
        ({"iss": "https://pod.example"}, "https://pod.example,"),
        ({"iss": "HTTPS://pod.example/"}, "HTTPS://pod.example/"),
        ({"iss": "\x1b[2J"}, "\\x1b"),
        ({"iss": None}, "nobody"),
        ({"iss": ""}, "nobody"),
        ({"code": None}, "no code"),
        ({"code": ""}, "no code"),
        ({"error": "access_denied"}, "You said no"),
        ({"error": "login_required"}, "log in there first"),
        ({"error": "consent_required"}, "consent"),
        ({"error": "server_error"}, "server_error"),
        ({"error": "\x1b[2J" * 100}, "\\x1b"),
    ],
)
async def test_an_answer_that_is_forged_or_a_refusal_is_not_redeemed(
    double: IssuerDouble, said: dict[str, str | None], why: str
) -> None:
    double.desk.said = said
    problem = await refusal(Person(double))
    assert isinstance(problem, NotSignedIn)
    assert why in str(problem)
    assert token_requests(double) == 0


async def test_an_error_beside_a_code_is_an_error(double: IssuerDouble) -> None:
    double.desk.said = {"code": "code-1", "error": "access_denied"}
    await refusal(Person(double))
    assert token_requests(double) == 0


@pytest.mark.parametrize("name", ["state", "iss", "code", "error", "session_state"])
@pytest.mark.parametrize("same", [True, False])
async def test_an_answer_that_says_something_twice_is_no_answer(double: IssuerDouble, name: str, same: bool) -> None:
    """RFC 6749 §3.1; also where one of the two is right, and where both are."""
    double.desk.said = {"error": None, "session_state": "s"} | ({"error": "x"} if name == "error" else {})

    def twice(address: str) -> str:
        return f"{address}&{name}={quote(query(address)[name]) if same else 'other'}"

    assert "not the answer" in str(await refusal(Person(double, twice)))
    assert token_requests(double) == 0


async def test_a_server_that_does_not_say_that_it_names_itself_need_not(double: IssuerDouble) -> None:
    """RFC 9207 §2.4: but where it does, the name must be right."""
    double.desk.described["authorization_response_iss_parameter_supported"] = None
    double.desk.said = {"iss": None}
    assert (await Person(double).logs_in()).webid == double.owner
    double.desk.said = {"iss": "https://evil.example/"}
    assert "evil" in str(await refusal(Person(double)))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "\n",
        "no address",
        "http://[",
        "http://127.0.0.1:4567/",
        "http://127.0.0.1:4567/?state=\udcff",
        "http://127.0.0.1:4567/?" + "&".join(f"a{n}=1" for n in range(1000)),
        "http://127.0.0.1:4567/?" + "a" * 20_000,
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address_is_no_answer(double: IssuerDouble, address: str) -> None:
    one = asked(double)
    assert not fits(one, address)
    with pytest.raises(NotSignedIn) as stop:
        code_of(one, address)
    assert "whole address" in stop.value.advice


def test_a_pasted_address_may_have_spaces_around_it(double: IssuerDouble) -> None:
    one = asked(double)
    address = double.desk.consent(one.address)
    assert code_of(one, f"  {address}\r\n") == "code-1"


def test_the_answer_to_one_question_is_none_to_another(double: IssuerDouble) -> None:
    one, other = asked(double), asked(double)
    address = double.desk.consent(one.address)
    assert fits(one, address)
    assert not fits(other, address)


# What the code is worth


async def test_a_code_is_of_no_use_without_its_verifier(double: IssuerDouble) -> None:
    proofs = Proofs()
    one = asked(double, proofs)
    code = code_of(one, double.desk.consent(one.address))
    with pytest.raises(NotSignedIn) as stop:
        await redeem(double, replace(one, verifier="A" * 43), code, proofs)
    assert "invalid_grant" in str(stop.value)


async def test_a_code_is_of_no_use_to_another_key(double: IssuerDouble) -> None:
    """RFC 9449 §10: whoever steals code and verifier still lacks the key."""
    one = asked(double)
    code = code_of(one, double.desk.consent(one.address))
    with pytest.raises(NotSignedIn) as stop:
        await redeem(double, one, code, Proofs())
    assert "invalid_grant" in str(stop.value)


async def test_a_code_used_twice_ends_the_login(double: IssuerDouble) -> None:
    proofs = Proofs()
    one = asked(double, proofs)
    code = code_of(one, double.desk.consent(one.address))
    login = await redeem(double, one, code, proofs)
    with pytest.raises(NotSignedIn):
        await redeem(double, one, code, proofs)
    assert double.desk.grants[0].ended
    assert login.access_token not in double.desk.issued


@pytest.mark.parametrize("code", ["code-9", "code-0", "x", "a b&grant_type=client_credentials"])
async def test_a_made_up_code_is_refused_by_the_server_and_told(double: IssuerDouble, code: str) -> None:
    double.desk.said = {"code": code}
    assert "invalid_grant" in str(await refusal(Person(double)))


@pytest.mark.parametrize(
    ("said", "family", "why"),
    [
        ({"token_type": "Bearer"}, NotSignedIn, "not DPoP"),
        ({"token_type": None}, NotSignedIn, "not DPoP"),
        ({"access_token": None}, Unreachable, "did not send a token"),
        ({"access_token": "a\r\nb"}, Unreachable, "did not send a token"),
        ({"error": "invalid_grant"}, NotSignedIn, "invalid_grant"),
        ({"refresh_token": None}, NotSignedIn, "cannot be kept"),
        ({"refresh_token": ""}, NotSignedIn, "cannot be kept"),
        ({"refresh_token": ["x"]}, NotSignedIn, "cannot be kept"),
        ({"id_token": None}, NotSignedIn, "no id token"),
        ({"id_token": ["x"]}, NotSignedIn, "no id token"),
        ({"id_token": "x" * 40_000}, NotSignedIn, "no id token"),
    ],
)
async def test_an_answer_without_what_a_login_needs_is_none(
    double: IssuerDouble, said: dict[str, object], family: type[LifepodError], why: str
) -> None:
    double.desk.answers = said
    problem = await refusal(Person(double))
    assert isinstance(problem, family)
    assert why in str(problem)


async def test_a_server_whose_logins_cannot_be_kept_leaves_client_credentials(double: IssuerDouble) -> None:
    double.desk.answers = {"refresh_token": None}
    assert "--credentials" in (await refusal(Person(double))).advice


@pytest.mark.parametrize("url", ["/.oidc/token", "/.oidc/jwks"])
@pytest.mark.parametrize(
    "answer",
    [
        500,
        faults.busy(503),
        faults.Hang(),
        faults.dropped(),
        faults.redirect("https://evil.example/"),
        httpx2.Response(200, content=b" " * 300_000),
    ],
)
async def test_a_login_server_that_fails_midway_is_unreachable(
    double: IssuerDouble, url: str, answer: faults.Answer
) -> None:
    double.script("*", url, answer, None)
    assert isinstance(await refusal(Person(double)), Unreachable)
    assert not [seen for seen in double.requests if "evil" in seen.url]


# Nothing secret gets out

ECHOES: list[Callable[[str], httpx2.Response]] = [
    lambda secret: httpx2.Response(400, json={"error": secret, "error_description": secret}),
    lambda secret: httpx2.Response(500, json={"message": secret, "error": secret}),
    lambda secret: httpx2.Response(200, json={"token_type": secret, "access_token": secret}),
    lambda secret: httpx2.Response(200, json={"token_type": "DPoP", "access_token": "t", "id_token": secret}),
]


@pytest.mark.parametrize("echo", ECHOES)
async def test_no_secret_of_a_login_is_in_errors_tracebacks_and_logs(
    double: IssuerDouble, echo: Callable[[str], httpx2.Response], caplog: pytest.LogCaptureFixture
) -> None:
    """Even where the server throws the request back at us."""
    for name in ("", "httpx2", "httpcore2", "authlib", "joserfc", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    forms: list[bytes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        forms.append(request.content)
        return echo(request.content.decode())

    double.script("POST", double.desk.endpoint, answer, None)
    person = Person(double)
    problem = await refusal(person)
    seen = "".join(traceback.format_exception(problem)) + repr(problem) + problem.advice + caplog.text
    assert "HTTP Request: POST" in caplog.text  # the libraries did log
    form, shown = query("?" + forms[0].decode()), query(person.shown[0])
    for word in (form["code_verifier"], f"code={form['code']}", shown["state"], shown["nonce"]):
        assert word not in seen
