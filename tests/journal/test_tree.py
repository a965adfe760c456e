"""One safe view: nothing leaves its archive, unpacks without bound, or disappears in silence."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import random
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from sqlite3 import connect

import pytest
from tests.journal.exports import chrome, entry, gathered, members, written, zipped

from lifepod.errors import LifepodError, Malformed, Missing, NotReady, TooBig
from lifepod.journal import tree
from lifepod.journal.activity import Skipped
from lifepod.journal.source import Member
from lifepod.limits import LIMITS, Limits

SMALL = replace(LIMITS, archive_grace=1000, archive_ratio=10)


def looked_at(*paths: Path, limits: Limits = LIMITS) -> list[tuple[str, str]]:
    """Path → reason (empty where it can be read) below the first path."""
    found = tree.members(paths, limits)
    root = str(paths[0].parent)
    return [
        (item.where.removeprefix(root), item.reason)
        if isinstance(item, Skipped)
        else (item.path.removeprefix(root), "")
        for item in found
    ]


def inside(*paths: Path, limits: Limits = LIMITS) -> Iterator[Member]:
    """The files below the paths, each while it can be read."""
    for item in tree.members(paths, limits):
        assert not isinstance(item, Skipped), item
        yield item


def content(member: Member) -> bytes:
    with member.open() as stream:
        return stream.read()


# Folders


def test_a_folder_is_walked_in_order_and_noise_is_left_out(tmp_path: Path) -> None:
    names = ["b.json", "a/z.csv", "a/y.csv", ".DS_Store", "__MACOSX/a.json", "._a.json", "a/Thumbs.db", "desktop.ini"]
    names += ["places.sqlite", "places.sqlite-wal", "places.sqlite-shm", "places.sqlite-journal"]
    for name in names:
        written(tmp_path / "x" / name, "x")
    assert looked_at(tmp_path / "x") == [
        ("/x/b.json", ""),
        ("/x/places.sqlite", ""),
        ("/x/a/y.csv", ""),
        ("/x/a/z.csv", ""),
    ]


def test_a_path_that_is_not_there_is_missing_before_anything_is_read(tmp_path: Path) -> None:
    written(tmp_path / "a", "x")
    with pytest.raises(Missing, match="nowhere"):
        next(iter(tree.members([tmp_path / "a", tmp_path / "nowhere"])))


@pytest.mark.parametrize("name", ["x" * 5000, "a\x00b", "a\x1b[31m"])
def test_a_path_that_cannot_be_is_missing_too(name: str, tmp_path: Path) -> None:
    with pytest.raises(Missing) as caught:
        list(tree.members([tmp_path / name]))
    assert "\x1b" not in str(caught.value)
    assert caught.value.advice


def test_links_are_followed_only_inside_the_folder(tmp_path: Path) -> None:
    written(tmp_path / "secret.json", "x")
    written(tmp_path / "x/a.json", "x")
    (tmp_path / "x/b.json").symlink_to("a.json")
    (tmp_path / "x/c.json").symlink_to(tmp_path / "secret.json")
    (tmp_path / "x/d").symlink_to(tmp_path)
    (tmp_path / "x/e").symlink_to("e")
    assert looked_at(tmp_path / "x") == [("/x/a.json", ""), ("/x/b.json", ""), ("/x/e", "locked")]


def test_what_is_no_file_is_no_export(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert looked_at(tmp_path) == []


def test_a_folder_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "x/open.json", "x")
    written(tmp_path / "x/shut/a.json", "x")
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("shut"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert looked_at(tmp_path / "x") == [("/x/open.json", ""), ("/x/shut", "locked")]


def test_a_file_that_may_not_be_read_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a.json", [entry()])

    def refuse(self: Path, mode: str = "r") -> object:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert looked_at(path) == [("/a.json", "locked")]
    (report,) = gathered(path)
    assert "Close the program" in report.hint and "may read it" in report.hint


class Failing(io.RawIOBase):
    """A disk that breaks while it is read."""

    def readable(self) -> bool:
        return True

    def read(self, count: int = -1) -> bytes:
        raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("use", [lambda m: m.sha256(), lambda m: m.head(4), lambda m: m.on_disk().__enter__()])
def test_a_disk_that_breaks_while_it_is_read_is_a_clear_error(
    use: Callable[[Member], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (member,) = members(written(tmp_path / "a.json", "x"))
    monkeypatch.setattr(Path, "open", lambda self, mode="r": Failing())
    with pytest.raises(NotReady, match="Input/output error"):
        use(member)


# Members


def test_a_file_on_disk_and_in_an_archive_give_the_same_bytes(tmp_path: Path) -> None:
    data = random.Random(1).randbytes(200_000)
    (tmp_path / "a").write_bytes(data)
    for member in inside(tmp_path / "a", zipped(tmp_path / "z.zip", {"a": data})):
        assert (member.size, member.head(7), content(member)) == (len(data), data[:7], data)
        assert member.sha256() == hashlib.sha256(data).hexdigest()
        with member.on_disk() as path:
            assert path.read_bytes() == data
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert not path.exists()


def test_a_database_in_an_archive_travels_with_its_wal(tmp_path: Path) -> None:
    path = chrome(tmp_path / "History")
    with closing(connect(path)) as live:
        live.execute("PRAGMA journal_mode=WAL")
        with live:
            live.execute("INSERT INTO visits VALUES (9, 1, 13409000000000000, 0, 0)")
        files = {f"Default/History{end}": Path(f"{path}{end}").read_bytes() for end in ("", "-wal", "-shm")}
    (report,) = gathered(zipped(tmp_path / "z.zip", files))
    assert (report.path.rsplit("!", 1)[1], report.records) == ("/Default/History", 2)


# Archives


def test_archives_are_looked_into_and_archives_in_them(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "i.zip", {"b.json": "x"}).read_bytes()
    path = zipped(tmp_path / "z.zip", {"a.json": "x", "i.ZIP": inner, "d/": "", "__MACOSX/._a": "x", "k/.DS_Store": ""})
    assert looked_at(path) == [("/z.zip!/a.json", ""), ("/z.zip!/i.ZIP!/b.json", "")]


def test_an_archive_is_told_by_its_first_bytes_whatever_its_name(tmp_path: Path) -> None:
    assert looked_at(zipped(tmp_path / "export.dat", {"a.json": "x"})) == [("/export.dat!/a.json", "")]


def test_archives_nested_too_deep_are_not_opened(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"x.json": "x"})
    for name in ("b", "c"):
        path = zipped(tmp_path / f"{name}.zip", {"in.zip": path.read_bytes(), "y.json": "x"})
    assert looked_at(path) == [
        ("/c.zip!/in.zip!/in.zip", "too-large"),
        ("/c.zip!/in.zip!/y.json", ""),
        ("/c.zip!/y.json", ""),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "../a.json", "a/../../b.json", "/etc/passwd", "C:/a.json", "c:a.json", "\\\\host\\a.json", "..\\a.json",
        "a\\..\\b", "a\x00.json", "..",
        "\\a.json",
    ],
)  # fmt: skip
def test_a_name_that_climbs_out_refuses_the_whole_archive(name: str, tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", {"good.json": "x", "placeholder-name": "x"})
    if "\0" in name:  # the library would not write such a name
        data = path.read_bytes().replace(b"placeholder-name", name.encode().ljust(16, b"n"))
        path.write_bytes(data)
    else:
        path = zipped(path, {"good.json": "x", name: "x"})
    assert looked_at(path) == [("/z.zip", "unsafe-archive")]
    (report,) = gathered(path)
    assert "Do not trust" in report.hint


@pytest.mark.parametrize("name", ["a..b.json", "...", "a/.../b", "ü:x", "12:30.json"])
def test_names_that_only_look_odd_are_read(name: str, tmp_path: Path) -> None:
    assert looked_at(zipped(tmp_path / "z.zip", {name: "x"})) == [(f"/z.zip!/{name}", "")]


def test_a_link_in_an_archive_refuses_it(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link.json")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert looked_at(tmp_path / "z.zip") == [("/z.zip", "unsafe-archive")]


def test_two_members_of_one_name_are_both_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.json", "one")
        archive.writestr("a.json", "two")
    assert [content(m) for m in tree.members([tmp_path / "z.zip"]) if not isinstance(m, Skipped)] == [b"one", b"two"]


def test_an_encrypted_member_says_so_and_the_rest_is_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", {"a.json": "x", "b.json": "x"})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert looked_at(path) == [("/z.zip!/a.json", "encrypted-placeholder"), ("/z.zip!/b.json", "")]
    assert "encrypted" in gathered(path)[0].hint


def test_an_empty_archive_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    assert looked_at(zipped(tmp_path / "z.zip", {})) == [("/z.zip", "empty-export")]


@pytest.mark.parametrize("keep", [0, 3, 10, 0.5, 0.9, -1])
def test_a_truncated_archive_is_malformed(keep: float, tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", {"a.json": random.Random(1).randbytes(5000), "b.json": "x"})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep) if isinstance(keep, float) else keep])
    assert looked_at(path) == [("/z.zip", "malformed")]
    assert "Download it again" in gathered(path)[0].hint


def test_an_archive_with_too_many_members_is_too_large(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", {str(n): "" for n in range(11)})
    assert looked_at(path, limits=replace(LIMITS, archive_members=10)) == [("/z.zip", "too-large")]


def test_an_archive_that_says_it_is_too_large_is_believed(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", {"a": "x" * 600, "b": "x" * 600})
    assert looked_at(path, limits=replace(LIMITS, archive_bytes=1000)) == [("/z.zip!/a", ""), ("/z.zip", "too-large")]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_unpack_without_bound_are_not_unpacked(method: int, tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", {"a.json": "x"}, method)
    assert looked_at(path) == [("/z.zip!/a.json", "unsupported-version")]
    assert gathered(path)[0].hint


def test_a_bomb_stops_while_it_is_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", {"bomb.json": b"[" + b" " * 3_000_000})
    for member in inside(path, limits=SMALL):
        assert member.head(100) == b"[" + b" " * 99
        for use in (content, lambda m: m.sha256(), lambda m: m.on_disk().__enter__()):
            with pytest.raises(TooBig, match=r"bomb\.json") as caught:
                use(member)
            assert caught.value.bound < 3_000_000


def test_a_bomb_inside_an_archive_inside_is_too_large(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "i.zip", {"a": b" " * 3_000_000}, zipfile.ZIP_STORED).read_bytes()
    assert looked_at(zipped(tmp_path / "z.zip", {"i.zip": inner}), limits=SMALL) == [("/z.zip!/i.zip", "too-large")]


def test_the_bound_of_all_bytes_holds_for_one_member(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", {"a.json": b" " * 5000}, zipfile.ZIP_STORED)
    assert [len(content(m)) for m in inside(path, limits=replace(LIMITS, archive_bytes=5000))] == [5000]
    lying = bytearray(path.read_bytes())
    at = lying.index(b"PK\x01\x02")
    lying[at + 24 : at + 28] = struct.pack("<I", 10)
    path.write_bytes(lying)
    for member in inside(path, limits=replace(LIMITS, archive_bytes=100)):
        with pytest.raises(Malformed):
            content(member)


def test_a_bomb_that_is_imported_is_a_reason_with_advice(tmp_path: Path) -> None:
    bomb = b'[{"title":"x","time":"y","products":[]}' + b" " * 40_000_000
    (report,) = gathered(zipped(tmp_path / "z.zip", {"MyActivity.json": bomb}))
    assert (report.problem, report.records) == ("too-large", 0)
    assert report.hint


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_archive_gives_members_and_reasons_and_never_another_error(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    inner = zipped(tmp_path / "i.zip", {"b.json": chance.randbytes(300)}).read_bytes()
    method = chance.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED])
    data = bytearray(zipped(tmp_path / "z.zip", {"a.json": "x" * 300, "i.zip": inner}, method).read_bytes())
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    (tmp_path / "z.zip").write_bytes(data)
    for item in tree.members([tmp_path / "z.zip"]):
        if not isinstance(item, Skipped):
            try:
                content(item)
            except LifepodError as error:
                assert isinstance(error, Malformed)
