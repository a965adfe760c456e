"""Questions about who may do what: read, judged, changed, and asked of the server itself by three visitors."""

from __future__ import annotations

import asyncio
import time

from tests.interop.stage import Kind, Stage
from tests.interop.suite import Can, capability, no

from lifepod.access.audit import Audit
from lifepod.access.fresh import Opens, room_rules
from lifepod.access.plans import Wish
from lifepod.access.rules import NOBODY, Answer, Mode, Visitor
from lifepod.access.servers import Dialect
from lifepod.access.survey import Place
from lifepod.errors import LifepodError, WouldLockOut
from lifepod.owner.look import look
from lifepod.owner.selftest import self_test
from lifepod.owner.share import Outcome, apply, rehearse, rehearse_undo
from lifepod.owner.words import wish
from lifepod.rdf.turtle import Document, Graph
from lifepod.solid.pod import Pod

BODY = b"<#it> <#says> <#something>."
TURTLE = "text/turtle"
CACHE_SECONDS = 12.0
"""node-solid-server may go by an old access document for ten seconds."""


async def _document(stage: Stage, url: str) -> str:
    await stage.owner.write(url, BODY, match=None)
    return url


async def _control_of(stage: Stage, place: str) -> str:
    link = (await stage.owner.head(place)).link("acl")
    assert link is not None, f"{place} names no access document"
    return link


@capability("The access control language is told")
async def tells_language(stage: Stage) -> None:
    """From answers alone, never from a file name (S6)."""
    wanted = Dialect.ACP if stage.kind is Kind.CSS_ACP else Dialect.WAC
    assert (await look(stage.owner, await stage.room("language"), below=False)).survey.server.dialect is wanted


@capability("Access documents are found and read, wherever they lie")
async def finds_documents(stage: Stage) -> None:
    """Relative links, absolute ones, documents that are not Turtle: no blind spot for the owner (S5, S17)."""
    room = await stage.room("documents")
    await _document(stage, room + "a.ttl")
    await _document(stage, room + "sub/b%20c.ttl")
    survey = (await look(stage.owner, room)).survey
    assert [(spot.place, spot.cause) for spot in Audit(survey).blind] == []
    assert {place.url for place in survey.places} >= {room + "a.ttl", room + "sub/b%20c.ttl"}


@capability("What may not be read is unknown, never no")
async def unknown_to_strangers(stage: Stage) -> None:
    """Somebody who is not the owner looks at a place whose rules are closed to them."""
    room = await stage.room("closed")
    place = await _document(stage, room + "a.ttl")
    stranger = Pod(stage.friend._sender, nobody=stage.friend.nobody, webid=stage.friend.webid, storage=stage.root)
    try:
        audit = Audit((await look(stranger, place)).survey)
    except LifepodError:
        return
    for visitor in (NOBODY, Visitor(stage.owner.webid), Visitor(stage.friend.webid)):
        assert audit.verdict(place, visitor, Mode.READ).answer is Answer.UNKNOWN


@capability("Verdicts are what the server really answers")
async def verdicts(stage: Stage) -> None:
    """Owner, friend and nobody knock at every place of a small tree for reading, writing, adding and control."""
    room = await _tree(stage)
    audit = Audit((await look(stage.owner, room)).survey)
    places = [one for one in audit.survey.places if one.url.startswith(room)]
    assert len(places) == 9

    # JavaScript Solid Server answers 500 to writes that come at the same time.
    gate = asyncio.Semaphore(1 if stage.kind is Kind.JSS else 8)

    async def compared(who: str, place: Place, mode: Mode) -> str | None:
        async with gate:
            really = await _may(stage, who, place, mode)
        ours = audit.verdict(place.url, _visitors(stage)[who], mode).answer
        if really is None or ours is (Answer.YES if really else Answer.NO):
            return None
        return f"{who} {mode.value} {place.url}: we say {ours.word}, the server {really}"

    asked = (compared(who, place, mode) for who in _visitors(stage) for place in places for mode in Mode)
    assert [wrong for wrong in await asyncio.gather(*asked) if wrong] == []


