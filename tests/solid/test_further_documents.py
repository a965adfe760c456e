"""Further documents of a profile: what they may add, what they may not, and what could not be read."""

from __future__ import annotations

import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.solid.visits import sent, visit

from lifepod.solid.profile import WebIdProfile, read_whole_profile

CARD = "https://pod.example/alice/profile/card"
ME = CARD + "#me"
MORE = "https://pod.example/alice/profile/more"
HEAD = """@prefix solid: <http://www.w3.org/ns/solid/terms#>. @prefix pim: <http://www.w3.org/ns/pim/space#>.
@prefix ldp: <http://www.w3.org/ns/ldp#>. @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#>.
@prefix foaf: <http://xmlns.com/foaf/0.1/>.
"""
ALL = "pim:storage </alice/>; ldp:inbox </alice/inbox/>; solid:privateTypeIndex </a>; solid:publicTypeIndex </b>"


async def whole(card: str, **documents: str) -> tuple[WebIdProfile, tuple[str, ...], PodDouble]:
    """The profile of the owner with further documents beside the card, by name."""
    double = PodDouble()
    double.put(CARD, HEAD + card)
    for name, turtle in documents.items():
        double.put(f"profile/{name}", HEAD + turtle)
    async with visit(double) as pod:
        return *await read_whole_profile(pod, ME), double


@pytest.mark.parametrize("link", ["rdfs:seeAlso", "foaf:isPrimaryTopicOf"])
async def test_a_further_document_adds_storages_inboxes_and_indexes(link: str) -> None:
    me, unread, _ = await whole(f"<#me> {link} <more>.", more=f"<{ME}> {ALL}.")
    assert me.storages == ("https://pod.example/alice/",)
    assert me.inboxes == ("https://pod.example/alice/inbox/",)
    assert (me.private_type_indexes, me.public_type_indexes) == (("https://pod.example/a",), ("https://pod.example/b",))
    assert unread == ()


async def test_what_the_card_says_comes_first_and_once() -> None:
    me, *_ = await whole("<#me> rdfs:seeAlso <more>; pim:storage </z/>.", more=f"<{ME}> pim:storage </a/>, </z/>.")
    assert me.storages == ("https://pod.example/z/", "https://pod.example/a/")


async def test_a_further_document_names_no_login_server() -> None:
    """Else whoever may write it could speak for the WebID."""
    me, *_ = await whole("<#me> rdfs:seeAlso <more>.", more=f"<{ME}> solid:oidcIssuer <https://evil.example/>.")
    assert me.issuers == ()


async def test_what_it_says_of_others_is_not_believed() -> None:
    me, *_ = await whole("<#me> rdfs:seeAlso <more>.", more=f"<#me> {ALL}. <> {ALL}.")
    assert (me.storages, me.inboxes) == ((), ())


async def test_a_further_document_leads_no_further() -> None:
    me, unread, double = await whole(
        "<#me> rdfs:seeAlso <more>.", more=f"<{ME}> rdfs:seeAlso <third>.", third=f"<{ME}> {ALL}."
    )
    assert (me.storages, unread) == ((), ())
    assert [seen.url for seen in sent(double, "GET")] == [CARD, MORE]


async def test_each_document_is_read_once_and_the_card_not_again() -> None:
    _, _, double = await whole("<#me> rdfs:seeAlso <more>, <more#a>, <more#b>, <>, <#me>.", more="<a> <b> <c>.")
    assert [seen.url for seen in sent(double, "GET")] == [CARD, MORE]


async def test_a_profile_of_a_hundred_documents_is_not_followed_to_its_end() -> None:
    many = ", ".join(f"<d{n}>" for n in range(100))
    _, unread, double = await whole(f"<#me> rdfs:seeAlso {many}.")
    assert len(sent(double, "GET")) == 11
    assert len(unread) == 10


@pytest.mark.parametrize(
    "answer",
    [
        401,
        403,
        404,
        500,
        faults.page(),
        faults.not_turtle(),
        faults.oversized(2_000_000),
        faults.dropped(),
        faults.redirect("https://evil.example/"),
    ],
)
async def test_a_document_that_cannot_be_read_is_named_and_the_others_are_read(answer: faults.Answer) -> None:
    double = PodDouble()
    double.put(CARD, HEAD + "<#me> rdfs:seeAlso <more>, <other>.")
    double.put("profile/other", f"{HEAD}<{ME}> {ALL}.")
    async with visit(double) as pod:
        double.script("GET", MORE, answer, None)
        me, unread = await read_whole_profile(pod, ME)
    assert unread == (MORE,)
    assert me.storages == ("https://pod.example/alice/",)


async def test_a_document_that_names_a_thousand_storages_adds_none() -> None:
    me, unread, _ = await whole(
        "<#me> rdfs:seeAlso <more>.", more="".join(f"<{ME}> pim:storage <https://s{n}.example/>.\n" for n in range(999))
    )
    assert (me.storages, unread) == ((), (MORE,))


async def test_addresses_that_are_none_are_not_asked() -> None:
    _, unread, double = await whole('<#me> rdfs:seeAlso "more", <javascript:alert(1)>, <file:///etc/passwd>, [].')
    assert len(sent(double, "GET")) == 1
    assert unread == ()


async def test_a_document_elsewhere_that_a_profile_points_at_gets_no_login() -> None:
    """Links in data lead anywhere; a token and a proof go to the pod's own server alone."""
    double = PodDouble()
    there = "https://evil.example/more.ttl"
    double.put(there, f"<{double.owner}> <http://www.w3.org/ns/pim/space#storage> <https://evil.example/>.")
    text = (double.body("profile/card") or b"").decode()
    double.put("profile/card", text + f"<#me> <http://www.w3.org/2000/01/rdf-schema#seeAlso> <{there}>.\n")
    async with visit(double) as pod:
        profile, unread = await read_whole_profile(pod, double.owner)
    assert "https://evil.example/" in profile.storages
    assert unread == ()
    [asked] = [one for one in double.requests if one.url == there]
    assert not {"authorization", "dpop"} & set(asked.headers)
