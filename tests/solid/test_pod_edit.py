"""Editing: the difference is sent as a patch, or the whole, and never over somebody else's write."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
import pytest
from rdflib import BNode, Literal, URIRef
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.solid.visits import START, sent, visit

from lifepod.errors import (
    Conflict,
    LifepodError,
    Missing,
    Unconfirmed,
    Undecided,
    Unreachable,
)
from lifepod.rdf.jsonld import read_jsonld

A, B, C = (URIRef(f"https://pod.example/alice/x.ttl#{name}") for name in "abc")


@pytest.fixture(name="double")
def _double() -> PodDouble:
    double = PodDouble()
    double.put("x.ttl", START)
    return double


def held(double: PodDouble, path: str = "x.ttl") -> str:
    return (double.body(path) or b"").decode()


# Editing


async def test_an_edit_sends_exactly_the_difference_as_a_patch(double: PodDouble) -> None:
    double.put("x.ttl", START + '<#a> <#n> "01"^^<http://www.w3.org/2001/XMLSchema#integer>.\n')
    async with visit(double) as pod:
        etag = (await pod.head(double.url("x.ttl"))).etag
        async with pod.edit(double.url("x.ttl")) as graph:
            graph.remove((A, B, C))
            graph.add((A, B, Literal("neu\n", lang="de")))
        after = (await pod.read(double.url("x.ttl"))).graph
    (patch,) = sent(double, "PATCH")
    assert patch.headers["content-type"] == "text/n3"
    assert patch.headers["if-match"] == etag
    assert b'"01"' not in patch.body
    assert sent(double, "PUT") == []
    assert {str(o) for o in after.objects()} == {"neu\n", "01"}


async def test_an_edit_that_changes_nothing_sends_nothing(double: PodDouble) -> None:
    async with visit(double) as pod, pod.edit(double.url("x.ttl")) as graph:
        graph.remove((A, B, C))
        graph.add((A, B, C))
    assert [s.method for s in double.requests] == ["GET"]


async def test_an_edit_that_fails_inside_sends_nothing(double: PodDouble) -> None:
    async with visit(double) as pod:
        with pytest.raises(ZeroDivisionError):
            async with pod.edit(double.url("x.ttl")) as graph:
                graph.add((A, B, Literal(1 / 0)))
    assert [s.method for s in double.requests] == ["GET"]


async def test_blank_nodes_are_sent_whole(double: PodDouble) -> None:
    async with visit(double) as pod:
        etag = (await pod.head(double.url("x.ttl"))).etag
        async with pod.edit(double.url("x.ttl")) as graph:
            graph.add((A, B, BNode()))
    (put,) = sent(double, "PUT")
    assert put.headers["if-match"] == etag
    assert sent(double, "PATCH") == []
    assert "#c> , _:" in held(double)


STORED = b'{"@id": "#a", "https://v.example/says": {"@value": "01", "@type": "https://v.example/number"}}'


async def test_what_is_stored_as_json_ld_stays_json_ld(double: PodDouble) -> None:
    """Its readers may know no Turtle, which is what a server hands out for it all the same."""
    as_json_ld(double, "x.ttl")
    async with visit(double) as pod, pod.edit(double.url("x.ttl")) as graph:
        graph.add((A, B, BNode()))
    (put,) = sent(double, "PUT")
    assert put.headers["content-type"] == "application/ld+json"
    found = read_jsonld(put.body, double.url("x.ttl"))
    assert len(found) == 2
    assert any(str(literal) == "01" for literal in found.objects())


async def test_what_json_ld_cannot_say_is_not_sent(double: PodDouble) -> None:
    """Whoever reads it leaves out a relation that is no address."""
    as_json_ld(double, "x.ttl")
    async with visit(double) as pod:
        with pytest.raises(Undecided, match="stored as JSON-LD"):
            async with pod.edit(double.url("x.ttl")) as graph:
                graph.add((A, URIRef("not an address"), BNode()))
    assert sent(double, "PUT", "PATCH") == []


def as_json_ld(double: PodDouble, path: str) -> None:
    """A document that is stored as JSON-LD, on a server that turns it into Turtle for whoever asks."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        turtle = "turtle" in request.headers.get("accept", "")
        kind = "text/turtle" if turtle else "application/ld+json"
        body = b'<#a> <https://v.example/says> "01"^^<https://v.example/number> .' if turtle else STORED
        headers = {"ETag": '"1"', "Content-Type": kind}
        return httpx2.Response(200, headers=headers, content=body if request.method == "GET" else b"")

    double.script("GET", path, answer, None)
    double.script("HEAD", path, answer, None)
    double.script("PUT", path, 205, None)