def _visitors(stage: Stage) -> dict[str, Visitor]:
    return {"owner": Visitor(stage.owner.webid), "friend": Visitor(stage.friend.webid), "nobody": NOBODY}


async def _tree(stage: Stage) -> str:
    room = await stage.room("verdicts")
    for name in ("a.ttl", "open.ttl", "shared/b.ttl", "shared/closed/c.ttl", "inbox/d.ttl"):
        await _document(stage, room + name)
    server = (await look(stage.owner, room, below=False)).survey.server
    for name in ("shared/closed/", "inbox/"):
        link, opens = await _control_of(stage, room + name), Opens(signed_in=name == "inbox/")
        made = room_rules(Document(link, Graph()), room + name, stage.owner.webid, server, opens)
        await stage.owner.write(link, made, match=None)
    await _rule(stage, room + "open.ttl", public=True)
    await _change(stage.owner, wish("grant", stage.friend.webid, room + "shared/", ["read"]))
    return room


async def _may(stage: Stage, who: str, place: Place, mode: Mode) -> bool | None:
    """Whether the server lets somebody, by doing it mildly; ``None`` where nothing can be asked without harm."""
    if mode is Mode.READ:
        reply = await stage.knock(who, "GET", place.url, Accept=TURTLE)
    elif mode is Mode.CONTROL:
        reply = await stage.knock(who, "GET", place.control.document, Accept=TURTLE)
        if reply.status == 404 and who == "nobody" and stage.kind is Kind.NSS:
            return None  # it says 404 to nobody for every access document that is not there
    elif mode is Mode.WRITE and not place.is_container:
        reply = await stage.knock(who, "PUT", place.url, BODY, Content_Type=TURTLE)
    elif mode is Mode.APPEND and place.is_container:
        reply = await stage.knock(who, "POST", place.url, BODY, Content_Type=TURTLE, Slug="note")
    else:
        return None
    assert reply.status < 500, f"{mode.value} {place.url}: the server answers {reply.status}"
    return reply.status not in (401, 403)


async def _rule(stage: Stage, place: str, *, public: bool = False, owner: bool = True) -> str:
    """A first access document of a place, in the server's language, for the owner and perhaps everyone."""
    link = await _control_of(stage, place)
    who = ([("owner", f"acp:agent <{stage.owner.webid}>", "acl:Read, acl:Write, acl:Control")] if owner else []) + (
        [("public", "acp:agent acp:PublicAgent", "acl:Read")] if public else []
    )
    lines = ["@prefix acl: <http://www.w3.org/ns/auth/acl#>. @prefix acp: <http://www.w3.org/ns/solid/acp#>."]
    for name, agent, modes in who:
        if stage.kind is Kind.CSS_ACP:
            lines.append(
                f"<{link}> acp:resource <{place}>; acp:accessControl <#{name}>. <#{name}> acp:apply <#{name}-p>."
            )
            lines.append(f"<#{name}-p> acp:allow {modes}; acp:anyOf <#{name}-m>. <#{name}-m> {agent}.")
        else:
            agent = agent.replace("acp:agent acp:PublicAgent", "acl:agentClass <http://xmlns.com/foaf/0.1/Agent>")
            agent = agent.replace("acp:agent", "acl:agent")
            lines.append(f"<#{name}> a acl:Authorization; {agent}; acl:accessTo <{place}>; acl:mode {modes}.")
    reply = await stage.knock("owner", "PUT", link, "\n".join(lines).encode(), Content_Type=TURTLE)
    assert reply.status in (200, 201, 204, 205), reply
    return link


async def _change(pod: Pod, wanted: Wish) -> Outcome:
    return await apply(pod, await rehearse(pod, wanted))


