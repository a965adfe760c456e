"""What a WebID says of itself, what it is not believed to say, and what is added to it."""

from __future__ import annotations

import httpx2
import pytest
from rdflib import Graph, URIRef
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.solid.visits import visit

from lifepod import names
from lifepod.errors import LifepodError, Malformed, Missing, TooBig, Unreachable
from lifepod.limits import Limits
from lifepod.rdf.turtle import Document, copy_of, parse_turtle
from lifepod.solid.profile import (
    WebIdProfile,
    check_webid,
    completed,
    profile_of,
    read_profile,
)
from lifepod.solid.typeindex import empty_type_index, registered

CARD = "https://pod.example/alice/profile/card"
ME = CARD + "#me"
ACME = "https://acme.example/profile/card#me"
HEAD = """@prefix solid: <http://www.w3.org/ns/solid/terms#>. @prefix pim: <http://www.w3.org/ns/pim/space#>.
@prefix ldp: <http://www.w3.org/ns/ldp#>.
"""
FULL = f"""{HEAD}
<#me> solid:oidcIssuer <https://b.example/>, <https://a.example/>; pim:storage </alice/>, <https://two.example/>;
    ldp:inbox </alice/inbox/>; solid:privateTypeIndex </alice/settings/index.ttl>.
"""


def said(turtle: str, webid: str = ME) -> WebIdProfile:
    return profile_of(Document(CARD, parse_turtle(turtle.encode(), CARD)), webid)


def test_issuers_storages_inbox_and_type_index_are_found() -> None:
    me = said(FULL)
    assert me.issuers == ("https://a.example/", "https://b.example/")
    assert me.storages == ("https://pod.example/alice/", "https://two.example/")
    assert me.inboxes == ("https://pod.example/alice/inbox/",)
    assert me.private_type_indexes == ("https://pod.example/alice/settings/index.ttl",)


def test_what_a_profile_says_of_others_is_not_believed() -> None:
    others = FULL.replace("<#me>", "<#you>") + FULL.replace("<#me>", "<>") + FULL.replace("<#me>", "[]")
    me = said(others)
    assert len(me.document.graph) == 18
    assert (me.issuers, me.storages, me.inboxes, me.private_type_indexes) == ((), (), (), ())


def test_claims_that_are_no_web_addresses_are_left_out() -> None:
    odd = f'{HEAD}<#me> pim:storage "https://x.example/", <javascript:alert(1)>, <file:///etc/>, [], <https://y.example/>.'
    assert said(odd).storages == ("https://y.example/",)


def test_a_thousand_storages_are_past_all_reason() -> None:
    many = HEAD + "".join(f"<#me> pim:storage <https://s{n}.example/>.\n" for n in range(1000))
    with pytest.raises(TooBig) as stop:
        said(many)
    assert stop.value.place == CARD


async def test_ones_own_profile_is_read_signed_in() -> None:
    double = PodDouble()
    double.put("profile/card", FULL)
    double.owner_acl("profile/card")
    async with visit(double) as pod:
        me = await read_profile(pod, double.owner)
    assert me.inboxes == ("https://pod.example/alice/inbox/",)
    assert me.document.etag
    assert [(s.url, s.webid) for s in double.requests] == [(CARD, double.owner)]


# Strangers


async def checked(double: PodDouble, webid: str = ACME, limits: Limits | None = None) -> WebIdProfile:
    async with visit(double) as pod:
        return await check_webid(pod.nobody, webid, limits or Limits(control_bytes=10_000))


async def problem(double: PodDouble, webid: str = ACME) -> LifepodError:
    with pytest.raises(LifepodError) as stop:
        await checked(double, webid)
    assert "\x1b" not in str(stop.value)
    return stop.value


async def test_a_stranger_is_checked_by_nobody() -> None:
    """Our login is nothing of theirs."""
    double = PodDouble()
    double.credentials(ACME)
    assert (await checked(double)).issuers == (double.tokens.issuer,)
    assert not [s for s in double.requests if "authorization" in s.headers or "dpop" in s.headers]


