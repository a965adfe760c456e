"""Folders on their way: what stands in the way, what cannot be read and what is not the same is said, the rest goes."""

from __future__ import annotations

import time
from pathlib import Path

import httpx2
import pytest
from tests.double.pod_double import PodDouble
from tests.solid.visits import START, sent, visit

from lifepod.errors import Conflict, Malformed, Missing, NotReady, Refused
from lifepod.solid import shipping
from lifepod.solid.shipping import Cargo, Shipment, Shipped


@pytest.fixture(name="double")
def _double() -> PodDouble:
    return PodDouble()


def silent(doing: str, done: int, total: int) -> None:
    """No progress."""


async def sent_up(double: PodDouble, folder: Path, target: str = "up/", *, overwrite: bool = False) -> Shipped:
    async with visit(double) as pod:
        plan = await shipping.plan_upload(pod, folder, double.url(target))
        return await shipping.ship(pod, plan, silent, overwrite=overwrite)


def standing(double: PodDouble, path: str, length: int, kind: str = "text/plain") -> None:
    """What a server tells of something that is there."""
    headers = {"Content-Length": str(length), "Content-Type": kind, "ETag": '"1"'}
    double.script("HEAD", path, httpx2.Response(200, headers=headers), None)


# What stands already


async def test_half_a_file_of_an_earlier_time_is_not_called_kept(double: PodDouble, tmp_path: Path) -> None:
    (tmp_path / "half.txt").write_bytes(b"all of it")
    (tmp_path / "same.txt").write_bytes(b"same")
    standing(double, "up/half.txt", 3)
    standing(double, "up/same.txt", 4)
    done = await sent_up(double, tmp_path)
    assert done.kept == (double.url("up/same.txt"),)
    ((name, how),) = done.differing
    assert name == double.url("up/half.txt")
    assert "3 bytes" in how
    assert "9 on this machine" in how
    assert [one.url for one in sent(double, "PUT")] == [double.url("up/")]


async def test_what_is_to_be_replaced_is_not_compared(double: PodDouble, tmp_path: Path) -> None:
    double.put("up/half.txt", b"all", "text/plain")
    (tmp_path / "half.txt").write_bytes(b"all of it")
    done = await sent_up(double, tmp_path, overwrite=True)
    assert (done.sent, done.kept, done.differing) == (1, (), ())
    assert double.body("up/half.txt") == b"all of it"


async def test_linked_data_in_other_words_is_the_same(double: PodDouble, tmp_path: Path) -> None:
    """Some servers keep what a document says, and not how it was written."""
    for name in ("same.ttl", "other.ttl"):
        (tmp_path / name).write_bytes(b"<#a>   <#b>   <#c> .\n\n" if name == "same.ttl" else b"<#x> <#y> <#another>.")
        double.put(f"up/{name}", START)
        standing(double, f"up/{name}", len(START), "text/turtle")
    done = await sent_up(double, tmp_path)
    assert done.kept == (double.url("up/same.ttl"),)
    assert [name for name, _ in done.differing] == [double.url("up/other.ttl")]


async def test_where_the_server_tells_no_size_it_is_kept(double: PodDouble, tmp_path: Path) -> None:
    double.put("up/x.txt", b"all", "text/plain")
    (tmp_path / "x.txt").write_bytes(b"all of it")
    done = await sent_up(double, tmp_path)
    assert (done.kept, done.differing) == ((double.url("up/x.txt"),), ())


async def test_a_file_of_this_machine_that_differs_is_told_when_fetching(double: PodDouble, tmp_path: Path) -> None:
    double.put("box/x.txt", b"all of it", "text/plain")
    standing(double, "box/x.txt", 9)
    (tmp_path / "x.txt").write_bytes(b"all")
    async with visit(double) as pod:
        plan = await shipping.plan_download(pod, double.url("box/"), tmp_path)
        done = await shipping.ship(pod, plan, silent)
    assert done.differing == ((str(tmp_path / "x.txt"), "9 bytes in the pod, 3 on this machine"),)


async def test_ten_times_as_many_files_take_ten_times_as_long(double: PodDouble, tmp_path: Path) -> None:
    """Half of them stand already, half cannot even be opened; a comparison of each with each would take a hundred."""
    path, gone = tmp_path / "x.txt", tmp_path / "gone.txt"
    path.write_bytes(b"x")

    async def seconds(count: int) -> float:
        urls = [f"{double.base}up/{number}.txt" for number in range(count)]
        files = tuple(one for url in urls for one in (Cargo(path, url, standing=True), Cargo(gone, url + "x")))
        async with visit(double) as pod:
            began = time.process_time()
            done = await shipping.ship(pod, Shipment(True, files), silent)
            took = time.process_time() - began
        assert (len(done.kept), len(done.failed)) == (count, count)
        return took

    small = min([await seconds(1_000) for _ in range(3)])
    assert min([await seconds(10_000) for _ in range(2)]) < 60 * small


# What cannot be read