async def test_a_change_beside_blank_nodes_is_still_a_patch(double: PodDouble) -> None:
    double.put("x.ttl", START + "<#a> <#list> [ <#b> <#c> ].\n")
    async with visit(double) as pod, pod.edit(double.url("x.ttl")) as graph:
        graph.add((A, B, Literal("x")))
    assert len(sent(double, "PATCH")) == 1


@pytest.mark.parametrize("status", [400, 405, 415, 422, 501])
async def test_where_a_server_takes_no_patch_the_whole_is_sent_in_the_same_version(
    double: PodDouble, status: int
) -> None:
    double.script("PATCH", "x.ttl", status, None)
    async with visit(double) as pod, pod.edit(double.url("x.ttl")) as graph:
        graph.add((A, B, Literal("x")))
    n3, sparql, put = sent(double, "PATCH", "PUT")
    assert [one.headers["content-type"] for one in (n3, sparql)] == ["text/n3", "application/sparql-update"]
    assert put.headers["if-match"] == n3.headers["if-match"] == sparql.headers["if-match"]
    assert '"x"' in held(double)


@pytest.mark.parametrize("status", [401, 403, 404, 409, 412, 413, 429, 500, 503])
async def test_any_other_failure_of_a_patch_is_no_reason_to_send_the_whole(double: PodDouble, status: int) -> None:
    double.script("PATCH", "x.ttl", status, None)
    async with visit(double) as pod:
        with pytest.raises(LifepodError):
            async with pod.edit(double.url("x.ttl")) as graph:
                graph.add((A, B, Literal("x")))
    assert sent(double, "PUT") == []
    assert held(double) == START


@pytest.mark.parametrize("whole", [False, True])
async def test_someone_elses_write_in_between_is_a_conflict_and_stays(double: PodDouble, whole: bool) -> None:
    async with visit(double) as pod:
        with pytest.raises(Conflict) as stop:
            async with pod.edit(double.url("x.ttl")) as graph:
                graph.add((A, B, BNode() if whole else Literal("mine")))
                double.put("x.ttl", "<#a> <#b> <#theirs>.")
    assert "Nothing was overwritten" in stop.value.advice
    assert held(double) == "<#a> <#b> <#theirs>."


async def test_a_missing_document_is_created_only_where_that_was_meant(double: PodDouble) -> None:
    async with visit(double) as pod:
        with pytest.raises(Missing):
            async with pod.edit(pod.url("y.ttl")):
                raise AssertionError("nothing to edit")
        async with pod.edit(pod.url("y.ttl"), create=True) as graph:
            graph.add((A, B, C))
        with pytest.raises(Conflict):
            async with pod.edit(pod.url("z.ttl"), create=True) as graph:
                double.put("z.ttl", START)
    assert "#c" in held(double, "y.ttl")
    assert held(double, "z.ttl") == START
    assert all(s.headers["if-none-match"] == "*" for s in sent(double, "PUT"))


# Servers without versions


@pytest.fixture(name="unversioned", params=["none", "weak", "not ASCII"])
def _unversioned(request: pytest.FixtureRequest, double: PodDouble) -> Callable[[], PodDouble]:
    """Versions that cannot be used: none at all, weak ones, and bytes that no header of ours may carry."""
    tag = {"none": None, "weak": 'W/"1"', "not ASCII": '"\xe9"'}[request.param]
    double.ldp.versions = False

    def tagged(asked: httpx2.Request) -> httpx2.Response | None:
        if tag is None:
            return None
        body = double.body("x.ttl") or b""
        headers = [(b"ETag", tag.encode("latin-1")), (b"Content-Type", b"text/turtle")]
        return httpx2.Response(200, headers=headers, content=body)

    double.script("GET", "x.ttl", tagged, None)
    return lambda: double


