"""Files in parts: what breaks goes on, what drips or never ends is left, and no name leads out of a folder."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.solid.visits import QUICK, sent, visit

from lifepod.errors import Conflict, LifepodError, Malformed, Missing, NotReady, TooBig, Undecided, Unreachable
from lifepod.limits import Limits
from lifepod.solid import shipping
from lifepod.solid.media import media_type_of
from lifepod.solid.pod import Pod

DATA = bytes(range(256)) * 40


class Parts(httpx2.AsyncByteStream):
    """Some parts, and then perhaps a broken line."""

    def __init__(self, *parts: bytes, breaks: bool = False) -> None:
        self._parts, self._breaks = parts, breaks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part
        if self._breaks:
            raise httpx2.ReadError("gone")


class Endless(httpx2.AsyncByteStream):
    """Never stops; as fast as it may, or a byte now and then."""

    def __init__(self, part: bytes = b"x" * 65536, pause: float = 0.0) -> None:
        self._part, self._pause = part, pause

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(self._pause)
            yield self._part


def ranged(*, etag: str = '"1"', breaks_at: int = 3000) -> Callable[[httpx2.Request], httpx2.Response]:
    """A server that breaks off once and gives ranges of the same version."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked = request.headers.get("range")
        if asked is None:
            headers = {"ETag": '"1"', "Content-Length": str(len(DATA)), "Content-Type": "image/png"}
            return httpx2.Response(200, headers=headers, stream=Parts(DATA[:breaks_at], breaks=True))
        start = int(asked.removeprefix("bytes=").rstrip("-"))
        if request.headers["if-range"] != etag:
            return httpx2.Response(200, headers={"ETag": etag}, stream=Parts(DATA))
        told = f"bytes {start}-{len(DATA) - 1}/{len(DATA)}"
        return httpx2.Response(206, headers={"ETag": etag, "Content-Range": told}, stream=Parts(DATA[start:]))

    return answer


@pytest.fixture(name="double")
def _double() -> PodDouble:
    return PodDouble()


async def test_a_download_that_breaks_goes_on_where_it_broke(double: PodDouble) -> None:
    double.script("GET", "x.png", ranged(), None)
    out = io.BytesIO()
    async with visit(double, limits=QUICK) as pod:
        fetched = await pod.download(double.url("x.png"), out)
    assert out.getvalue() == DATA
    assert (fetched.size, fetched.content_type, fetched.etag) == (len(DATA), "image/png", '"1"')
    assert [one.headers.get("range") for one in sent(double, "GET")] == [None, "bytes=3000-"]


async def test_a_download_of_what_changed_meanwhile_is_not_patched_together(double: PodDouble, tmp_path: Path) -> None:
    double.script("GET", "x.png", ranged(etag='"2"'), None)
    async with visit(double, limits=QUICK) as pod:
        with pytest.raises(Unreachable):
            await pod.download_to(double.url("x.png"), tmp_path / "x.png")
    assert list(tmp_path.iterdir()) == []


async def test_a_download_without_a_version_is_not_gone_on_with(double: PodDouble) -> None:
    double.script("GET", "x.png", lambda request: httpx2.Response(200, stream=Parts(b"abc", breaks=True)), None)
    async with visit(double, limits=QUICK) as pod:
        with pytest.raises(Unreachable):
            await pod.download(double.url("x.png"), io.BytesIO())
    assert len(sent(double, "GET")) == 1


async def test_an_endless_file_is_left_at_the_bound(double: PodDouble, tmp_path: Path) -> None:
    double.script("GET", "x.bin", lambda request: httpx2.Response(200, stream=Endless()), None)
    async with visit(double, limits=Limits(file_bytes=1_000_000)) as pod:
        with pytest.raises(TooBig):
            await pod.download_to(double.url("x.bin"), tmp_path / "x.bin")
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_drips_is_left(double: PodDouble) -> None:
    double.script("GET", "x.bin", lambda request: httpx2.Response(200, stream=Endless(b".", 0.001)), None)
    async with visit(double, limits=Limits(drip_seconds=0.05, drip_bytes=10_000, retries=0)) as pod:
        with pytest.raises(Unreachable, match="too slowly"):
            await asyncio.wait_for(pod.download(double.url("x.bin"), io.BytesIO()), 10)