@pytest.mark.parametrize(
    ("answer", "family"),
    [
        (faults.refused_connection(), Unreachable),
        (401, Missing),
        (403, Missing),
        (404, Missing),
        (500, Unreachable),
        (faults.page(), Malformed),
        (faults.not_turtle(), Malformed),
        (faults.oversized(20_000), TooBig),
        (faults.redirect("https://evil.example/"), Unreachable),
        (httpx2.Response(200, headers={"Content-Type": "text/turtle"}), Missing),
        (httpx2.Response(200, headers={"Content-Type": "application/ld+json"}, content=b"[" * 9000), Malformed),
        (httpx2.Response(200, headers={"Content-Type": "application/ld+json"}, content=b'{"@context": "https://evil.example/"}'),
         Malformed),
        (httpx2.Response(200, content=b"\x00\xff"), Malformed),
    ],
)  # fmt: skip
async def test_a_hostile_or_absent_profile_is_an_error_and_no_profile(
    answer: faults.Answer, family: type[LifepodError]
) -> None:
    double = PodDouble()
    double.credentials(ACME)
    double.script("GET", "https://acme.example/profile/card", answer, None)
    assert isinstance(await problem(double), family)


async def test_a_document_that_speaks_of_someone_else_is_no_profile() -> None:
    double = PodDouble()
    double.put("https://acme.example/profile/card", f"<#you> <{names.PIM_STORAGE}> <#me>.")
    found = await problem(double)
    assert isinstance(found, Missing)
    assert "#me" in found.advice


async def test_a_move_does_not_let_another_document_speak() -> None:
    """Relative names in it are those of the new place."""
    double = PodDouble()
    double.put("https://acme.example/profile/card", "<#me> a <#x>.")
    double.put("https://acme.example/other", "<#me> a <#x>.")
    double.script("GET", "https://acme.example/profile/card", faults.redirect("/other"))
    assert isinstance(await problem(double), Missing)


@pytest.mark.parametrize("webid", ["https://acme.example/profile/card#\x1b[2Jme", "ftp://x/", "x", "https://\x1b[2J/"])
async def test_a_webid_is_shown_harmlessly(webid: str) -> None:
    double = PodDouble()
    double.credentials(ACME)
    await problem(double, webid)


# Additions


def test_a_profile_is_completed_where_it_names_nothing() -> None:
    me = said("<#me> a <#Person>.")
    after = completed(me, storage="https://s.example/", inbox="https://s.example/in/", type_index="https://s.example/t")
    again = profile_of(Document(CARD, after), ME)
    assert again.storages == ("https://s.example/",)
    assert again.inboxes == ("https://s.example/in/",)
    assert again.private_type_indexes == ("https://s.example/t",)
    assert len(after) == 4
    assert len(me.document.graph) == 1


def test_what_a_profile_names_already_stays_its_own() -> None:
    me = said(FULL)
    after = completed(me, storage=me.storages[0], inbox="https://s.example/in/", type_index="https://s.example/t")
    assert set(after) == set(me.document.graph)


def test_a_second_storage_is_added_beside_the_first() -> None:
    after = completed(said(FULL), storage="https://three.example/", inbox="x", type_index="x")
    assert len(profile_of(Document(CARD, after), ME).storages) == 3


INDEX = "https://pod.example/alice/settings/index.ttl"


def test_a_new_type_index_is_private_and_empty() -> None:
    graph = empty_type_index(INDEX)
    kinds = {str(o) for o in graph.objects(URIRef(INDEX), URIRef(names.RDF_TYPE))}
    assert kinds == {names.SOLID_TYPE_INDEX, names.SOLID_UNLISTED}
    assert len(graph) == 2


def test_a_class_is_registered_once_and_others_are_left() -> None:
    start = Document(INDEX, empty_type_index(INDEX))
    wanted = {"https://p/a/": "https://schema.org/SearchAction", "https://p/b/": "https://schema.org/Order"}
    once = registered(start, wanted)
    assert set(registered(Document(INDEX, once), wanted)) == set(once)
    more = registered(Document(INDEX, once), {"https://p/c/": "https://schema.org/Order"})
    assert len(more) == len(once) + 3
    assert set(once) < set(more)
    found = set(once.subject_objects(URIRef(names.SOLID_INSTANCE_CONTAINER)))
    assert {str(o) for _, o in found} == {"https://p/a/", "https://p/b/"}
    assert len({s for s, _ in found}) == 2


def test_a_registration_of_another_program_counts() -> None:
    theirs = copy_of(empty_type_index(INDEX))
    node = URIRef(INDEX + "#theirs")
    theirs.add((node, URIRef(names.SOLID_FOR_CLASS), URIRef("https://schema.org/Order")))
    theirs.add((node, URIRef(names.SOLID_INSTANCE_CONTAINER), URIRef("https://p/b/")))
    assert set(registered(Document(INDEX, theirs), {"https://p/b/": "https://schema.org/Order"})) == set(theirs)


def test_the_index_is_not_changed_under_the_reader() -> None:
    before = Document(INDEX, Graph())
    registered(before, {"https://p/b/": "https://schema.org/Order"})
    assert len(before.graph) == 0
