"""The oracle: small random pods on a real server, where every definite verdict of ours must be the server's answer.

A case is one visitor, place and mode. *Unknown* is allowed only where something was hidden from the look. Everything
is seeded; a difference names its seed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx2
import pytest
from tests.access import test_against_double as small
from tests.access.worlds import ACME, BASE, BOLT, OWNER
from tests.live.conftest import HomeServer, entered

from lifepod.access.audit import Audit
from lifepod.access.rules import MODES, NOBODY, Answer, Mode, Visitor
from lifepod.owner.look import look
from lifepod.solid.pod import Pod

pytestmark = pytest.mark.live
TREES, FIRST_SEED = 5, 1000
MAKES, STOPS = {"Content-Type": "text/turtle"}, {"If-Match": '"no-such-version"'}
_PATCH = (
    "@prefix solid: <http://www.w3.org/ns/solid/terms#>. _:p a solid:InsertDeletePatch; solid:inserts { <> <> <> }."
)
LIST_RULES = """@prefix acl: <http://www.w3.org/ns/auth/acl#>. @prefix foaf: <http://xmlns.com/foaf/0.1/>.
<#all> a acl:Authorization; acl:agentClass foaf:Agent; acl:accessTo <{place}>; acl:default <{place}>; acl:mode acl:Read.
<#me> a acl:Authorization; acl:agent <{me}>; acl:accessTo <{place}>; acl:default <{place}>;
    acl:mode acl:Read, acl:Write, acl:Control.
"""
SEEN = "<#see> a acl:Authorization; acl:agent <{me}>; acl:mode acl:Read, acl:Control; acl:accessTo <{place}>{below}.\n"
ALLOWED, REFUSED = {200, 201, 205, 404, 405, 409, 412}, {401, 403}


class Veil(httpx2.AsyncHTTPTransport):
    """The line of the owner, on which one access document answers 403."""

    over = ""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if str(request.url) == self.over:
            return httpx2.Response(403, request=request)
        return await super().handle_async_request(request)


@dataclass(frozen=True, slots=True)
class Town:
    """A person, two vendors, a stranger, each signed in; and a public list of group members in somebody else's pod."""

    owner: Pod
    acme: Pod
    bolt: Pod
    stranger: Pod
    groups: str
    """Container of the lists, ending in a slash."""
    veil: Veil

    def visitors(self) -> tuple[tuple[Visitor, Pod | None], ...]:
        """Who knocks; ``None`` is nobody. The owner is left out: this server lets the owner in by another door."""
        known = tuple((Visitor(pod.webid), pod) for pod in (self.acme, self.bolt, self.stranger))
        return (*known, (NOBODY, None))

    async def ask(self, visitor: Pod | None, method: str, url: str, **more: str) -> httpx2.Response:
        """One request as a visitor, with everything of its answer."""
        headers = {"Accept": "text/turtle"} | {name.replace("_", "-"): value for name, value in more.items()}
        body = headers.pop("body", "").encode() or None
        sender = self.owner.nobody.send if visitor is None else visitor.ask
        reply = await sender(method, url, headers, body)
        return httpx2.Response(reply.status, headers=dict(reply.headers))


@pytest.fixture(scope="module")
async def town(home_server: HomeServer) -> AsyncIterator[Town]:
    people = [home_server.new_pod(f"oracle-{name}") for name in ("owner", "acme", "bolt", "stranger")]
    veil = Veil()
    async with AsyncExitStack() as stack:
        owner = await stack.enter_async_context(entered(people[0], veil))
        acme, bolt, stranger = [await stack.enter_async_context(entered(new)) for new in people[1:]]
        lists = bolt.storage + "lists/"
        await bolt.put(lists + ".acl", LIST_RULES.format(place=lists, me=bolt.webid).encode(), match=None)
        await bolt.put(lists + "list", small.MEMBERS.replace(ACME, acme.webid).encode(), match=None)
        yield Town(owner, acme, bolt, stranger, lists, veil)


def rich_seeds() -> list[int]:
    """The first seeds whose pods let somebody in at many places and are not large: most random rules let in nobody."""
    found: list[int] = []
    seed = FIRST_SEED
    while len(found) < TREES:
        double = small.Grown(seed).double
        allowed = [len(double.modes(p, who)) for p in double.shelf.things for who in (ACME, BOLT, "urn:x:other", None)]
        if len(double.shelf.things) < 16 and sum(allowed) > 0.2 * 4 * len(allowed):
            found.append(seed)
        seed += 1
    return found


