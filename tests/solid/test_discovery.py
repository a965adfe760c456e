"""Finding the way: who logs in where, whose word counts, and which storage a place lies in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble

from lifepod import names
from lifepod.errors import LifepodError, Malformed, Missing, NotSignedIn, TooBig, Undecided, Unreachable
from lifepod.solid.discovery import issuer_from, storage_above, storages_of, vouched
from lifepod.solid.pod import Pod
from lifepod.solid.profile import check_webid
from lifepod.solid.session import visitor

ISSUER = "https://pod.example/"
CARD = "https://pod.example/alice/profile/card"
ME = CARD + "#me"
HEAD = "@prefix solid: <http://www.w3.org/ns/solid/terms#>. @prefix pim: <http://www.w3.org/ns/pim/space#>.\n"
DESCRIBED = '<{}>; rel="http://www.w3.org/ns/solid/terms#storageDescription"'
STORAGE = f'<{names.PIM_STORAGE_TYPE}>; rel="type"'


@pytest.fixture(name="double")
def _double() -> PodDouble:
    return PodDouble()


@pytest.fixture(name="nobody")
async def _nobody(double: PodDouble) -> AsyncIterator[Pod]:
    async with visitor(ISSUER, transport=httpx2.MockTransport(double)) as pod:
        yield pod


def says(double: PodDouble, turtle: str, url: str = CARD) -> str:
    return double.put(url, HEAD + turtle)


async def found(nobody: Pod, said: str) -> str:
    return await issuer_from(nobody.nobody, said)


# The login server


async def test_a_webid_names_its_login_server(double: PodDouble, nobody: Pod) -> None:
    assert await found(nobody, ME) == ISSUER


async def test_a_webid_without_a_hash_does_too(double: PodDouble, nobody: Pod) -> None:
    says(double, "<> solid:oidcIssuer <https://login.example/>.", "https://id.example/alice")
    assert await found(nobody, "https://id.example/alice") == "https://login.example/"


async def test_several_login_servers_are_the_persons_choice(double: PodDouble, nobody: Pod) -> None:
    says(double, "<#me> solid:oidcIssuer <https://b.example/>, <https://a.example/>.")
    with pytest.raises(Undecided) as stop:
        await found(nobody, ME)
    assert stop.value.choices == ("https://a.example/", "https://b.example/")
    assert "lifepod login https://b.example/" in stop.value.advice


async def test_a_webid_that_names_none_is_told(double: PodDouble, nobody: Pod) -> None:
    says(double, "<#me> a <#Person>.")
    with pytest.raises(NotSignedIn, match="no login server"):
        await found(nobody, ME)


@pytest.mark.parametrize(
    "answer",
    [
        faults.page(),
        faults.page(404),
        faults.redirect("https://elsewhere.example/"),
        401,
        403,
        404,
        500,
        httpx2.Response(200, headers={"Content-Type": "text/turtle"}),
        # The root of a pod that lies at the login server's own address speaks of itself.
        httpx2.Response(200, headers={"Content-Type": "text/turtle"}, content=b"<> a <#Container>."),
    ],
)  # fmt: skip
async def test_an_address_that_is_no_webid_is_the_login_servers_own(
    double: PodDouble, nobody: Pod, answer: faults.Answer
) -> None:
    double.script("GET", ISSUER, answer, None)
    assert await found(nobody, ISSUER) == ISSUER


@pytest.mark.parametrize(
    ("answer", "family"),
    [
        (faults.page(), Malformed),
        (faults.not_turtle(), Malformed),
        (faults.oversized(2_000_000), TooBig),
        (401, Missing),
        (404, Missing),
        (500, Unreachable),
        (faults.refused_connection(), Unreachable),
        (httpx2.Response(200, headers={"Content-Type": "text/turtle"}), Missing),
    ],
)
async def test_a_webid_that_cannot_be_read_is_no_login_server(
    double: PodDouble, nobody: Pod, answer: faults.Answer, family: type[LifepodError]
) -> None:
    """What has a # was meant as a WebID; to ask it for a login would only hide what is wrong."""
    double.script("GET", CARD, answer, None)
    with pytest.raises(family):
        await found(nobody, ME)


@pytest.mark.parametrize("said", ["alice", "ftp://x.example/", "https://", "https://u:p@x.example/", "\x1b[2J", ""])
async def test_what_is_no_address_is_asked_of_nobody(double: PodDouble, nobody: Pod, said: str) -> None:
    with pytest.raises(Malformed) as stop:
        await found(nobody, said)
    assert "\x1b" not in str(stop.value)
    assert double.requests == []


# Whose word counts


async def test_a_webid_is_vouched_for_by_the_server_it_names(double: PodDouble, nobody: Pod) -> None:
    assert (await vouched(nobody.nobody, ME, ISSUER)).webid == ME


@pytest.mark.parametrize(
    "turtle",
    [
        "<#me> a <#Person>.",
        "<#me> solid:oidcIssuer <https://other.example/>.",
        "<#me> solid:oidcIssuer <https://pod.example>.",
        "<#me> solid:oidcIssuer <https://pod.example/x/>.",
        '<#me> solid:oidcIssuer "https://pod.example/".',
        "<#me> a <#Person>. <#you> solid:oidcIssuer <https://pod.example/>.",
        "<#me> a <#Person>. <> solid:oidcIssuer <https://pod.example/>.",
    ],
)
async def test_a_server_that_a_webid_does_not_name_speaks_for_nobody(
    double: PodDouble, nobody: Pod, turtle: str
) -> None:
    """Solid-OIDC §5.1: else any server could log anybody in as anyone. To the last slash, as pod servers compare it."""
    says(double, turtle)
    with pytest.raises(NotSignedIn) as stop:
        await vouched(nobody.nobody, ME, ISSUER)
    assert ME in str(stop.value)
    assert stop.value.issuer == ISSUER