async def _given(stage: Stage, name: str) -> str:
    """A container that the friend may read, and a place beside it that the friend may not."""
    room = await stage.room(name)
    await _document(stage, room + "given/a.ttl")
    await _document(stage, room + "kept/a.ttl")
    assert (await stage.knock("friend", "GET", room + "given/a.ttl")).status == 403
    await _change(stage.owner, wish("grant", stage.friend.webid, room + "given/", ["read"]))
    return room


@capability("A grant lets in, exactly where asked")
async def grants(stage: Stage) -> None:
    """The friend's own requests say so."""
    room = await _given(stage, "grant")
    answers = {
        name: await stage.knock("friend", "GET", room + name) for name in ("given/a.ttl", "given/", "kept/a.ttl")
    }
    assert {name: reply.status for name, reply in answers.items()} == {
        "given/a.ttl": 200,
        "given/": 200,
        "kept/a.ttl": 403,
    }
    refused = await stage.knock("friend", "PUT", room + "given/a.ttl", BODY, Content_Type=TURTLE)
    assert (refused.status, (await stage.knock("nobody", "GET", room + "given/a.ttl")).status) == (403, 401)


@capability("A revoke shuts out at once")
async def revokes(stage: Stage) -> Can:
    """The friend's next request is refused; where a server goes by old rules for a while, we wait and say so (S15)."""
    room = await _given(stage, "revoke")
    place = room + "given/a.ttl"
    assert (await stage.knock("friend", "GET", place)).status == 200
    await _change(stage.owner, wish("revoke", stage.friend.webid, room + "given/"))
    if (await stage.knock("friend", "GET", place)).status == 403:
        return Can.YES
    until = time.monotonic() + CACHE_SECONDS
    while (await stage.knock("friend", "GET", place)).status != 403:
        assert time.monotonic() < until, "the friend still reads"
        await asyncio.sleep(0.5)
    return Can.PARTLY


@capability("A change of access is taken back")
async def undoes(stage: Stage) -> None:
    """The access document is as it was, and so is the friend's answer."""
    room = await stage.room("undo")
    place = await _document(stage, room + "given/a.ttl")
    outcome = await _change(stage.owner, wish("grant", stage.friend.webid, room + "given/", ["read"]))
    await apply(stage.owner, await rehearse_undo(stage.owner, outcome.change))
    assert (await stage.knock("friend", "GET", place)).status == 403
    assert (await stage.knock("owner", "GET", await _control_of(stage, room + "given/"), Accept=TURTLE)).status == 404


@capability("We never shut the owner out")
async def never_locks_out(stage: Stage) -> None:
    """The plan is refused before anything is sent (S14)."""
    room = await stage.room("lockout")
    with stage.line.watched() as seen:
        try:
            await rehearse(stage.owner, wish("revoke", stage.owner.webid, room))
        except WouldLockOut:
            pass
        else:
            raise AssertionError("the plan was not refused")
    assert {request.method for request in seen} <= {"GET", "HEAD"}


_FINAL = no("an access document without the owner is final: the owner cannot read, mend or delete it")


@capability("An owner shut out by another program can mend it", {Kind.NSS: _FINAL, Kind.JSS: _FINAL})
async def owner_mends(stage: Stage) -> Can:
    """What the server itself does with a rule that leaves out the owner."""
    place = await _document(stage, await stage.room("final") + "a.ttl")
    link = await _rule(stage, place, public=True, owner=False)
    statuses = [(await stage.knock("owner", method, link, Accept=TURTLE)).status for method in ("GET", "DELETE")]
    assert statuses in ([200, 205], [403, 403])
    return Can.YES if statuses[0] == 200 else Can.NO


@capability(
    "Surveys by version tags (self-test)",
    {Kind.NSS: no("containers and access documents have no version tags, so every survey looks at everything")},
)
async def tags_are_proved(stage: Stage) -> Can:
    """Tried in a scratch container, never believed by the product's name (S7)."""
    return Can.YES if (await self_test(stage.owner)).proved else Can.NO
