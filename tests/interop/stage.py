"""Four servers, the same two people on each: an owner with a pod, and a friend who has nothing there yet.

Nothing here judges: what a server can do is found out by :mod:`tests.interop.suite`.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import httpx2
from tests.interop import certificate, servers
from tests.interop.logins import Line, Password, signed_in

from lifepod.home import accounts
from lifepod.home.accounts import NewPod
from lifepod.home.install import VERSION
from lifepod.home.port import is_used
from lifepod.home.server import HomeFolder, RunningServer
from lifepod.solid.login import Credentials, DPoPClient, sign_in
from lifepod.solid.pod import Pod
from lifepod.solid.send import Sender
from lifepod.solid.wire import Reply


class Kind(StrEnum):
    """A server as the suite tells them apart."""

    CSS_WAC = "css-wac"
    CSS_ACP = "css-acp"
    NSS = "nss"
    JSS = "jss"


TITLES = {
    Kind.CSS_WAC: f"Community Solid Server {VERSION}, WAC",
    Kind.CSS_ACP: f"Community Solid Server {VERSION}, ACP",
    Kind.NSS: f"node-solid-server {servers.version_of('solid-server')}",
    Kind.JSS: f"JavaScript Solid Server {servers.version_of('javascript-solid-server')}",
}


@dataclass(frozen=True)
class Stage:
    """One server and everybody's login."""

    kind: Kind
    owner: Pod
    friend: Pod
    line: Line
    """Everything the owner sends goes over it."""

    @property
    def root(self) -> str:
        """The owner's pod."""
        return self.owner.storage

    async def room(self, name: str) -> str:
        """A container of the owner's, made for one capability; each name once."""
        url = f"{self.root}interop/{name}/"
        assert await self.owner.create_container(url), f"{url} is there already"
        return url

    async def knock(self, who: str, method: str, url: str, body: bytes = b"", **headers: str) -> Reply:
        """One real request of ``owner``, ``friend`` or ``nobody``; ``If_Match`` becomes ``If-Match``."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        if who == "nobody":
            return await self.owner.nobody.send(method, url, said, body)
        return await {"owner": self.owner, "friend": self.friend}[who].ask(method, url, said, body)


@contextmanager
def css(folder: Path, *, acp: bool = False) -> Iterator[RunningServer]:
    """Community Solid Server, as the program runs it; nothing of it stays."""
    with RunningServer.start(HomeFolder.at(folder / "css", acp=acp)) as server:
        yield server
    assert server.poll() is not None
    assert not is_used(server.folder.port)


@asynccontextmanager
async def staged(kind: Kind, issuer: RunningServer | None = None) -> AsyncIterator[Stage]:
    """A server of its own with its people; ``issuer`` is a running Community Solid Server that NSS may use."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"interop-{kind}-")))
        if kind is Kind.JSS:
            yield await _jss(folder, stack)
        elif kind is Kind.NSS:
            server = issuer or stack.enter_context(css(folder))
            yield await _nss(folder, server, stack)
        else:
            acp = kind is Kind.CSS_ACP
            server = issuer if issuer and not acp else stack.enter_context(css(folder, acp=acp))
            yield await _css(kind, server, stack)


@contextmanager
def _ended(server: servers.NodeServer) -> Iterator[str]:
    with server:
        yield server.base_url
    assert server.remains == [], f"the server left {server.remains}"


def _account(server: RunningServer, name: str) -> NewPod:
    return accounts.add(server.base_url, f"{name}-{secrets.token_hex(3)}")


async def _css(kind: Kind, server: RunningServer, stack: AsyncExitStack) -> Stage:
    line, (owner, friend) = Line(), (_account(server, name) for name in ("owner", "friend"))
    pods = [
        await _pod(stack, await _by_credential(who, one), one, who.webid, owner.pod)
        for who, one in ((owner, line), (friend, Line()))
    ]
    return Stage(kind, pods[0], pods[1], line)


async def _nss(folder: Path, issuer: RunningServer, stack: AsyncExitStack) -> Stage:
    """Its own login wants a browser, so Community Solid Server vouches for both; it takes those tokens (servers §5)."""
    owner, friend = (_account(issuer, name) for name in ("owner", "friend"))
    trust = certificate.made_in(folder / "nss")
    base = stack.enter_context(_ended(servers.nss(folder / "nss", _root_acl(owner.webid), trust)))
    line = Line(trust)
    pods = [
        await _pod(stack, await _by_credential(who, one), one, who.webid, base)
        for who, one in ((owner, line), (friend, Line(trust)))
    ]
    return Stage(Kind.NSS, pods[0], pods[1], line)


async def _jss(folder: Path, stack: AsyncExitStack) -> Stage:
    base = stack.enter_context(_ended(servers.jss(folder / "jss")))
    line, (owner, friend) = Line(), (_jss_account(base, name) for name in ("owner", "friend"))
    storage = owner.webid.removesuffix("profile/card#me")
    pods = [
        await _pod(stack, await signed_in(login, one), one, login.webid, storage)
        for login, one in ((owner, line), (friend, Line()))
    ]
    return Stage(Kind.JSS, pods[0], pods[1], line)


def _jss_account(base: str, name: str) -> Password:
    email, password = f"{name}@localhost.invalid", secrets.token_urlsafe(16)
    wanted = {"name": name, "email": email, "password": password}
    with httpx2.Client(trust_env=False, timeout=30.0) as client:
        made = client.post(base + ".pods", json=wanted)
    assert made.status_code == 201, made.text
    return Password(str(made.json()["webId"]), base, email, password)


async def _by_credential(who: NewPod, line: Line) -> DPoPClient:
    return await sign_in(Credentials(who.webid, who.issuer, who.client_id, who.client_secret), transport=line)


async def _pod(stack: AsyncExitStack, client: DPoPClient, line: Line, webid: str, storage: str) -> Pod:
    nobody = Sender.anonymous(storage, line)
    return await stack.enter_async_context(Pod(Sender(client), nobody=nobody, webid=webid, storage=storage))


def _root_acl(owner: str) -> str:
    """The owner everything, everyone the list of the root, as Community Solid Server makes a pod."""
    return f"""@prefix acl: <http://www.w3.org/ns/auth/acl#>. @prefix foaf: <http://xmlns.com/foaf/0.1/>.
<#owner> a acl:Authorization; acl:agent <{owner}>; acl:accessTo </>; acl:default </>;
    acl:mode acl:Read, acl:Write, acl:Control.
<#public> a acl:Authorization; acl:agentClass foaf:Agent; acl:accessTo </>; acl:mode acl:Read.
"""
