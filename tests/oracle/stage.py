"""A real server with five visitors: who they are, how they knock, and what an answer means.

Nothing here reads a rule: what a visitor may do is for the server to say.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.access.acp_worlds import ISSUER
from tests.access.worlds import ACME, BOLT, OWNER
from tests.live.conftest import entered
from tests.oracle.trees import open_to_read

from lifepod.access.rules import MODES, NOBODY, Mode, Visitor
from lifepod.access.servers import Dialect
from lifepod.home import accounts
from lifepod.home.accounts import NewPod
from lifepod.home.server import HomeFolder, RunningServer
from lifepod.solid.pod import Pod
from lifepod.solid.wire import Reply

VISITORS = ("owner", "acme", "bolt", "carol", "nobody")
"""The owner, two vendors, a stranger whom no rule names, and someone who is not signed in."""
TURTLE = {"Content-Type": "text/turtle"}
BODY = b"<#it> <#says> <#something>."
_INSERT = b"""@prefix solid: <http://www.w3.org/ns/solid/terms#>.
<#patch> a solid:InsertDeletePatch; solid:inserts { <#it> <#says> <#more>. }."""
GROUPS = {"PUBLIC-GROUP": "public.ttl", "PRIVATE-GROUP": "private.ttl", "MISSING-GROUP": "missing.ttl"}
"""Words that stand for documents of groups in a generated rule, and what they are called in the pod."""


class Surprise(AssertionError):
    """An answer that is neither a yes nor a no."""


@dataclass(frozen=True)
class Stage:
    """One server and everybody's login."""

    dialect: Dialect
    people: Mapping[str, NewPod]
    pods: Mapping[str, Pod]
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(8))
    """One queue for all visitors: more at once only wait longer at the server, up to its time limits."""

    @property
    def owner(self) -> Pod:
        """The pod of the owner, entered by the owner."""
        return self.pods["owner"]

    @property
    def base(self) -> str:
        """Where trees grow."""
        return self.owner.storage + "orchard/"

    def control_of(self, url: str) -> str:
        """Where this server keeps who has access; only the trees' own planting relies on it."""
        return url + (".acr" if self.dialect is Dialect.ACP else ".acl")

    def visitor(self, name: str) -> Visitor:
        """As the program sees a visitor that comes with a client credential."""
        if name == "nobody":
            return NOBODY
        return Visitor(self.people[name].webid, self.people[name].client_id, self.people[name].issuer)

    def live(self, text: str) -> str:
        """A text of the small worlds with the names of this server."""
        names = {OWNER: self.people["owner"].webid, ACME: self.people["acme"].webid, BOLT: self.people["bolt"].webid}
        names |= {ISSUER: self.people["owner"].issuer}
        names |= {word: f"{self.owner.storage}groups/{name}" for word, name in GROUPS.items()}
        return re.sub("|".join(map(re.escape, names)), lambda found: names[found[0]], text)

    async def knock(self, name: str, method: str, url: str, body: bytes = b"", **headers: str) -> Reply:
        """One real request as somebody; ``If_Match`` becomes ``If-Match``."""
        said = {key.replace("_", "-"): value for key, value in headers.items()}
        sender = self.owner.nobody.send if name == "nobody" else self.pods[name].ask
        async with self.gate:
            return await sender(method, url, said, body)

    async def may(self, name: str, url: str, mode: Mode) -> bool:
        """Whether the server lets somebody: by doing it, mildly."""
        return self.is_yes(name, await self._asked(name, url, mode), f"{name} {mode.value} {url}")

    async def _asked(self, name: str, url: str, mode: Mode) -> Reply:
        if mode is Mode.READ:
            return await self.knock(name, "GET", url, Accept="text/turtle")
        if mode is Mode.CONTROL:
            return await self.knock(name, "GET", self.control_of(url), Accept="text/turtle")
        if url.endswith("/"):
            # Permission is judged before the version, and an existing container is never replaced: nothing changes.
            if mode is Mode.APPEND:
                return await self.knock(name, "POST", url, BODY, Content_Type="text/turtle", If_Match='"never"')
            return await self.knock(name, "PUT", url, b"", Content_Type="text/turtle")
        if mode is Mode.APPEND:
            return await self.knock(name, "PATCH", url, _INSERT, Content_Type="text/n3")
        return await self.knock(name, "PUT", url, BODY, Content_Type="text/turtle")

    @staticmethod
    def is_yes(name: str, reply: Reply, what: str) -> bool:
        """200, 205 … and 404, 409, 412 are told only to those who may; nobody gets 401, a login 403."""
        if reply.status == (401 if name == "nobody" else 403):
            return False
        if reply.status in (200, 201, 204, 205, 404, 409, 412):
            return True
        raise Surprise(f"{what}: the server answers {reply.status} {reply.body[:300]!r}")

    async def plant(self, url: str, control: str | None = None) -> None:
        """A place, and its control document if it has one."""
        await self._done("PUT", url, b"" if url.endswith("/") else BODY)
        if control is not None:
            await self.rule(url, control)

    async def rule(self, url: str, control: str) -> None:
        """Write a control document; the owner of a pod may on this server, whatever stands there."""
        await self._done("PUT", self.control_of(url), control.encode())

    async def _done(self, method: str, url: str, body: bytes) -> None:
        async with self.gate:
            reply = await self.owner.ask(method, url, dict(TURTLE), body)
        if reply.status not in (200, 201, 204, 205, 409):
            raise Surprise(f"{method} {url}: {reply.status} {reply.body[:300]!r}\n{body.decode()}")


def told_by(reply: Reply) -> dict[str, frozenset[Mode]]:
    """``WAC-Allow``: the modes of the asker (``user``) and of everyone (``public``)."""
    found = re.findall(r'(user|public)="([^"]*)"', reply.headers.get("wac-allow", ""))
    return {who: frozenset(mode for mode in MODES if mode.value in said.split()) for who, said in found}


@contextmanager
def served(path: Path, dialect: Dialect) -> Iterator[RunningServer]:
    """A server of one's own."""
    with RunningServer.start(HomeFolder.at(path, acp=dialect is Dialect.ACP)) as server:
        yield server


@asynccontextmanager
async def staged(server: RunningServer, dialect: Dialect) -> AsyncIterator[Stage]:
    """The people and their groups on a server that runs."""
    people = {name: accounts.add(server.base_url, name) for name in VISITORS if name != "nobody"}
    async with AsyncExitStack() as stack:
        pods = {name: await stack.enter_async_context(entered(new)) for name, new in people.items()}
        stage = Stage(dialect, people, pods)
        await _keep_groups(stage)
        yield stage


async def _keep_groups(stage: Stage) -> None:
    member = "<http://www.w3.org/2006/vcard/ns#hasMember>"
    said = f"<#team> {member} <{ACME}>. <#other> {member} <{BOLT}>."
    root = stage.owner.storage
    for word in ("PUBLIC-GROUP", "PRIVATE-GROUP"):
        url = f"{root}groups/{GROUPS[word]}"
        reply = await stage.owner.ask("PUT", url, dict(TURTLE), stage.live(said).encode())
        assert reply.status == 201, reply
    url = f"{root}groups/{GROUPS['PUBLIC-GROUP']}"
    await stage.rule(url, stage.live(open_to_read(stage.dialect, url)))
    assert await stage.may("nobody", url, Mode.READ)