async def test_further_documents_name_no_login_server(double: PodDouble, nobody: Pod) -> None:
    says(double, f"<#me> <{names.RDFS_SEE_ALSO}> <more>.")
    says(double, f"<{ME}> solid:oidcIssuer <{ISSUER}>.", "https://pod.example/alice/profile/more")
    with pytest.raises(NotSignedIn):
        await vouched(nobody.nobody, ME, ISSUER)


# Storages


async def storages(nobody: Pod, webid: str = ME) -> tuple[str, ...]:
    return await storages_of(nobody, await check_webid(nobody.nobody, webid))


async def test_the_storages_of_a_profile_are_all_handed_out(double: PodDouble, nobody: Pod) -> None:
    says(double, "<#me> pim:storage </b/>, </a>, </a/>, <HTTPS://Two.example>, <https://two.example/>.")
    assert await storages(nobody) == ("https://pod.example/a/", "https://pod.example/b/", "https://two.example/")


async def test_a_storage_that_a_further_document_names_is_one(double: PodDouble, nobody: Pod) -> None:
    says(double, f"<#me> <{names.RDFS_SEE_ALSO}> <https://more.example/doc>.")
    says(double, f"<{ME}> pim:storage <https://two.example/>.", "https://more.example/doc")
    assert await storages(nobody) == ("https://two.example/",)


async def test_a_profile_that_names_none_lies_in_one(double: PodDouble, nobody: Pod) -> None:
    assert await storages(nobody) == (double.base,)


async def test_a_profile_outside_of_any_storage_has_none(double: PodDouble, nobody: Pod) -> None:
    says(double, "<> a <#Person>.", "https://id.example/a/b/alice")
    for place in ("https://id.example/a/b/", "https://id.example/a/", "https://id.example/"):
        double.put(place, "")
    assert await storages(nobody, "https://id.example/a/b/alice") == ()


@pytest.mark.parametrize("place", ["", "README", "profile/card", "profile/card#me", "a/b/c/d.ttl", "no/such/thing"])
async def test_every_place_knows_the_storage_it_lies_in(double: PodDouble, nobody: Pod, place: str) -> None:
    """The rules may keep a place closed; its storage is said all the same, or by a place above."""
    double.put("a/b/c/d.ttl", "")
    assert await storage_above(nobody, double.base + place) == double.base


async def test_without_a_description_the_way_up_is_walked(double: PodDouble, nobody: Pod) -> None:
    """Solid Protocol §4.1: the first container above that says it is a storage."""
    for path in ("", "a/", "a/b/", "a/b/c"):
        links = STORAGE if path == "a/" else ""
        double.script("HEAD", path, httpx2.Response(200, headers={"Link": links} if links else {}), None)
    assert await storage_above(nobody, double.base + "a/b/c") == double.base + "a/"
    assert [seen.url for seen in double.requests] == [double.base + path for path in ("a/b/c", "a/b/", "a/")]
    assert {seen.method for seen in double.requests} == {"HEAD"}


async def test_a_document_that_says_it_is_a_storage_is_none(double: PodDouble, nobody: Pod) -> None:
    double.script("HEAD", "*", httpx2.Response(200, headers={"Link": STORAGE}))
    double.script("HEAD", "*", httpx2.Response(404), None)
    assert await storage_above(nobody, double.base + "a/b") == ""


async def test_the_way_up_has_an_end(double: PodDouble, nobody: Pod) -> None:
    double.script("HEAD", "*", httpx2.Response(404), None)
    assert await storage_above(nobody, "https://pod.example/" + "a/" * 500) == ""
    assert len(double.requests) <= nobody.limits.walk_depth + 1


@pytest.mark.parametrize(
    "named",
    [
        "<https://other.example/> a pim:Storage.",
        "<https://pod.example.evil.example/> a pim:Storage.",
        "<https://> a pim:Storage.",
        "<https://pod.example/alice> a pim:Storage.",
        "<https://pod.example/bob/> a pim:Storage.",
        "<https://pod.example/alice/a/b/c/> a pim:Storage.",
        "<https://pod.example/alice/> a <#Storage>.",
        '<#x> a pim:Storage; pim:storage "https://pod.example/alice/".',
        "",
    ],
)
async def test_a_description_of_another_storage_is_not_believed(double: PodDouble, nobody: Pod, named: str) -> None:
    description = says(double, named, "https://pod.example/alice/description")
    double.script("HEAD", "*", httpx2.Response(200, headers={"Link": DESCRIBED.format(description)}))
    double.script("HEAD", "*", httpx2.Response(404), None)
    assert await storage_above(nobody, double.base + "a/b") == ""


async def test_of_nested_storages_the_nearest_is_meant(double: PodDouble, nobody: Pod) -> None:
    both = "<https://pod.example/> a pim:Storage. <https://pod.example/alice/> a pim:Storage."
    description = says(double, both, "https://pod.example/alice/description")
    double.script("HEAD", "*", httpx2.Response(200, headers={"Link": DESCRIBED.format(description)}))
    assert await storage_above(nobody, double.base + "a/b") == double.base


@pytest.mark.parametrize("answer", [404, 500, faults.page(), faults.not_turtle(), faults.oversized(2_000_000),
                                    faults.dropped(), faults.redirect("https://evil.example/")])  # fmt: skip
async def test_a_description_that_cannot_be_read_leaves_the_way_up(
    double: PodDouble, nobody: Pod, answer: faults.Answer
) -> None:
    double.script("GET", ".well-known/solid", answer, None)
    assert await storage_above(nobody, double.base + "profile/card") == double.base
