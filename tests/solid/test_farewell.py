"""A login that ends is taken back at its server, and ends here whatever that server does."""

from __future__ import annotations

import httpx2
import pytest

from lifepod.solid.farewell import revoked
from lifepod.solid.proofs import Proofs
from lifepod.solid.vault import BrowserLogin

ISSUER = "https://login.example/"
LOGIN = BrowserLogin("https://a.example/#me", ISSUER, "c1", "r3fresh", Proofs().key_to_keep(), "acc3ss", 12.5)


class Server:
    """A login server with a revocation endpoint, or something like it."""

    def __init__(self, endpoint: object = ISSUER + "revoke", status: int = 200) -> None:
        self.endpoint, self.status = endpoint, status
        self.sent: list[tuple[str, str]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append((str(request.url), request.content.decode()))
        if request.url.path.endswith("openid-configuration"):
            said = {"issuer": ISSUER, "token_endpoint": ISSUER + "token", "revocation_endpoint": self.endpoint}
            return httpx2.Response(200, json={k: v for k, v in said.items() if v is not None})
        return httpx2.Response(self.status)


async def told(server: Server) -> bool:
    return await revoked(LOGIN, transport=httpx2.MockTransport(server))


async def test_the_refresh_token_is_taken_back_where_it_came_from() -> None:
    server = Server()
    assert await told(server)
    assert server.sent[-1] == (ISSUER + "revoke", "token=r3fresh&token_type_hint=refresh_token&client_id=c1")


@pytest.mark.parametrize("endpoint", ["https://thief.example/revoke", "http://login.example/revoke", None, 5])
async def test_the_token_goes_nowhere_else(endpoint: object) -> None:
    server = Server(endpoint)
    assert not await told(server)
    assert not [body for _, body in server.sent if "r3fresh" in body]


@pytest.mark.parametrize("status", [400, 401, 404, 500, 503])
async def test_a_server_that_will_not_is_told_as_it_is(status: int) -> None:
    assert not await told(Server(status=status))


async def test_a_server_that_is_gone_is_no_error() -> None:
    def gone(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("nobody there")

    assert not await revoked(LOGIN, transport=httpx2.MockTransport(gone))
