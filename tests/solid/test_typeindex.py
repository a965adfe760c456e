"""Type indexes: what they say, the two of them kept apart, and what is added to them."""

from __future__ import annotations

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.solid.visits import sent, visit

from lifepod import names
from lifepod.errors import Conflict, Missing, Refused
from lifepod.rdf.turtle import Document, parse_turtle
from lifepod.solid.typeindex import Registration, read_type_indexes, register, registrations_of

PRIVATE = "https://pod.example/alice/settings/private.ttl"
PUBLIC = "https://pod.example/alice/settings/public.ttl"
HEAD = "@prefix solid: <http://www.w3.org/ns/solid/terms#>. @prefix t: <https://terms.example/>.\n"
BOOK, NOTE = "https://terms.example/Book", "https://terms.example/Note"
ONE = f"{HEAD}<#b> a solid:TypeRegistration; solid:forClass t:Book; solid:instanceContainer </alice/books/>.\n"


@pytest.fixture(name="double")
def _double() -> PodDouble:
    """The owner's profile names both indexes; both stand, and the private one is closed."""
    double = PodDouble()
    double.put("profile/card", f"{HEAD}<#me> solid:privateTypeIndex <{PRIVATE}>; solid:publicTypeIndex <{PUBLIC}>; "
               f"solid:oidcIssuer <{double.tokens.issuer}>.")  # fmt: skip
    double.put(PRIVATE, ONE)
    double.put(PUBLIC, HEAD + "<#n> a solid:TypeRegistration; solid:forClass t:Note; solid:instance <notes.ttl>.\n")
    double.owner_acl(PRIVATE)
    return double


def index(turtle: str) -> Document:
    return Document(PRIVATE, parse_turtle((HEAD + turtle).encode(), PRIVATE))


def held(double: PodDouble, url: str) -> set[tuple[str, str]]:
    document = Document(url, parse_turtle(double.body(url) or b"", url))
    return {(one.for_class, one.place) for one in registrations_of(document)}


# Reading


def test_registrations_say_which_class_lies_where() -> None:
    found = registrations_of(
        index(
            "<#a> a solid:TypeRegistration; solid:forClass t:Book; solid:instanceContainer </b/>, </c/>."
            "<#d> a solid:TypeRegistration; solid:forClass t:Book, t:Note; solid:instance <x.ttl>."
        )
    )
    assert [(one.for_class, one.place, one.is_container) for one in found] == [
        (BOOK, "https://pod.example/alice/settings/x.ttl", False),
        (BOOK, "https://pod.example/b/", True),
        (BOOK, "https://pod.example/c/", True),
        (NOTE, "https://pod.example/alice/settings/x.ttl", False),
    ]
    assert {one.index for one in found} == {PRIVATE}


@pytest.mark.parametrize(
    "turtle",
    [
        "<#a> solid:forClass t:Book; solid:instance <x>.",
        "<#a> a solid:TypeRegistration; solid:instance <x>.",
        "<#a> a solid:TypeRegistration; solid:forClass t:Book.",
        '<#a> a solid:TypeRegistration; solid:forClass "Book"; solid:instance <x>.',
        '<#a> a solid:TypeRegistration; solid:forClass t:Book; solid:instance "https://x.example/".',
        "<#a> a solid:TypeRegistration; solid:forClass t:Book; solid:instance <javascript:alert(1)>.",
        "<#a> a solid:TypeRegistration; solid:forClass t:Book; solid:instance [].",
        "",
    ],
)
def test_what_is_no_registration_is_left_out(turtle: str) -> None:
    assert registrations_of(index(turtle)) == ()


async def test_both_indexes_are_read(double: PodDouble) -> None:
    async with visit(double) as pod:
        found, unread = await read_type_indexes(pod)
    assert found == (
        Registration(NOTE, "https://pod.example/alice/settings/notes.ttl", False, PUBLIC),
        Registration(BOOK, "https://pod.example/alice/books/", True, PRIVATE),
    )
    assert unread == ()


async def test_somebody_else_sees_what_they_may_and_what_they_may_not(double: PodDouble) -> None:
    """Unknown is not none: the closed index is named."""
    double.acl(PUBLIC, double.owner_rule(PUBLIC) + f"[] a acl:Authorization; acl:agentClass foaf:Agent; "
               f"acl:accessTo <{PUBLIC}>; acl:mode acl:Read.")  # fmt: skip
    async with visit(double, "https://bob.example/card#me") as pod:
        found, unread = await read_type_indexes(pod, double.owner)
    assert [one.for_class for one in found] == [NOTE]
    assert unread == (PRIVATE,)


async def test_a_profile_without_indexes_has_no_registrations(double: PodDouble) -> None:
    double.put("profile/card", "<#me> a <#Person>.")
    async with visit(double) as pod:
        assert await read_type_indexes(pod) == ((), ())


# Writing


