"""Names as a person types them, times, looks at trees: what is shown can be typed, and unknown is not none."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.double.pod_double import PodDouble
from tests.owner.signed import signed_in, writes

from lifepod.errors import LifepodError, Malformed, Missing, Refused
from lifepod.owner import files
from lifepod.owner.files import Bringing, Entry, Search

NAMES = ("100%.txt", "100%25.txt", "a b", "what?", "no #1", "ü+", "%2e%2e", "50%/x%41.txt")


@pytest.fixture(name="double")
def _double() -> PodDouble:
    return PodDouble()


def silent(doing: str, done: int, total: int) -> None:
    """No progress."""


# Names


@pytest.mark.parametrize("name", NAMES)
async def test_what_a_listing_shows_is_what_can_be_typed(double: PodDouble, name: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    async with signed_in(double) as pod:
        sent = await files.bring(pod, Bringing(tmp_path / "x", f"box/{name}"))
        found = [entry for _, entries, _ in [one async for one in files.below(pod, "box/")] for entry in entries]
        url, *_ = (entry.url for entry in found if not entry.url.endswith("/"))
        shown = "/".join(Entry(part, "").name for part in url.removeprefix(double.url("box/")).split("/"))
        assert shown == name
        assert files.place_of(pod, f"pod:box/{shown}") == url == sent.url
        assert files.place_of(pod, url) == url


async def test_a_removal_reaches_the_file_that_was_named(double: PodDouble) -> None:
    for name in ("pc/100%25.txt", "pc/100%2525.txt"):
        double.put(double.base + name, b"x", "text/plain")
    async with signed_in(double) as pod:
        tree = await files.plan_removal(pod, "pc/100%25.txt", silent)
        await files.remove(pod, tree)
    assert double.body(double.base + "pc/100%25.txt") == b"x"
    assert double.body(double.base + "pc/100%2525.txt") is None


async def test_a_move_into_the_container_where_it_is_is_refused(double: PodDouble) -> None:
    double.put("notes/a.ttl", "<#a> <#b> <#c>.")
    async with signed_in(double) as pod:
        with pytest.raises(Malformed, match="own place"):
            await files.plan_within(pod, "notes/a.ttl", "notes/", silent)


@pytest.mark.parametrize("place", ["notes/.acl", "notes/x.ttl.acl", "pod:notes/x.acr"])
async def test_rules_are_not_put_as_a_file(double: PodDouble, tmp_path: Path, place: str) -> None:
    (tmp_path / "x.ttl").write_bytes(b"<#a> <#b> <#c>.")
    (tmp_path / ".acl").write_bytes(b"<#a> <#b> <#c>.")
    async with signed_in(double) as pod:
        for wish in (Bringing(tmp_path / "x.ttl", place), Bringing(tmp_path / ".acl", "notes/")):
            with pytest.raises(Malformed) as stop:
                await files.bring(pod, wish)
            assert "lifepod grant" in stop.value.advice
    assert writes(double) == []


# Trees


@pytest.mark.parametrize(("status", "family"), [(404, Missing), (403, Refused)])
async def test_a_place_that_cannot_be_looked_into_is_no_empty_tree(
    double: PodDouble, status: int, family: type[LifepodError]
) -> None:
    double.put("box/x.ttl", "<#a> <#b> <#c>.")
    double.script("GET", "box/", status, None)
    async with signed_in(double) as pod:
        with pytest.raises(family):
            _ = [one async for one in files.below(pod, "box")]


@pytest.mark.parametrize(("depth", "asked"), [(1, ["t/"]), (2, ["t/", "t/a/"]), (None, ["t/", "t/a/", "t/a/b/"])])
@pytest.mark.parametrize("word", ["t", "t/"])
async def test_a_look_goes_no_deeper_than_it_was_told(
    double: PodDouble, depth: int | None, asked: list[str], word: str
) -> None:
    double.put("t/a/b/x.ttl", "<#a> <#b> <#c>.")
    async with signed_in(double) as pod:
        found = [one async for one in files.below(pod, word, depth)]
    assert [one.url for one in double.requests] == [double.url(path) for path in asked]
    assert [url for url, _, _ in found] == [double.url(path) for path in asked]
    assert all(failure is None for _, _, failure in found)


# Times


@pytest.mark.parametrize(
    ("since", "modified", "fits"),
    [
        ("2026-01-31", "2026-01-31T00:00:00Z", True),
        ("2026-01-31", "2026-01-30T23:59:59.999Z", False),
        ("2026-01-31T10:00", "2026-01-31T10:00:00.000Z", True),
        ("2026-01-31T10:00:00Z", "2026-01-31T11:30:00+02:00", False),
        ("2026-01-31T10:00:00+02:00", "2026-01-31T08:00:00Z", True),
        ("2026-01-31T10:00:00.500Z", "2026-01-31T10:00:00Z", False),
        ("2026-01-31", "", False),
        ("2026-01-31", "yesterday", False),
    ],
)
def test_times_are_compared_as_times(since: str, modified: str, fits: bool) -> None:
    search = Search(since=files.moment_of(since))
    assert search.fits(Entry("https://pod.example/x.ttl", modified)) is fits


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "31.1.2026", "0001-01-01T00:00+23:00"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert files.moment_of(text) is None
