"""An id token: each claim and each signature that a forger could try, and the few liberties a server may take."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.double import faults
from tests.double.issuer_double import IssuerDouble, LoginDesk
from tests.solid.browsing import Person

from lifepod.errors import NotSignedIn, Unreachable

Forge = Callable[[LoginDesk, dict[str, Any]], object]
HOUR = 3600


@pytest.fixture(name="double")
def _double() -> IssuerDouble:
    return IssuerDouble()


async def refusal(double: IssuerDouble) -> NotSignedIn:
    with pytest.raises(NotSignedIn) as stop:
        await Person(double).logs_in()
    assert stop.value.issuer == double.desk.issuer
    return stop.value


# Claims


@pytest.mark.parametrize(
    ("claims", "named"),
    [
        ({"iss": "https://evil.example/"}, "iss"),
        ({"iss": "https://pod.example"}, "iss"),
        ({"iss": ["https://pod.example/"]}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "client-2"}, "aud"),
        ({"aud": ["client-2", "solid"]}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": {"client-1": 1}}, "aud"),
        ({"aud": None}, "aud"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": ["x"]}, "nonce"),
        ({"exp": None}, "exp"),
        ({"exp": 0}, "exp"),
        ({"exp": "tomorrow"}, "exp"),
        ({"exp": time.time() - HOUR}, "exp"),
        ({"iat": None}, "iat"),
        ({"iat": time.time() + HOUR}, "iat"),
        ({"nbf": time.time() + HOUR}, "nbf"),
    ],
)
async def test_a_claim_that_is_wrong_is_named(double: IssuerDouble, claims: dict[str, object], named: str) -> None:
    double.desk.claims = claims
    assert f"({named})" in str(await refusal(double))


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"azp": "client-2"}, "another program"),
        ({"azp": ["client-1"]}, "another program"),
        ({"aud": ["client-1", "client-2"], "azp": None}, "others too"),
        ({"webid": None, "sub": "alice"}, "no WebID"),
        ({"webid": "alice"}, "no WebID"),
        ({"webid": "javascript:alert(1)"}, "no WebID"),
        ({"webid": ["https://pod.example/alice/profile/card#me"]}, "no WebID"),
        ({"webid": 7}, "no WebID"),
        ({"webid": "https://u:p@pod.example/"}, "no WebID"),
    ],
)
async def test_a_token_for_someone_else_or_of_nobody_is_refused(
    double: IssuerDouble, claims: dict[str, object], why: str
) -> None:
    double.desk.claims = claims
    assert why in str(await refusal(double))


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["client-1"]},
        {"aud": ["client-1", "solid"]},
        {"aud": ["solid", "client-1"], "azp": None},
        {"aud": ["client-1", "other"], "azp": "client-1"},
        {"azp": None},
        {"webid": None},
        {"sub": "a1b2"},
        {"more": {"of": "its own"}},
    ],
)
async def test_what_servers_do_differently_is_taken(double: IssuerDouble, claims: dict[str, object]) -> None:
    """Solid-OIDC has ``solid`` in the audience."""
    double.desk.claims = claims
    assert (await Person(double).logs_in()).webid == double.owner


@pytest.mark.parametrize(("exp", "iat"), [(-30, -HOUR), (HOUR, 30)])
async def test_clocks_may_differ_by_seconds(double: IssuerDouble, exp: float, iat: float) -> None:
    double.desk.claims = {"exp": time.time() + exp, "iat": time.time() + iat}
    assert (await Person(double).logs_in()).webid == double.owner


# Signatures


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _unsigned(desk: LoginDesk, claims: dict[str, Any]) -> str:
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."


def _kept_signature(desk: LoginDesk, claims: dict[str, Any]) -> str:
    head, _, signature = desk.signed(claims).split(".")
    return f"{head}.{_part({**claims, 'webid': 'https://evil.example/#me'})}.{signature}"


def _secret_signed(desk: LoginDesk, claims: dict[str, Any]) -> str:
    # The classic: the public key, which everyone has, as if it were a shared secret.
    signed = f"{_part({'alg': 'HS256', 'kid': 'k1'})}.{_part(claims)}"
    made = hmac.digest(desk.key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def _other_key(desk: LoginDesk, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "ES256", "kid": "k1"}, claims, ECKey.generate_key("P-256"))


def _own_key_along(desk: LoginDesk, claims: dict[str, Any]) -> str:
    key = ECKey.generate_key("P-256")
    head = {"alg": "ES256", "jwk": key.as_dict(private=False), "jku": "https://evil.example/keys"}
    return jwt.encode(head, claims, key)


FORGERIES: list[Forge] = [
    _unsigned,
    _kept_signature,
    _secret_signed,
    _other_key,
    _own_key_along,
    lambda desk, claims: jwt.encode({"alg": "ES256", "kid": "k2"}, claims, desk.key),
    lambda desk, claims: desk.signed(claims)[:-3],
    lambda desk, claims: desk.signed(claims) + "AAAA",
    lambda desk, claims: desk.signed(claims).rsplit(".", 1)[0] + ".",
    lambda desk, claims: desk.signed(claims).replace(".", "..", 1),
    lambda desk, claims: "a.b.c",
    lambda desk, claims: "",
    lambda desk, claims: "\x1b[2J",
    lambda desk, claims: claims,
]


@pytest.mark.parametrize("forge", FORGERIES)
async def test_a_token_that_the_server_did_not_sign_is_refused(double: IssuerDouble, forge: Forge) -> None:
    double.desk.sign = lambda claims: forge(double.desk, claims)
    await refusal(double)


@pytest.mark.parametrize("claims", [[1], "x", None])
async def test_a_signed_text_that_holds_no_claims_is_refused(double: IssuerDouble, claims: object) -> None:
    from joserfc import jws

    body = json.dumps(claims).encode()
    double.desk.sign = lambda said: jws.serialize_compact({"alg": "ES256", "kid": "k1"}, body, double.desk.key)
    await refusal(double)


async def test_an_rsa_signature_is_as_good(double: IssuerDouble) -> None:
    """What the large services use."""
    key = RSAKey.generate_key(2048, parameters={"kid": "r1"})
    double.script("GET", double.desk.jwks, httpx2.Response(200, json={"keys": [key.as_dict(private=False)]}))
    double.desk.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "r1"}, claims, key)
    assert (await Person(double).logs_in()).webid == double.owner


@pytest.mark.parametrize(
    "strange",
    [
        {"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA", "kid": "s"},
        {"kty": "EC", "kid": "s"},
        {"kty": "RSA", "n": "!", "e": "AQAB", "kid": "s"},
        {"kty": "AKP", "alg": "ML-DSA-65", "pub": "AA"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "s"},
        {"kid": "s"},
        ["kty"],
        7,
        None,
    ],
)
async def test_a_strange_key_does_not_spoil_the_others(double: IssuerDouble, strange: object) -> None:
    """Servers show keys of kinds to come beside those in use."""
    right = double.desk.key.as_dict(private=False)
    double.script("GET", double.desk.jwks, httpx2.Response(200, json={"keys": [strange, right]}))
    assert (await Person(double).logs_in()).webid == double.owner


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'{"keys": {}}', b'{"keys": []}', b"[" * 100_000])
async def test_without_keys_nobody_is_signed_in(double: IssuerDouble, body: bytes) -> None:
    double.script("GET", double.desk.jwks, httpx2.Response(200, content=body))
    await refusal(double)


async def test_a_shared_secret_among_the_keys_signs_nothing(double: IssuerDouble) -> None:
    secret = OctKey.generate_key(256, parameters={"kid": "s"})
    double.script("GET", double.desk.jwks, httpx2.Response(200, json={"keys": [secret.as_dict(private=True)]}))
    double.desk.sign = lambda claims: jwt.encode({"alg": "HS256", "kid": "s"}, claims, secret)
    await refusal(double)


@pytest.mark.parametrize("answer", [404, faults.page(403)])
async def test_keys_that_are_not_shown_are_told(double: IssuerDouble, answer: faults.Answer) -> None:
    double.script("GET", double.desk.jwks, answer, None)
    with pytest.raises(Unreachable, match="keys"):
        await Person(double).logs_in()