async def test_a_file_that_is_there_is_not_written_over(double: PodDouble, tmp_path: Path) -> None:
    double.put("x.txt", b"new", "text/plain")
    (tmp_path / "x.txt").write_bytes(b"old")
    async with visit(double) as pod:
        with pytest.raises(NotReady):
            await pod.download_to(double.url("x.txt"), tmp_path / "x.txt")
        assert (tmp_path / "x.txt").read_bytes() == b"old"
        await pod.download_to(double.url("x.txt"), tmp_path / "x.txt", overwrite=True)
    assert (tmp_path / "x.txt").read_bytes() == b"new"


@pytest.mark.parametrize("arrives", [False, True])
async def test_an_upload_whose_answer_is_lost_is_sent_again_only_where_it_did_not_arrive(
    double: PodDouble, arrives: bool
) -> None:
    double.script("PUT", "x.bin", faults.dropped(), after=arrives)
    data = DATA * 30
    async with visit(double) as pod:
        if arrives:
            with pytest.raises(Unreachable, match="may or may not"):
                await pod.upload(io.BytesIO(data), double.url("x.bin"))
        else:
            await pod.upload(io.BytesIO(data), double.url("x.bin"))
    assert double.body("x.bin") == data


@pytest.mark.parametrize("fault", [faults.dropped(), 500], ids=str)
@pytest.mark.parametrize("arrives", [False, True])
async def test_a_small_upload_is_looked_after_whatever_became_of_it(
    double: PodDouble, fault: faults.Answer, arrives: bool
) -> None:
    double.script("PUT", "x.bin", fault, after=arrives)
    async with visit(double) as pod:
        assert await pod.upload(io.BytesIO(DATA), double.url("x.bin")) == len(DATA)
    assert double.body("x.bin") == DATA
    assert len(sent(double, "PUT")) == (1 if arrives else 2)


async def test_a_busy_server_gets_the_whole_file_again(double: PodDouble) -> None:
    double.script("PUT", "x.bin", faults.busy(503, "0"), 2)
    async with visit(double) as pod:
        await pod.upload(io.BytesIO(DATA * 30), double.url("x.bin"))
    assert double.body("x.bin") == DATA * 30
    assert {one.headers["content-length"] for one in sent(double, "PUT")} == {str(len(DATA) * 30)}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.TTL", "text/turtle"), ("a.jsonld", "application/ld+json"), ("a.jpg", "image/jpeg"), ("a.txt", "text/plain"),
        ("a", "application/octet-stream"), ("a.unheard-of", "application/octet-stream"),
        ("a.nt", "application/n-triples"),
    ],
)  # fmt: skip
def test_a_name_tells_the_media_type(name: str, kind: str) -> None:
    assert media_type_of(name) == kind


# Trees and folders


LISTING = "<{base}{box}> <http://www.w3.org/ns/ldp#contains> {members} ."


def listing_of(double: PodDouble, box: str, *members: str) -> None:
    """A container that claims to hold these."""
    double.put(box)
    text = LISTING.format(base=double.base, box=box, members=", ".join(f"<{member}>" for member in members))
    double.script("GET", box, httpx2.Response(200, text=text, headers={"Content-Type": "text/turtle"}), None)


HOSTILE = ("..%2F..%2Fetc%2Fpasswd", "%2e%2e/", "a%00b", "a%0Ab", "%5C..%5Cx", "x" * 300, "..")


async def test_no_name_of_a_server_leads_out_of_the_folder(double: PodDouble, tmp_path: Path) -> None:
    listing_of(double, "box/", "good.txt", *HOSTILE, "https://evil.example/x", "/alice/other/x")
    double.put("box/good.txt", b"good", "text/plain")
    async with visit(double) as pod:
        plan = await shipping.plan_download(pod, double.url("box/"), tmp_path / "here")
        assert [cargo.path for cargo in plan.files] == [tmp_path / "here" / "good.txt"]
        done = await shipping.ship(pod, plan, lambda *words: None)
    assert done.sent == 1
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"here/good.txt"}
    assert not any("evil" in one.url for one in double.requests)