@pytest.mark.parametrize("whole", [False, True])
async def test_without_versions_it_is_read_compared_written_read_and_compared(
    unversioned: Callable[[], PodDouble], whole: bool
) -> None:
    """S8."""
    double = unversioned()
    async with visit(double) as pod, pod.edit(double.url("x.ttl")) as graph:
        graph.add((A, B, BNode() if whole else Literal("mine")))
    write = ["HEAD", "PUT"] if whole else ["PATCH"]
    assert [s.method for s in double.requests] == ["GET", "GET", *write, "GET"]
    assert "if-match" not in sent(double, write[-1])[0].headers


async def test_without_versions_an_earlier_write_is_seen_before_ours(unversioned: Callable[[], PodDouble]) -> None:
    double = unversioned()
    async with visit(double) as pod:
        with pytest.raises(Conflict):
            async with pod.edit(double.url("x.ttl")) as graph:
                graph.add((A, B, Literal("mine")))
                double.put("x.ttl", "<#a> <#b> <#theirs>.")
    assert held(double) == "<#a> <#b> <#theirs>."


async def test_without_versions_a_later_write_is_seen_after_ours(unversioned: Callable[[], PodDouble]) -> None:
    double = unversioned()

    def theirs(asked: httpx2.Request) -> httpx2.Response:
        double.put("x.ttl", "<#a> <#b> <#theirs>.")
        return httpx2.Response(205)

    double.script("PATCH", "x.ttl", theirs)
    async with visit(double) as pod:
        with pytest.raises(Unconfirmed):
            async with pod.edit(double.url("x.ttl")) as graph:
                graph.add((A, B, Literal("mine")))


@pytest.mark.parametrize(
    ("accepted", "languages"),
    [
        ("text/n3, application/sparql-update", ["text/n3"]),
        ("application/sparql-update;q=1, text/plain", ["application/sparql-update"]),
        ("application/json-patch+json", ["text/n3"]),
        ("", ["text/n3"]),
    ],
)
async def test_a_patch_speaks_what_the_server_takes(double: PodDouble, accepted: str, languages: list[str]) -> None:
    double.script("GET", "x.ttl", httpx2.Response(200, text=START, headers=_told(accepted)), None)
    double.script("PATCH", "x.ttl", 205, None)
    async with visit(double) as pod, pod.edit(double.url("x.ttl")) as graph:
        graph.add((A, B, Literal("x")))
    assert [one.headers["content-type"] for one in sent(double, "PATCH", "PUT")] == languages


def _told(accepted: str) -> dict[str, str]:
    powered = {"X-Powered-By": "Community Solid Server"}
    return powered | {"Content-Type": "text/turtle", "ETag": '"1"'} | ({"Accept-Patch": accepted} if accepted else {})


@pytest.mark.parametrize("arrives", [False, True])
async def test_a_patch_on_a_line_that_broke_is_looked_after(double: PodDouble, arrives: bool) -> None:
    double.script("PATCH", "x.ttl", faults.dropped(), after=arrives)
    async with visit(double) as pod, pod.edit(double.url("x.ttl")) as graph:
        graph.add((A, B, Literal("x")))
    assert held(double).count('"x"') == 1
    assert len(sent(double, "PATCH")) == (1 if arrives else 2)


async def test_a_patch_that_was_lost_while_somebody_else_wrote_is_told(double: PodDouble) -> None:
    def meanwhile(request: httpx2.Request) -> httpx2.Response:
        double.put("x.ttl", "<#theirs> <#b> <#c>.")
        raise httpx2.RemoteProtocolError("gone", request=request)

    double.script("PATCH", "x.ttl", meanwhile)
    async with visit(double) as pod:
        with pytest.raises(Unreachable):
            async with pod.edit(double.url("x.ttl")) as graph:
                graph.add((A, B, Literal("x")))
    assert "theirs" in held(double)
    assert len(sent(double, "PATCH")) == 1
