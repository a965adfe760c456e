"""Files and whole trees against the real server: streams, parts, copies, moves, removals, folders to it and back."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from tests.live.conftest import HomeServer, entered

from lifepod.errors import Conflict, Malformed, Missing, Unconfirmed, Undecided
from lifepod.home.accounts import NewPod
from lifepod.rdf.turtle import parse_turtle
from lifepod.solid import shipping, trees
from lifepod.solid.pod import Pod
from lifepod.solid.wire import parts_told

pytestmark = pytest.mark.live
TURTLE = b"<#a> <#b> <#c>.\n"


@pytest.fixture(scope="module", name="account")
def _account(home_server: HomeServer) -> Iterator[NewPod]:
    yield home_server.new_pod("files-alice")


@pytest.fixture(name="pod")
async def _pod(account: NewPod) -> AsyncIterator[Pod]:
    async with entered(account) as pod:
        yield pod


def silent(doing: str, done: int, total: int) -> None:
    """No progress."""


async def names(pod: Pod, url: str) -> list[str]:
    """All that lies below a container, as paths."""
    found = []
    async for listing in pod.walk(url):
        found += [member[len(url) :] for member, _ in listing.members]
    return sorted(found)


async def planted(pod: Pod, name: str) -> str:
    """A small tree: two documents, a picture with an odd name, a container in a container."""
    root = pod.url(name)
    await pod.create(root + "a.ttl", TURTLE)
    await pod.create(root + "deep/er/b%20%C3%BC%2B.bin", b"\x00\x01", content_type="application/octet-stream")
    await pod.create(root + "deep/c.ttl", TURTLE)
    return root


async def test_a_large_file_goes_up_and_comes_down_in_parts_with_progress(pod: Pod, tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    heard: list[tuple[int, int]] = []
    url = pod.url("files/big.bin")
    size = await pod.upload(io.BytesIO(data), url, tell=lambda done, total: heard.append((done, total)))
    assert size == len(data)
    assert heard[-1] == (len(data), len(data))
    assert len(heard) > 5
    back = tmp_path / "big.bin"
    fetched = await pod.download_to(url, back)
    assert hashlib.sha256(back.read_bytes()).digest() == hashlib.sha256(data).digest()
    assert (fetched.size, fetched.content_type) == (len(data), "application/octet-stream")
    assert back.stat().st_mode & 0o077 == 0
    assert [one.name for one in tmp_path.iterdir()] == ["big.bin"]


async def test_a_part_is_given_where_it_is_asked_for(pod: Pod) -> None:
    url = pod.url("files/parts.bin")
    await pod.upload(io.BytesIO(bytes(range(100))), url)
    reply = await pod.get(url, part=(10, 19))
    assert (reply.status, reply.body, parts_told(reply)) == (206, bytes(range(10, 20)), (10, 19, 100))


async def test_nothing_is_sent_over_a_version_that_was_not_named(pod: Pod) -> None:
    url = pod.url("files/once.bin")
    await pod.upload(io.BytesIO(b"one"), url)
    with pytest.raises(Conflict):
        await pod.upload(io.BytesIO(b"two"), url)
    tag = (await pod.head(url)).etag
    await pod.upload(io.BytesIO(b"three"), url, match=tag)
    with pytest.raises(Conflict):
        await pod.upload(io.BytesIO(b"four"), url, match=tag)
    assert (await pod.get(url)).body == b"three"


async def test_linked_data_that_nobody_can_read_is_not_sent(pod: Pod) -> None:
    with pytest.raises(Malformed):
        await pod.upload(io.BytesIO(b"<a"), pod.url("files/broken.ttl"))
    with pytest.raises(Missing):
        await pod.head(pod.url("files/broken.ttl"))


async def stopped(work: Callable[[Callable[[int, int], None]], Awaitable[object]]) -> BaseException:
    """What comes out of an upload that is stopped on the way."""
    under_way = asyncio.Event()
    task = asyncio.ensure_future(work(lambda done, total: under_way.set() if done > total // 8 else None))
    await asyncio.wait_for(under_way.wait(), 30)
    task.cancel()
    (end,) = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(end, BaseException)
    return end


async def test_half_a_file_does_not_stay_where_an_upload_is_stopped(pod: Pod) -> None:
    """The server writes in place."""
    url, data = pod.url("files/stopped.bin"), os.urandom(16_000_000)
    end = await stopped(lambda tell: pod.upload(io.BytesIO(data), url, tell=tell))
    assert isinstance(end, asyncio.CancelledError)
    assert (await pod.ask("HEAD", url)).status == 404
    await pod.upload(io.BytesIO(data), url)
    assert (await pod.get(url)).body == data


async def test_what_was_being_replaced_when_it_was_stopped_is_named(pod: Pod) -> None:
    url, data = pod.url("files/replaced.bin"), os.urandom(16_000_000)
    await pod.upload(io.BytesIO(b"old"), url)
    tag = (await pod.head(url)).etag
    end = await stopped(lambda tell: pod.upload(io.BytesIO(data), url, match=tag, tell=tell))
    now = (await pod.get(url)).body
    assert isinstance(end, Unconfirmed if now != b"old" else asyncio.CancelledError)
    assert now == b"old" or url in str(end)


async def test_half_a_file_of_an_earlier_time_is_told(pod: Pod, tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"all of it")
    (tmp_path / "same.ttl").write_bytes(TURTLE)
    await pod.upload(io.BytesIO(b"all"), pod.url("files/half/x.bin"))
    await pod.upload(io.BytesIO(TURTLE), pod.url("files/half/same.ttl"))
    plan = await shipping.plan_upload(pod, tmp_path, pod.url("files/half/"))
    done = await shipping.ship(pod, plan, silent)
    assert done.kept == (pod.url("files/half/same.ttl"),)
    assert done.differing == ((pod.url("files/half/x.bin"), "3 bytes in the pod, 9 on this machine"),)


async def test_a_name_is_what_it_is_called(pod: Pod) -> None:
    for name in ("100%.txt", "100%25.txt", "%2e%2e"):
        await pod.upload(io.BytesIO(name.encode()), pod.url("files/names/" + name))
    for name in ("100%.txt", "100%25.txt", "%2e%2e"):
        assert (await pod.get(pod.url("files/names/" + name))).body == name.encode()
    assert await names(pod, pod.url("files/names/")) == ["%252e%252e", "100%25.txt", "100%2525.txt"]


async def test_a_container_is_not_made_over_a_file(pod: Pod, tmp_path: Path) -> None:
    await pod.upload(io.BytesIO(b"x"), pod.url("files/clash"))
    with pytest.raises(Conflict, match="a file of that name is there"):
        await pod.create_container(pod.url("files/clash/"))
    for path in ("clash/in/x.txt", "other/x.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"x")
    done = await shipping.ship(pod, await shipping.plan_upload(pod, tmp_path, pod.url("files/")), silent)
    assert (done.sent, [url for url, _ in done.failed]) == (1, [pod.url("files/clash/")])


async def test_an_edit_of_json_ld_leaves_json_ld(pod: Pod) -> None:
    url = pod.url("files/data.jsonld")
    body = b'{"@id": "#a", "https://v.example/b": "c"}'
    await pod.create(url, body, content_type="application/ld+json")
    async with pod.edit(url) as graph:
        graph += parse_turtle(b"<#a> <https://v.example/d> [ <https://v.example/e> <#f> ] .", url)
    raw = await pod.get(url)
    assert raw.content_type == "application/ld+json"
    assert len((await pod.read(url)).graph) == 3


async def test_something_new_gets_a_name_from_the_server(pod: Pod) -> None:
    box = pod.url("files/box/")
    await pod.create_container(box)
    first = await pod.post(box, TURTLE, slug="note.ttl")
    second = await pod.post(box, TURTLE, slug="note.ttl")
    inner = await pod.post(box, slug="inner/")
    assert first == box + "note.ttl"
    assert second.startswith(box)
    assert second != first
    assert inner.endswith("/")
    assert sorted(url for url, _ in (await pod.list(box)).members) == sorted([first, second, inner])


async def test_an_edit_in_sparql_where_the_server_takes_it(pod: Pod) -> None:
    """Both languages of patches change just the difference."""
    url = pod.url("files/patch.ttl")
    await pod.create(url, TURTLE + b'<#a> <#n> "01", "\xc3\xbc".\n')
    reply = await pod.ask(
        "PATCH", url, {"Content-Type": "application/sparql-update"}, b'DELETE DATA { <#a> <#n> "01" }'
    )
    assert reply.status == 205
    async with pod.edit(url) as graph:
        assert len(graph) == 2


# Trees


async def test_a_tree_is_copied_moved_and_removed_whole(pod: Pod) -> None:
    root = await planted(pod, "files/tree/")
    plan = await pod.plan_copy(root, pod.url("files/copy/"))
    assert await pod.copy(plan) == 6
    everything = ["a.ttl", "deep/", "deep/c.ttl", "deep/er/", "deep/er/b%20%C3%BC%2B.bin"]
    assert await names(pod, pod.url("files/copy/")) == everything
    assert (await pod.get(pod.url("files/copy/a.ttl"))).body == TURTLE
    assert (await pod.get(pod.url("files/copy/a.ttl"))).content_type == "text/turtle"
    moving = await pod.plan_copy(pod.url("files/copy/"), pod.url("files/moved/"))
    assert await pod.move(moving) == 6
    assert await names(pod, pod.url("files/moved/")) == everything
    with pytest.raises(Missing):
        await pod.head(pod.url("files/copy/"))
    assert await pod.remove(await pod.look_at(pod.url("files/moved/"))) == 6
    with pytest.raises(Missing):
        await pod.head(pod.url("files/moved/"))
    assert await names(pod, root) == everything


async def test_a_copy_that_would_replace_something_is_stopped_before_it_begins(pod: Pod) -> None:
    root = await planted(pod, "files/from/")
    await pod.create(pod.url("files/onto/deep/c.ttl"), b"<#old> <#b> <#c>.\n")
    plan = await pod.plan_copy(root, pod.url("files/onto/"))
    assert plan.standing == (pod.url("files/onto/deep/c.ttl"),)
    with pytest.raises(Conflict):
        await pod.copy(plan)
    assert await names(pod, pod.url("files/onto/")) == ["deep/", "deep/c.ttl"]
    await pod.copy(plan, overwrite=True)
    assert (await pod.get(pod.url("files/onto/deep/c.ttl"))).body == TURTLE


@pytest.mark.parametrize(("source", "target"), [("t/", "t/deep/x/"), ("t/", "t/"), ("t/", "x"), ("t/a.ttl", "t/x/")])
async def test_a_copy_into_itself_or_of_another_kind_is_refused(pod: Pod, source: str, target: str) -> None:
    if not (await pod.ask("HEAD", pod.url("files/t/a.ttl"))).status < 300:
        await planted(pod, "files/t/")
    with pytest.raises(Malformed):
        await pod.plan_copy(pod.url("files/" + source), pod.url("files/" + target))


async def test_what_changed_since_it_was_listed_is_not_removed(pod: Pod) -> None:
    root = await planted(pod, "files/changing/")
    tree = await pod.look_at(root)
    await asyncio.sleep(0.01)  # the server's versions are milliseconds
    async with pod.edit(root + "deep/c.ttl") as graph:
        graph.remove((None, None, None))
    with pytest.raises(Conflict, match="were deleted"):
        await pod.remove(tree)
    assert "deep/c.ttl" in await names(pod, root)


async def test_what_came_in_since_it_was_listed_stays(pod: Pod) -> None:
    root = await planted(pod, "files/filling/")
    tree = await pod.look_at(root)
    await pod.create(root + "deep/new.ttl", TURTLE)
    with pytest.raises(Conflict):
        await pod.remove(tree)
    assert "deep/new.ttl" in await names(pod, root)


async def test_the_root_of_a_pod_is_not_removed(pod: Pod) -> None:
    with pytest.raises(Malformed):
        await pod.remove(trees.Tree(pod.storage, (trees.Item(pod.storage),)))


async def test_what_has_rules_of_its_own_is_named_and_not_moved_in_silence(pod: Pod) -> None:
    root = await planted(pod, "files/ruled/")
    control = (await pod.head(root + "deep/c.ttl")).link("acl")
    assert control is not None
    rule = (
        f"@prefix acl: <http://www.w3.org/ns/auth/acl#>.\n<#o> a acl:Authorization; acl:agent <{pod.webid}>; "
        f"acl:accessTo <{root}deep/c.ttl>; acl:mode acl:Read, acl:Write, acl:Control.\n"
    )
    await pod.create(control, rule.encode())
    plan = await pod.plan_copy(root, pod.url("files/elsewhere/"))
    assert plan.tree.with_rules == (root + "deep/c.ttl",)
    with pytest.raises(Undecided):
        await pod.move(plan)
    assert "deep/c.ttl" in await names(pod, root)
    await pod.move(plan, drop_rules=True)
    assert (await pod.ask("HEAD", root)).status == 404
    assert (await pod.ask("HEAD", control)).status == 404


# Folders


async def test_a_folder_goes_up_and_comes_back_the_same(pod: Pod, tmp_path: Path) -> None:
    source = tmp_path / "from"
    (source / "sub" / "ü +").mkdir(parents=True)
    (source / "a.ttl").write_bytes(TURTLE)
    (source / "sub" / "ü +" / "100%.txt").write_bytes(b"x" * 300_000)
    (source / "empty.bin").write_bytes(b"")
    (source / ".acl").write_bytes(TURTLE)
    (source / "sub" / "x.ttl.acl").write_bytes(TURTLE)
    (source / "link").symlink_to("/etc/hostname")
    (source / "broken.ttl").write_bytes(b"<a")
    plan = await shipping.plan_upload(pod, source, pod.url("files/folder/"))
    assert sorted(Path(name).name for name, _ in plan.left_out) == [".acl", "link", "x.ttl.acl"]
    done = await shipping.ship(pod, plan, silent)
    assert (done.sent, [url.rsplit("/", 1)[-1] for url, _ in done.failed]) == (3, ["broken.ttl"])
    again = await shipping.ship(pod, await shipping.plan_upload(pod, source, pod.url("files/folder/")), silent)
    assert (again.sent, len(again.kept)) == (0, 3)
    back = tmp_path / "back"
    came = await shipping.ship(pod, await shipping.plan_download(pod, pod.url("files/folder/"), back), silent)
    assert came.sent == 3
    found = sorted(path.relative_to(back).as_posix() for path in back.rglob("*"))
    assert found == ["a.ttl", "empty.bin", "sub", "sub/ü +", "sub/ü +/100%.txt"]
    assert (back / "sub" / "ü +" / "100%.txt").read_bytes() == b"x" * 300_000
    assert (back / "a.ttl").read_bytes() == TURTLE
