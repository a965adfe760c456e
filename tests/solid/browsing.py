"""Somebody logs in with a browser at a login server in memory: what was shown, and what the answer was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.double.issuer_double import IssuerDouble
from tests.solid.visits import QUICK

from lifepod.solid.browser import Question, question
from lifepod.solid.entry import Program, Talk, log_in
from lifepod.solid.issuer import Issuer
from lifepod.solid.keyring import FileStore, Store
from lifepod.solid.proofs import Proofs
from lifepod.solid.vault import BrowserLogin, Vault

CALLBACK = "http://127.0.0.1:4567/"
Meddle = Callable[[str], str]
"""What becomes of the answer on its way."""


@dataclass(slots=True)
class Person:
    """Says yes to everything, and brings the address the browser ended at."""

    double: IssuerDouble
    meddle: Meddle = str
    shown: list[str] = field(default_factory=list)
    brought: list[str] = field(default_factory=list)

    @property
    def talk(self) -> Talk:
        """For :func:`log_in`."""
        return Talk(lambda address, door: self.shown.append(address), self._paste)

    async def _paste(self) -> str:
        self.brought.append(self.meddle(self.double.desk.consent(self.shown[-1])))
        return self.brought[-1]

    async def logs_in(self, issuer: str = "", program: Program | None = None) -> BrowserLogin:
        """A login, from its discovery to its tokens."""
        line, where = httpx2.MockTransport(self.double), issuer or self.double.desk.issuer
        return await log_in(where, self.talk, program or Program(), transport=line, limits=QUICK)


def issuer_of(double: IssuerDouble) -> Issuer:
    """What discovery finds there."""
    desk = double.desk
    return Issuer(desk.issuer, desk.endpoint, desk.authorization, desk.registration, "", desk.jwks, True)


def asked(double: IssuerDouble, proofs: Proofs | None = None) -> Question:
    """A question that the login server knows the program of."""
    double.desk.clients["client-x"] = [CALLBACK]
    return question(issuer_of(double), "client-x", CALLBACK, proofs or Proofs())


def query(address: str) -> dict[str, str]:
    """The parameters of an address, each once."""
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query, keep_blank_values=True).items()}


def kept(store: Store, login: BrowserLogin) -> Vault:
    """The login as it is kept."""
    entry = f"{login.issuer} {login.webid}"
    store.put(entry, login.text())
    return Vault(store, entry, seconds=5.0)


def a_store() -> FileStore:
    """Where logins rest on this test's machine."""
    from lifepod.solid.dirs import state_dir

    return FileStore(state_dir() / "logins.json", lambda sentence: None)


def every_line_leads_to(double: IssuerDouble, world: pytest.MonkeyPatch) -> None:
    """Whatever opens a line of its own, as commands do, reaches the double."""

    async def answer(line: httpx2.AsyncHTTPTransport, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        return await double(request)

    world.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", answer)