class Tree:
    """One random pod of the double, made real below a container of the owner's."""

    def __init__(self, seed: int, town: Town) -> None:
        self.grown, self.town, self.seed = small.Grown(seed), town, seed
        self.root = f"{town.owner.storage}tree-{seed}/"

    def real(self, text: str) -> str:
        """The double's names as they are here, wherever they stand in a text."""
        host = self.root.split("://")[1].split("/")[0]
        for made_up, name in (
            (OWNER, self.town.owner.webid),
            (BASE.replace("pod.", "POD."), self.root.replace(host, host.upper())),
            (BASE, self.root),
            (ACME.split("#")[0], self.town.acme.webid.split("#")[0]),
            (BOLT.split("#")[0], self.town.bolt.webid.split("#")[0]),
            ("https://groups.example/", self.town.groups),
        ):
            text = text.replace(made_up, name)
        return text

    async def plant(self) -> None:
        """Every resource, then every access document; the owner may read all of it, so that the look sees all of it."""
        shelf, owner = self.grown.double.shelf, self.town.owner
        for place, thing in sorted(shelf.things.items()):
            url = self.real(place)
            if url.endswith("/"):
                await owner.create_container(url)
            else:
                await owner.put(url, self.real(thing.body.decode()).encode(), match=None)
        for place, control in shelf.controls.items():
            if place in shelf.things:
                whole = control.body.decode() or "@prefix acl: <http://www.w3.org/ns/auth/acl#>.\n"
                url = self.real(place)
                below = f"; acl:default <{url}>" if url.endswith("/") else ""
                seen = SEEN.format(me=owner.webid, place=url, below=below)
                await owner.put(url + ".acl", f"{self.real(whole)}\n{seen}".encode(), match=None)

    def hidden(self) -> str:
        """One access document that the look will not be shown."""
        held = sorted(p for p in self.grown.double.shelf.controls if p in self.grown.double.shelf.things and p != BASE)
        return self.real(self.grown.random.choice(held)) + ".acl"


async def truth(town: Town, visitor: Pod | None, place: str) -> dict[Mode, bool]:
    """What the server lets a visitor do at a place, mildest question first; nothing is changed by asking.

    A refused read says nothing of the other modes, so each is asked for with a version that never was: 412 comes only
    after the question of access is settled.
    """
    head = await town.ask(visitor, "HEAD", place)
    if head.status_code == 200:
        said = dict(part.strip().split("=", 1) for part in head.headers["wac-allow"].split(","))
        modes = said["public" if visitor is None else "user"].strip('"').split()
        return {mode: mode.value in modes for mode in MODES}
    assert head.status_code in REFUSED, (place, head.status_code)
    control = await town.ask(visitor, "GET", place + ".acl")
    if place.endswith("/"):
        append = await town.ask(visitor, "POST", place, **MAKES, **STOPS, body="<> <> <>.")
    else:
        append = await town.ask(visitor, "PATCH", place, **{"Content-Type": "text/n3"}, **STOPS, body=_PATCH)
    write = await town.ask(visitor, "PUT", place, **MAKES, **STOPS, body="" if place.endswith("/") else "<> <> <>.")
    asked = {Mode.CONTROL: control, Mode.APPEND: append, Mode.WRITE: write}
    assert all(a.status_code in ALLOWED | REFUSED for a in asked.values()), {m: a.status_code for m, a in asked.items()}
    return {Mode.READ: False} | {mode: answer.status_code in ALLOWED for mode, answer in asked.items()}


async def answers(town: Town, places: list[str]) -> dict[tuple[str, Visitor], dict[Mode, bool]]:
    """The server's answers to every visitor at every place."""
    keys = [(place, visitor, pod) for place in places for visitor, pod in town.visitors()]
    found = await asyncio.gather(*(truth(town, pod, place) for place, _, pod in keys))
    return {(place, visitor): modes for (place, visitor, _), modes in zip(keys, found, strict=True)}


def compared(audit: Audit, told: dict[tuple[str, Visitor], dict[Mode, bool]], said: Counter[str]) -> list[str]:
    """Verdicts that are not the server's answer; counts yes, no and unknown on the way."""
    wrong = []
    for (place, visitor), modes in told.items():
        for mode, allowed in modes.items():
            verdict = audit.verdict(place, visitor, mode)
            said[verdict.answer.word] += 1
            if verdict.answer is Answer.UNKNOWN:
                if not verdict.blind and not any(
                    audit.groups.get(w.iri, ()) is None for r in verdict.rules for w in r.audience
                ):
                    wrong.append(f"{visitor.agent} {mode} {place}: unknown for no reason")
            elif verdict.answer is not (Answer.YES if allowed else Answer.NO):
                wrong.append(f"{visitor.agent} {mode} {place}: we say {verdict.answer.word}, the server {allowed}")
    return wrong


async def test_every_definite_verdict_is_the_servers_own_answer(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    whole, veiled = Counter[str](), Counter[str]()
    for seed in rich_seeds():
        tree = Tree(seed, town)
        await tree.plant()
        audit = Audit((await look(town.owner, tree.root)).survey)
        assert all(b.place.endswith("#us") for b in audit.blind), f"seed {seed}: {audit.blind}"
        places = [p.url for p in audit.survey.places if p.url.startswith(tree.root)]
        assert places == sorted(map(tree.real, tree.grown.double.shelf.things)), f"seed {seed}"
        told = await answers(town, places)
        assert compared(audit, told, whole) == [], f"seed {seed}"
        town.veil.over = tree.hidden()
        audit = Audit((await look(town.owner, tree.root)).survey)
        assert town.veil.over.removesuffix(".acl") in [b.place for b in audit.blind], f"seed {seed}"
        assert compared(audit, told, veiled) == [], f"seed {seed}"
    with capsys.disabled():
        print(f"\noracle: {whole.total()} cases over {TREES} trees {dict(whole)}, partly hidden: {dict(veiled)}")
    assert whole.total() > 80 * TREES
    assert whole["yes"] > 0.15 * whole.total()
    assert whole["no"] > 0.3 * whole.total()
    assert whole["unknown"] < 0.2 * whole.total() < veiled.total()
    assert veiled["unknown"] > whole["unknown"]