async def test_a_container_is_registered_in_the_private_index(double: PodDouble) -> None:
    async with visit(double) as pod:
        assert await register(pod, {double.url("notes/"): NOTE})
    assert held(double, PRIVATE) == {(BOOK, double.url("books/")), (NOTE, double.url("notes/"))}
    assert (NOTE, double.url("notes/")) not in held(double, PUBLIC)


async def test_a_container_is_registered_in_the_public_index_where_that_is_said(double: PodDouble) -> None:
    async with visit(double) as pod:
        assert await register(pod, {double.url("notes/"): NOTE}, listed=True)
    assert (NOTE, double.url("notes/")) in held(double, PUBLIC)
    assert held(double, PRIVATE) == {(BOOK, double.url("books/"))}


async def test_what_is_registered_is_not_written_again(double: PodDouble) -> None:
    async with visit(double) as pod:
        assert await register(pod, {double.url("books/"): BOOK})
        assert sent(double, "PUT", "PATCH", "POST") == []


async def test_without_an_index_nothing_is_written(double: PodDouble) -> None:
    double.put("profile/card", "<#me> a <#Person>.")
    async with visit(double) as pod:
        for listed in (True, False):
            assert not await register(pod, {double.url("notes/"): NOTE}, listed=listed)
        assert sent(double, "PUT", "PATCH", "POST") == []


@pytest.mark.parametrize(
    ("listed", "url", "kind"), [(False, PRIVATE, names.SOLID_UNLISTED), (True, PUBLIC, names.SOLID_LISTED)]
)
async def test_an_index_that_is_gone_is_made_anew(double: PodDouble, listed: bool, url: str, kind: str) -> None:
    double.shelf.delete(url)
    async with visit(double) as pod:
        assert await register(pod, {double.url("notes/"): NOTE}, listed=listed)
        assert sent(double, "PUT")[0].headers["if-none-match"] == "*"
    assert held(double, url) == {(NOTE, double.url("notes/"))}
    assert kind.encode() in (double.body(url) or b"").replace(b"solid:", names.SOLID.encode())


async def test_an_index_that_two_make_at_once_holds_what_both_say(double: PodDouble) -> None:
    double.shelf.delete(PRIVATE)

    def another(request: httpx2.Request) -> None:
        double.put(PRIVATE, ONE)

    double.script("PUT", PRIVATE, another)
    async with visit(double) as pod:
        assert await register(pod, {double.url("notes/"): NOTE})
    assert held(double, PRIVATE) == {(BOOK, double.url("books/")), (NOTE, double.url("notes/"))}


@pytest.mark.parametrize("storage", ["https://pod.example/alice/", ""])
async def test_an_index_in_somebody_elses_pod_is_not_made(double: PodDouble, storage: str) -> None:
    """Neither where no pod of ours is known."""
    elsewhere = "https://other.example/index.ttl"
    double.put("profile/card", f"{HEAD}<#me> solid:privateTypeIndex <{elsewhere}>.")
    double.script("GET", elsewhere, 404, None)
    async with visit(double) as pod:
        pod.storage = storage
        with pytest.raises(Missing):
            await register(pod, {double.url("notes/"): NOTE})
        assert sent(double, "PUT", "PATCH", "POST") == []


async def test_who_writes_meanwhile_is_not_overwritten(double: PodDouble) -> None:
    def another(request: httpx2.Request) -> httpx2.Response:
        double.put(PRIVATE, ONE + "<#b> a <#Mine>.")
        return httpx2.Response(412)

    double.script("*", PRIVATE, lambda request: another(request) if request.method in ("PUT", "PATCH") else None, 2)
    async with visit(double) as pod:
        assert await register(pod, {double.url("notes/"): NOTE})
    assert b"Mine" in (double.body(PRIVATE) or b"")
    assert held(double, PRIVATE) == {(BOOK, double.url("books/")), (NOTE, double.url("notes/"))}


async def test_a_conflict_without_end_is_told(double: PodDouble) -> None:
    for method in ("PUT", "PATCH"):
        double.script(method, PRIVATE, 412, None)
    async with visit(double) as pod:
        with pytest.raises(Conflict):
            await register(pod, {double.url("notes/"): NOTE})


async def test_an_index_that_may_not_be_written_is_told(double: PodDouble) -> None:
    async with visit(double) as pod:
        for method in ("PUT", "PATCH"):
            double.script(method, PRIVATE, 403, None)
        with pytest.raises(Refused):
            await register(pod, {double.url("notes/"): NOTE})


@pytest.mark.parametrize("answer", [faults.not_turtle(), faults.page(), 500])
async def test_an_index_that_cannot_be_read_is_named_and_the_other_is_read(
    double: PodDouble, answer: faults.Answer
) -> None:
    async with visit(double) as pod:
        double.script("GET", PRIVATE, answer, None)
        found, unread = await read_type_indexes(pod)
    assert ([one.index for one in found], unread) == ([PUBLIC], (PRIVATE,))