async def test_a_folder_that_cannot_be_read_is_said_and_the_rest_goes(
    double: PodDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("open", "shut"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.txt").write_bytes(b"x")
    closed(monkeypatch, tmp_path / "shut")
    async with visit(double) as pod:
        plan = await shipping.plan_upload(pod, tmp_path, double.url("up/"))
        done = await shipping.ship(pod, plan, silent)
    ((name, why),) = plan.unread
    assert name == str(tmp_path / "shut")
    assert "Permission denied" in why
    assert done.sent == 1


async def test_where_the_folder_itself_cannot_be_read_there_is_nothing_to_send(
    double: PodDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(monkeypatch, tmp_path)
    with pytest.raises(NotReady, match="Permission denied"):
        await sent_up(double, tmp_path)


def closed(world: pytest.MonkeyPatch, folder: Path) -> None:
    """A folder that may not be listed; the rights of one do not bind whoever may do everything on a machine."""
    listing = Path.iterdir

    def iterdir(self: Path) -> object:
        if self == folder:
            raise PermissionError(13, "Permission denied", str(self))
        return listing(self)

    world.setattr(Path, "iterdir", iterdir)


# Names that clash


async def test_a_container_is_not_made_where_a_file_of_that_name_stands(double: PodDouble) -> None:
    """As Community Solid Server answers it: 409 to the container, and there is none."""
    double.put("clash", b"x", "text/plain")
    double.script("PUT", "clash/", 409, None)
    async with visit(double) as pod:
        with pytest.raises(Conflict, match="a file of that name is there"):
            await pod.create_container(double.url("clash/"))


@pytest.mark.parametrize(("status", "family"), [(409, Conflict), (403, Refused)])
async def test_a_container_that_cannot_be_made_costs_only_what_belongs_into_it(
    double: PodDouble, tmp_path: Path, status: int, family: type[Exception]
) -> None:
    for path in ("a/x.txt", "clash/x.txt", "clash/deep/y.txt", "clash-not/x.txt", "z/x.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"x")
    double.script("PUT", "up/clash/", status, None)
    done = await sent_up(double, tmp_path)
    ((place, failure),) = done.failed
    assert place == double.url("up/clash/")
    assert isinstance(failure, family)
    assert done.sent == 3
    assert not any("clash/deep" in one.url or "clash/x" in one.url for one in sent(double, "PUT"))


async def test_where_the_outermost_container_cannot_be_made_nothing_goes(double: PodDouble, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(b"x")
    double.script("PUT", "up/", 409, None)
    with pytest.raises(Conflict):
        await sent_up(double, tmp_path)


async def test_a_folder_that_cannot_be_made_costs_only_what_belongs_into_it(double: PodDouble, tmp_path: Path) -> None:
    double.put("box/a/x.txt", b"x", "text/plain")
    double.put("box/b/x.txt", b"x", "text/plain")
    (tmp_path / "a").write_bytes(b"a file")
    async with visit(double) as pod:
        plan = await shipping.plan_download(pod, double.url("box/"), tmp_path)
        done = await shipping.ship(pod, plan, silent)
    assert [place for place, _ in done.failed] == [str(tmp_path / "a")]
    assert (tmp_path / "b" / "x.txt").read_bytes() == b"x"
    assert (tmp_path / "a").read_bytes() == b"a file"


LISTING = "<{box}> <http://www.w3.org/ns/ldp#contains> {members}.\n"


async def test_of_two_names_that_are_one_on_this_machine_the_second_is_left_out(
    double: PodDouble, tmp_path: Path
) -> None:
    """Bytes that are no text all look alike; so do a file and a container of one name."""
    box = double.put("box/")
    members = ", ".join(f"<{box}{name}>" for name in ("a%FF", "a%FE", "b", "b/", "c"))
    text = LISTING.format(box=box, members=members)
    double.script("GET", "box/", httpx2.Response(200, text=text, headers={"Content-Type": "text/turtle"}), None)
    async with visit(double) as pod:
        double.script("GET", "*", httpx2.Response(200, content=b"x", headers={"Content-Type": "text/plain"}), None)
        plan = await shipping.plan_download(pod, box, tmp_path)
        done = await shipping.ship(pod, plan, silent)
    assert [one.url for one in plan.files] == [box + "a%FE", box + "b", box + "c"]
    assert [url for url, _ in plan.left_out] == [box + "a%FF", box + "b/"]
    assert all("the same name as" in why for _, why in plan.left_out)
    assert done.sent == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a\ufffd", "b", "c"]


# Rules


@pytest.mark.parametrize("name", [".acl", "x.acl", "x.ttl.acr", "x.meta", "x.ACL"])
async def test_one_file_does_not_become_rules_either(double: PodDouble, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    (tmp_path / "good.txt").write_bytes(b"x")
    for file, target in ((name, "up/"), ("good.txt", f"up/{name}")):
        with pytest.raises(Malformed) as stop:
            await sent_up(double, tmp_path / file, target)
        assert "lifepod grant" in stop.value.advice
    assert double.requests == []


async def test_what_is_no_file_is_not_sent(double: PodDouble) -> None:
    with pytest.raises(NotReady, match="no regular file"):
        await sent_up(double, Path("/dev/null"), "up/x")


async def test_a_tree_that_is_not_there_is_missing(double: PodDouble, tmp_path: Path) -> None:
    async with visit(double) as pod:
        with pytest.raises(Missing):
            await shipping.plan_download(pod, double.url("none/"), tmp_path / "there")
