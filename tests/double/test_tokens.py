"""The double's login server refuses what a resource server must refuse."""

from __future__ import annotations

import base64

import httpx2
from tests.double.caller import ACME, Caller
from tests.double.pod_double import PodDouble


async def test_a_token_lasts_its_lifetime_and_dies_with_it(acme: Caller, double: PodDouble) -> None:
    assert (await acme.ask("GET", "")).status_code == 200
    double.tokens.expire()
    assert (await acme.ask("GET", "")).status_code == 401
    double.token_lifetime = 7
    assert (await acme.sign_in(ACME)).json()["expires_in"] == 7


async def test_a_replayed_a_foreign_and_a_misdirected_proof_are_refused(acme: Caller, double: PodDouble) -> None:
    url = double.base
    good = acme.signed("GET", url)
    other_key = Caller(double)
    other_key.token, other_key.count = acme.token, 100
    cases = [good, good, acme.signed("PUT", url), acme.signed("GET", url + "README"), other_key.signed("GET", url)]
    statuses = [(await acme.http.get(url, headers=headers)).status_code for headers in cases]
    assert statuses == [200, 401, 401, 401, 401]


async def test_a_bound_token_is_no_bearer_token(acme: Caller, double: PodDouble) -> None:
    answer = await acme.http.get(double.base, headers={"Authorization": f"Bearer {acme.token}"})
    assert answer.status_code == 401


async def test_without_a_proof_a_bearer_token_is_issued_and_accepted(double: PodDouble) -> None:
    client_id, secret = double.credentials(ACME)
    basic = base64.b64encode(f"{client_id.replace('+', '%2B')}:{secret.replace('%', '%25')}".encode()).decode()
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(double)) as http:
        form = {"grant_type": "client_credentials", "scope": "webid"}
        got = await http.post(double.tokens.endpoint, data=form, headers={"Authorization": f"Basic {basic}"})
        answer = await http.get(double.base, headers={"Authorization": f"Bearer {got.json()['access_token']}"})
    assert (got.json()["token_type"], answer.status_code) == ("Bearer", 200)


async def test_a_nonce_is_asked_for_where_it_is_required(double: PodDouble) -> None:
    caller = Caller(double)
    double.require_nonce = True
    refused = await caller.sign_in(ACME)
    assert (refused.status_code, refused.json()["error"]) == (400, "use_dpop_nonce")
    assert (await caller.sign_in(ACME, nonce=refused.headers["dpop-nonce"])).status_code == 200
    answer = await caller.ask("GET", "")
    assert (answer.status_code, answer.headers["dpop-nonce"]) == (401, "nonce-1")
    headers = caller.signed("GET", double.base, nonce="nonce-1")
    assert (await caller.http.get(double.base, headers=headers)).status_code == 200


async def test_a_proof_must_name_the_servers_own_spelling(acme: Caller, double: PodDouble) -> None:
    sent = double.base + "a+b.ttl"
    statuses = [
        (await acme.http.get(sent, headers=acme.signed("GET", htu))).status_code
        for htu in (sent, double.base + "a%2Bb.ttl")
    ]
    assert statuses == [401, 403]
