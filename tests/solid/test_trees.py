"""Removals, copies and moves that a server, or the person, could turn against the pod: only what was meant goes."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
import pytest
from tests.double.pod_double import PodDouble
from tests.solid.visits import START, sent, visit

from lifepod.errors import Conflict, Malformed, Undecided
from lifepod.solid import trees
from lifepod.solid.wire import Reply

PRECIOUS = "https://pod.example/alice/precious.txt"


@pytest.fixture(name="double")
def _double() -> PodDouble:
    double = PodDouble()
    double.put("precious.txt", b"mine", "text/plain")
    double.put("box/x.ttl", START)
    return double


def naming(control: str) -> Callable[[httpx2.Request], httpx2.Response]:
    """A server that names this as the access document."""
    headers = {"Link": f'<{control}>; rel="acl"', "Content-Type": "text/turtle"}
    return lambda request: httpx2.Response(200, headers=headers)


# Access documents


@pytest.mark.parametrize(
    ("control", "counts"),
    [
        ("x.ttl.acl", True),
        ("https://pod.example/.access/7", True),
        ("https://POD.example:443/x.acl", True),
        ("?ext=acr", True),
        ("https://evil.example/x.ttl.acl", False),
        ("http://pod.example/x.ttl.acl", False),
        ("https://pod.example:8443/x.ttl.acl", False),
        ("https://pod.example@evil.example/x.acl", False),
        ("//evil.example/x.acl", False),
        ("file:///etc/passwd", False),
        ("./", False),
        ("https://pod.example/alice/box/#rules", False),
        ("%2e%2e/x.acl", False),
    ],
)
def test_an_access_document_counts_only_where_its_server_can_speak_for_it(control: str, counts: bool) -> None:
    reply = Reply("https://pod.example/alice/x.ttl", 200, {"link": f'<{control}>; rel="acl"'})
    assert (reply.link("acl") is not None) is counts


async def test_no_server_can_have_a_file_of_another_deleted(double: PodDouble) -> None:
    """The one that is asked names a file of our own pod, where our login is good for everything."""
    guest = "https://guest.example/box/x.ttl"
    double.put(guest, START)
    double.script("HEAD", guest, naming(PRECIOUS), None)
    double.script("DELETE", guest, 205, None)
    async with visit(double) as pod:
        tree = await pod.look_at(guest)
        assert tree.with_rules == (guest,)
        await pod.remove(tree)
    assert double.body("precious.txt") == b"mine"
    assert [one.url for one in sent(double, "DELETE")] == [guest]


async def test_a_file_of_the_tree_is_not_taken_for_the_rules_of_another(double: PodDouble) -> None:
    double.put("box/y.ttl", START)
    double.script("HEAD", "box/x.ttl", naming(double.url("box/y.ttl")), None)
    async with visit(double) as pod:
        tree = await pod.look_at(double.url("box/"))
        assert double.url("box/y.ttl") in {item.url for item in tree.items}
        assert double.url("box/x.ttl") in tree.with_rules
        with pytest.raises(Undecided):
            await pod.move(await pod.plan_copy(double.url("box/"), double.url("new/")))


async def test_an_ordinary_file_elsewhere_in_the_pod_is_not_taken_for_rules(double: PodDouble) -> None:
    double.script("HEAD", "box/x.ttl", naming(PRECIOUS), None)
    async with visit(double) as pod:
        await pod.remove(await pod.look_at(double.url("box/x.ttl")))
    assert double.body("precious.txt") == b"mine"


async def test_rules_go_in_the_version_that_was_seen(double: PodDouble) -> None:
    """A server that leaves them: what somebody wrote into them meanwhile stays."""
    control = "https://pod.example/.access/7"
    double.control_at("box/x.ttl", control)
    double.owner_acl("box/x.ttl")

    double.script("DELETE", "box/x.ttl", 205, None)
    async with visit(double) as pod:
        tree = await pod.look_at(double.url("box/x.ttl"))
        double.owner_acl("box/x.ttl", "# somebody was here\n")
        with pytest.raises(Conflict):
            await pod.remove(tree)
        await pod.remove(await pod.look_at(double.url("box/x.ttl")))
    first, second = (one for one in sent(double, "DELETE") if one.url == control)
    assert first.headers["if-match"] != second.headers["if-match"]


# Onto itself


@pytest.mark.parametrize("versions", [True, False])
@pytest.mark.parametrize(
    ("source", "target"), [("box/x.ttl", "box/x.ttl"), ("box/x.ttl", "b%6Fx/x.ttl"), ("box/", "box/")]
)
async def test_nothing_is_copied_or_moved_onto_itself(
    double: PodDouble, source: str, target: str, versions: bool
) -> None:
    double.ldp.versions = versions
    async with visit(double) as pod:
        with pytest.raises(Malformed) as stop:
            await pod.move(await pod.plan_copy(double.base + source, double.base + target), overwrite=True)
    assert "own place" in str(stop.value)
    assert double.body("box/x.ttl") == START.encode()
    assert double.requests == []


@pytest.mark.parametrize("target", ["y.acl", "y.acr", "y.meta", "y%2EACL"])
async def test_a_copy_does_not_become_rules(double: PodDouble, target: str) -> None:
    async with visit(double) as pod:
        with pytest.raises(Malformed) as stop:
            await pod.plan_copy(double.url("box/x.ttl"), double.base + target)
    assert "lifepod grant" in stop.value.advice


# Roots


def advertised(double: PodDouble, path: str) -> None:
    """Let a container say that it is the root of a pod."""
    link = '<http://www.w3.org/ns/pim/space#Storage>; rel="type"'
    double.script("HEAD", path, httpx2.Response(200, headers={"Link": link, "ETag": '"1"'}), None)


@pytest.mark.parametrize("root", ["second/", "second/inner/"])
async def test_the_root_of_any_pod_is_refused_before_what_it_holds_is_gone(double: PodDouble, root: str) -> None:
    double.put("second/inner/x.ttl", START)
    advertised(double, root)
    async with visit(double) as pod:
        tree = await pod.look_at(double.url("second/"))
        with pytest.raises(Malformed, match="root of a pod"):
            await pod.remove(tree)
        with pytest.raises(Malformed, match="root of a pod"):
            await pod.move(await pod.plan_copy(double.url("second/"), double.url("third/")))
    assert sent(double, "DELETE", "PUT") == []


async def test_a_tree_that_our_own_pod_lies_in_is_not_removed(double: PodDouble) -> None:
    async with visit(double) as pod:
        with pytest.raises(Malformed, match="root of a pod"):
            await pod.remove(trees.Tree("https://pod.example/", (trees.Item("https://pod.example/"),)))
    assert sent(double, "DELETE") == []