async def test_a_listing_that_goes_round_in_circles_ends(double: PodDouble) -> None:
    listing_of(double, "box/", "box/", "./", "../box/", "deep/")
    listing_of(double, "box/deep/", "../", "../deep/", "deep/")
    listing_of(double, "box/deep/deep/", "deep/")
    async with visit(double, limits=Limits(walk_depth=4)) as pod:
        tree = await asyncio.wait_for(pod.look_at(double.url("box/")), 20)
        assert len(tree.items) <= 6
        if tree.unread:
            with pytest.raises(Undecided):
                await pod.remove(tree)


async def test_a_tree_that_cannot_be_looked_into_is_not_touched(double: PodDouble) -> None:
    double.put("box/shut/x.ttl", "<a> <b> <c>.")
    double.put("box/y.ttl", "<a> <b> <c>.")
    double.script("GET", "box/shut/", 403, None)
    async with visit(double) as pod:
        tree = await pod.look_at(double.url("box/"))
        with pytest.raises(Undecided):
            await pod.remove(tree)
        with pytest.raises(Undecided):
            await pod.plan_copy(double.url("box/"), double.url("copy/"))
    assert sent(double, "DELETE", "PUT") == []


async def test_a_move_of_what_changed_since_the_plan_deletes_nothing(double: PodDouble) -> None:
    double.put("x.ttl", "<a> <b> <c>.")
    async with visit(double) as pod:
        plan = await pod.plan_copy(double.url("x.ttl"), double.url("y.ttl"))
        double.put("x.ttl", "<a> <b> <d>.")
        with pytest.raises(Conflict):
            await pod.move(plan)
    assert double.body("x.ttl") == b"<a> <b> <d>."
    assert sent(double, "DELETE") == []


@pytest.mark.parametrize("target", ["https://evil.example/x/", "http://pod.example/alice/"])
async def test_a_copy_elsewhere_asks_there_without_harm_and_ends(double: PodDouble, target: str) -> None:
    """A token is good for the issuer's pods; a proof for one address only. Where nobody answers, it is told."""
    double.put("box/x.ttl", "<a> <b> <c>.")

    async def copied(pod: Pod) -> None:
        await pod.copy(await pod.plan_copy(double.url("box/"), target))

    async with visit(double, limits=QUICK) as pod:
        with pytest.raises(LifepodError):
            await copied(pod)


async def test_a_folder_is_sent_without_what_servers_take_for_rules(double: PodDouble, tmp_path: Path) -> None:
    for name in (".acl", "x.ttl.acl", "y.meta", "z.acr", "good.txt"):
        (tmp_path / name).write_bytes(b"x")
    async with visit(double) as pod:
        plan = await shipping.plan_upload(pod, tmp_path, double.url("up/"))
        assert [cargo.path.name for cargo in plan.files] == ["good.txt"]
        with pytest.raises(NotReady):
            await shipping.plan_upload(pod, tmp_path / "none", double.url("up/"))
        with pytest.raises(Malformed):
            await shipping.plan_upload(pod, tmp_path, double.url("up"))


async def test_what_could_not_be_looked_into_is_missing_and_said(double: PodDouble, tmp_path: Path) -> None:
    double.put("box/shut/x.ttl", "<a> <b> <c>.")
    double.put("box/y.ttl", "<a> <b> <c>.")
    double.script("GET", "box/shut/", 403, None)
    async with visit(double) as pod:
        plan = await shipping.plan_download(pod, double.url("box/"), tmp_path / "here")
        assert [url for url, _ in plan.unread] == [double.url("box/shut/")]
        with pytest.raises(Missing):
            await shipping.plan_download(pod, double.url("none/"), tmp_path / "there")


async def test_a_root_and_a_copy_into_itself_are_refused_with_fitting_advice(double: PodDouble) -> None:
    double.put("box/y.ttl", "<a> <b> <c>.")
    async with visit(double) as pod:
        with pytest.raises(Malformed) as root:
            await pod.remove(await pod.look_at(double.base))
        with pytest.raises(Malformed) as inside:
            await pod.plan_copy(double.url("box/"), double.url("box/deep/"))
    assert "below it" in root.value.advice
    assert "beside it" in inside.value.advice
    assert sent(double, "DELETE", "PUT") == []
