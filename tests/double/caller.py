"""A bare signed HTTP client for the double's own tests, independent of lifepod's."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey
from tests.double.pod_double import PodDouble

ACME = "https://acme.example/profile/card#me"


class Caller:
    """A bare signed client, independent of the one under test elsewhere."""

    def __init__(self, double: PodDouble) -> None:
        self.double = double
        self.http = httpx2.AsyncClient(transport=httpx2.MockTransport(double))
        self.key = ECKey.generate_key("P-256")
        self.token = ""
        self.count = 0

    def proof(self, method: str, url: str, **more: Any) -> str:
        self.count += 1
        claims = {"jti": f"{id(self)}-{self.count}", "htm": method, "htu": url, "iat": int(time.time()), **more}
        return jwt.encode({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.as_dict(private=False)}, claims, self.key)

    async def sign_in(self, webid: str, **more: Any) -> httpx2.Response:
        client_id, secret = self.double.credentials(webid)
        quoted = f"{client_id.replace(' ', '%20').replace('+', '%2B')}:{secret.replace('%', '%25')}"
        basic = "Basic " + base64.b64encode(quoted.encode()).decode()
        url = self.double.tokens.endpoint
        answer = await self.http.post(
            url,
            data={"grant_type": "client_credentials", "scope": "webid"},
            headers={"Authorization": basic, "DPoP": self.proof("POST", url, **more)},
        )
        self.token = answer.json().get("access_token", "")
        return answer

    def signed(self, method: str, url: str, **more: Any) -> dict[str, str]:
        ath = base64.urlsafe_b64encode(hashlib.sha256(self.token.encode()).digest()).rstrip(b"=").decode()
        return {"Authorization": f"DPoP {self.token}", "DPoP": self.proof(method, url, ath=ath, **more)}

    async def ask(
        self, method: str, path: str, body: str = "", kind: str = "text/turtle", **headers: str
    ) -> httpx2.Response:
        url = self.double.url(path)
        sent = {"Content-Type": kind} if body else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= self.signed(method, url) if self.token else {}
        return await self.http.request(method, url, content=body.encode(), headers=sent)
