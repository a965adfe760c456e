"""Signing in at a pod in memory, and making its login server say what a test wants."""

from __future__ import annotations

import json

import httpx2
import pytest
from tests.double.pod_double import PodDouble
from tests.solid.visits import QUICK, login

from lifepod.errors import LifepodError
from lifepod.solid.login import DPoPClient, sign_in


async def signed(double: PodDouble, issuer: str = "") -> DPoPClient:
    """The owner, signed in."""
    return await sign_in(login(double, issuer=issuer), transport=httpx2.MockTransport(double), limits=QUICK)


async def refusal(double: PodDouble, issuer: str = "") -> LifepodError:
    """Why signing in did not work."""
    with pytest.raises(LifepodError) as stop:
        await signed(double, issuer)
    assert stop.value.advice.endswith(".")
    return stop.value


def answers(double: PodDouble, found: object, status: int = 200) -> None:
    """The token endpoint says this from now on."""
    body = found if isinstance(found, bytes) else json.dumps(found).encode()
    answer = httpx2.Response(status, content=body, headers={"Content-Type": "application/json"})
    double.script("POST", double.tokens.endpoint, answer, None)


def token(**more: object) -> dict[str, object]:
    """A token answer that is right, but for what is said here."""
    return {"access_token": "t", "token_type": "DPoP", "expires_in": 600} | more
