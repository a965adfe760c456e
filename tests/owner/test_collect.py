"""Exports filed into a pod: only what changes is written, nobody's triples are lost, and any import can be cut off."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.owner.cut import CutOff, after_each_request
from tests.owner.pods import imported, index, journal, settled, silent, state, versions
from tests.owner.signed import ACME, purchases, rule, searches, signed_in, writes

from lifepod.errors import Conflict, LifepodError, Malformed, NothingRead, TooBig, Undecided
from lifepod.home.story_files import expected_of, write_story
from lifepod.limits import LIMITS
from lifepod.owner.collect import Wanted, collect, preview

SEARCH = "journal/searches/google-search/"
INDEX = "settings/privateTypeIndex.ttl"
EVERYONE = "acl:agentClass foaf:Agent"


@pytest.fixture
async def double() -> PodDouble:
    return await settled(PodDouble())


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """Three months of searches and two purchases."""
    searches(tmp_path / "exports", "red shoes", "green tea", "blue paint")
    purchases(tmp_path / "exports", "Mug", "Lamp")
    return tmp_path / "exports"


async def test_the_sample_exports_arrive_whole_and_are_counted(double: PodDouble, tmp_path: Path) -> None:
    write_story(tmp_path)
    done = await imported(double, tmp_path)
    assert dict(done.classes) == expected_of(tmp_path)
    assert done.written == sum(count for _, count in done.classes)
    assert done.seen == done.written + done.duplicates + sum(count for _, count in done.skipped)
    assert set(done.partitions) == {p for p in journal(double) if p.endswith(".ttl")}
    assert done.run in {url.removeprefix(double.base) for url in double.shelf.things}


@pytest.mark.parametrize("again", [False, True])
async def test_importing_twice_writes_nothing_at_all(double: PodDouble, tmp_path: Path, again: bool) -> None:
    write_story(tmp_path)
    first = await imported(double, tmp_path)
    before = versions(double)
    second = await imported(double, tmp_path, again=again)
    assert writes(double) == []
    assert versions(double) == before
    assert (second.written, second.partitions, second.run) == (0, (), "")
    assert second.unchanged == (first.written if again else 0)
    assert all(f.known is not again for f in second.files if f.importer)


async def test_everything_that_is_written_is_conditional(double: PodDouble, exports: Path) -> None:
    await imported(double, exports)
    sent = [s for s in double.requests if s.method in ("PUT", "PATCH") and s.url != double.tokens.endpoint]
    assert sent
    assert all("if-match" in s.headers or s.headers.get("if-none-match") == "*" for s in sent)


async def test_what_is_filed_is_for_the_owner_alone(double: PodDouble, exports: Path) -> None:
    await imported(double, exports)
    for url in double.shelf.things:
        if url.startswith((double.url("journal/"), double.url("lifepod/"))):
            assert double.modes(url, ACME) == double.modes(url, None) == set()
            assert "control" in double.modes(url, double.owner)


async def test_each_class_is_registered_once_in_the_type_index(double: PodDouble, tmp_path: Path) -> None:
    for number, word in enumerate(("red", "green"), 1):
        await imported(double, searches(tmp_path / str(number), word))
        await imported(double, purchases(tmp_path / f"p{number}", word))
    said = "".join(index(double))
    assert said.count("instanceContainer") == 2
    assert said.count(f"<{double.base}journal/searches/>") == 1


async def test_an_index_that_is_gone_is_made_anew(double: PodDouble, exports: Path) -> None:
    double.shelf.delete(double.url(INDEX))
    await imported(double, exports)
    assert (double.body(INDEX) or b"").count(b"instanceContainer") == 2
    assert double.modes(INDEX, None) == set()


async def test_a_pod_without_an_index_is_filed_all_the_same(exports: Path) -> None:
    double = PodDouble(seeded=False)
    done = await imported(double, exports)
    assert done.written == 5
    assert double.body(INDEX) is None


async def test_a_registration_that_meets_another_writer_is_tried_again(double: PodDouble, exports: Path) -> None:
    def meddle(_: httpx2.Request) -> None:
        double.put(INDEX, (double.body(INDEX) or b"") + b"\n<#theirs> <urn:x:p> <urn:x:o>.\n")

    for method in ("PATCH", "PUT"):
        double.script(method, INDEX, meddle)
    await imported(double, exports)
    assert "urn:x:o" in "".join(index(double))
    assert "".join(index(double)).count("instanceContainer") == 2


# Overlaps, order, other people's triples


async def test_halves_in_any_order_and_a_whole_give_the_same_bytes(tmp_path: Path) -> None:
    words = ("one", "two", "three", "four")
    whole = searches(tmp_path / "whole", *words)
    halves = [searches(tmp_path / "a", *words[:3]), searches(tmp_path / "b", *words)]
    found = []
    for order in ([whole], halves, halves[::-1], [*halves, whole]):
        double = await settled(PodDouble())
        for path in order:
            await imported(double, path)
        found.append(journal(double))
    assert all(one == found[0] for one in found)
    assert sum(b.count(b"SearchAction") for p, b in found[0].items() if p.endswith(".ttl")) == 4


async def test_a_later_export_writes_only_the_months_it_adds_to(double: PodDouble, tmp_path: Path) -> None:
    await imported(double, searches(tmp_path / "a", "one", "two"))
    before = versions(double)
    done = await imported(double, searches(tmp_path / "b", "one", "two", "three"))
    after = versions(double)
    moved = {u.removeprefix(double.base) for u in after if before.get(u) != after[u] and u.endswith(".ttl")}
    assert {p for p in moved if p.startswith("journal/")} == {f"{SEARCH}2025/03.ttl"}
    assert (done.written, done.unchanged) == (1, 2)


async def test_what_other_apps_said_in_a_partition_stays(double: PodDouble, tmp_path: Path) -> None:
    await imported(double, searches(tmp_path / "a", "one"))
    theirs = b"\n<#mine> <urn:x:says> 'hello'.\n"
    double.put(f"{SEARCH}2025/01.ttl", (double.body(f"{SEARCH}2025/01.ttl") or b"") + theirs)
    done = await imported(double, searches(tmp_path / "b", "another word"))
    body = double.body(f"{SEARCH}2025/01.ttl") or b""
    assert b"urn:x:says" in body
    assert (done.written, body.count(b"SearchAction")) == (1, 2)


@pytest.mark.parametrize("standing", [False, True])
async def test_another_writers_triples_survive_a_clash(double: PodDouble, tmp_path: Path, standing: bool) -> None:
    """412 → read again, join, write with the new version."""
    path, theirs = f"{SEARCH}2025/01.ttl", b"<#mine> <urn:x:says> <urn:x:hello>.\n"

    def meddle(_: httpx2.Request) -> None:
        double.put(path, (double.body(path) or b"") + theirs)

    if standing:
        await imported(double, searches(tmp_path / "a", "one"))
    export = searches(tmp_path / "b", "another word")
    double.script("PUT", path, meddle)
    done = await imported(double, export)
    body = double.body(path) or b""
    assert b"urn:x:hello" in body
    assert body.count(b"SearchAction") == 1 + standing
    assert done.written == 1
    assert [u for m, u in writes(double) if u.endswith("2025/01.ttl")] == [double.url(path)] * 2


async def test_somebody_who_never_stops_writing_is_named_and_not_overwritten(double: PodDouble, tmp_path: Path) -> None:
    path, count = f"{SEARCH}2025/01.ttl", 0

    def meddle(_: httpx2.Request) -> None:
        nonlocal count
        count += 1
        double.put(path, f"<#mine> <urn:x:count> '{count}'.\n")

    double.script("PUT", path, meddle, None)
    with pytest.raises(Conflict, match=r"2025/01\.ttl keeps being changed"):
        await imported(double, searches(tmp_path, "one"))
    assert double.body(path) == f"<#mine> <urn:x:count> '{count}'.\n".encode()
    assert count == 3


async def test_a_partition_that_vanishes_before_it_is_read_is_made_anew(double: PodDouble, tmp_path: Path) -> None:
    path = f"{SEARCH}2025/01.ttl"
    await imported(double, searches(tmp_path / "a", "one"))
    before = double.body(path)

    def meddle(_: httpx2.Request) -> None:
        double.shelf.delete(double.url(path))

    double.script("GET", path, meddle)
    await imported(double, tmp_path / "a", again=True)
    assert double.body(path) == before


@pytest.mark.parametrize("broken", [b"<a> <b", b"<#x> <urn:x:p> [ <urn:x:q> 1 ].", b"\xff\xfe", b"<html>"], ids=repr)
async def test_a_broken_partition_is_named_and_left_as_it_is(double: PodDouble, tmp_path: Path, broken: bytes) -> None:
    path = f"{SEARCH}2025/02.ttl"
    await imported(double, searches(tmp_path / "a", "one"))
    double.put(path, broken)
    with pytest.raises(Malformed, match=r"2025/02\.ttl") as raised:
        await imported(double, searches(tmp_path / "b", "one", "two", "three"))
    assert double.body(path) == broken
    assert "Then run the same import again" in raised.value.advice


async def test_a_vendors_receipts_are_never_touched(double: PodDouble, exports: Path) -> None:
    receipt = double.put("journal/purchases/from-acme/1.ttl", "<#x> <urn:x:p> <urn:x:o>.")
    await imported(double, exports)
    assert not [u for _, u in writes(double) if u.startswith(double.url("journal/purchases/from-acme/"))]
    assert double.body(receipt) == b"<#x> <urn:x:p> <urn:x:o>."


# Nothing where others could read


@pytest.mark.parametrize("name", ["journal/", "lifepod/"])
@pytest.mark.parametrize("here", [True, False])
async def test_nothing_is_put_where_others_could_read(double: PodDouble, exports: Path, name: str, here: bool) -> None:
    double.owner_acl(name, rule(double, name, EVERYONE, here=here))
    before = state(double)
    with pytest.raises(Undecided, match="nothing was put there"):
        await imported(double, exports)
    assert state(double) == before
    assert writes(double) == []


async def test_a_pod_that_was_never_made_ready_gets_closed_containers_first(exports: Path) -> None:
    double = PodDouble()
    double.owner_acl("", rule(double, "", EVERYONE))
    await imported(double, exports)
    assert all(
        double.modes(url, None) == set()
        for url in double.shelf.things
        if url.startswith((double.url("journal/"), double.url("lifepod/")))
    )


# Runs


async def test_a_run_is_on_record_before_its_first_partition_and_finished_after_its_last(
    double: PodDouble, exports: Path
) -> None:
    done = await imported(double, exports)
    order = [u.removeprefix(double.base) for m, u in writes(double)]
    assert order[0] == order[-1] == done.run
    assert b'"finished"' in (double.body(done.run) or b"")
    first = next(s for s in double.requests if s.url.endswith(".ttl") and s.method == "PUT")
    assert b'"started"' in first.body
    assert b'"finished"' not in first.body


async def test_a_damaged_record_of_a_run_only_means_that_files_are_read_again(double: PodDouble, exports: Path) -> None:
    done = await imported(double, exports)
    double.put(done.run, "<a> <b")
    double.put("lifepod/imports/notes.txt", "not a run", "text/plain")
    again = await imported(double, exports)
    assert (again.written, again.unchanged) == (0, 5)
    assert not any(f.known for f in again.files)
    assert writes(double) == []


async def test_two_imports_that_overlap_read_only_what_is_new(double: PodDouble, exports: Path, tmp_path: Path) -> None:
    await imported(double, exports / "Retail.OrderHistory.1.csv")
    done = await imported(double, exports)
    assert {Path(f.path).name: f.known for f in done.files} == {
        "Retail.OrderHistory.1.csv": True,
        "MyActivity.json": False,
    }
    assert done.written == 3


async def test_a_standing_source_keeps_its_granularity(double: PodDouble, tmp_path: Path) -> None:
    await imported(double, searches(tmp_path / "a", "one"))
    async with signed_in(double) as pod:
        wanted = Wanted((searches(tmp_path / "b", "one", "two"),), partition="day")
        with pytest.raises(Undecided, match="kept by month"):
            await collect(pod, wanted, silent)
    assert writes(double) == []


async def test_a_new_source_takes_the_granularity_that_is_asked_for(double: PodDouble, tmp_path: Path) -> None:
    async with signed_in(double) as pod:
        await collect(pod, Wanted((searches(tmp_path, "one"),), partition="day"), silent)
    assert double.body(f"{SEARCH}2025/01/05.ttl")
    await imported(double, searches(tmp_path / "b", "one", "two"))
    assert double.body(f"{SEARCH}2025/02/05.ttl")


# Nothing read is an error


async def test_a_preview_counts_and_needs_no_pod(exports: Path) -> None:
    heard: list[str] = []
    seen = await preview(Wanted((exports,)), lambda doing, done, of: heard.append(doing))
    assert dict(seen.classes) == {"purchases": 2, "searches": 3}
    assert (seen.dry, seen.written, seen.run, seen.first, seen.last) == (True, 5, "", "2025-01-03", "2025-03-05")
    assert all(line.startswith("reading ") for line in heard)
    seen.must_have_read()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("Takeout/My Activity/Search/MyActivity.json", "[]", "gave no record"),
        ("holiday.jpg", "\xff\xd8", "None of these files"),
        ("broken.zip", "PK\x03\x04 cut", "could not be read"),
    ],
)
async def test_nothing_read_is_an_error_with_a_reason(tmp_path: Path, name: str, content: str, said: str) -> None:
    path = tmp_path / "in" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content.encode("latin-1"))
    seen = await preview(Wanted((tmp_path / "in",)), silent)
    with pytest.raises(NothingRead, match=said):
        seen.must_have_read()


async def test_a_sibling_that_is_not_read_yet_is_no_failure_beside_what_was_read(tmp_path: Path) -> None:
    folder = tmp_path / "Amazon data"
    folder.mkdir()
    orders = (
        Path(__file__).resolve().parents[2] / "examples/exports/amazon-synthetic/Your Amazon Orders/Order History.csv"
    )
    (folder / "Digital Content Orders.csv").write_text("OrderId,Title\r\n1,x\r\n")
    alone = await preview(Wanted((folder,)), silent)
    with pytest.raises(NothingRead):
        alone.must_have_read()
    (folder / "Order History.csv").write_bytes(orders.read_bytes())
    seen = await preview(Wanted((folder,)), silent)
    assert "unsupported-version" in {f.problem for f in seen.files}
    seen.must_have_read()


async def test_an_export_that_was_cut_off_gives_what_it_holds_and_says_so(tmp_path: Path) -> None:
    path = searches(tmp_path, "one", "two")
    path.write_text(path.read_text()[:-40])
    seen = await preview(Wanted((path,)), silent)
    assert (seen.files[0].records, seen.files[0].problem) == (1, "malformed")
    assert seen.files[0].hint


# Cut off anywhere


async def test_cut_off_after_any_request_and_run_again_it_is_as_if_never_cut_off(exports: Path) -> None:
    whole = await imported(await settled(PodDouble()), exports)
    reference = await settled(PodDouble())
    await imported(reference, exports)
    cuts = 0

    async def fresh() -> PodDouble:
        return await settled(PodDouble())

    async for double, line in after_each_request(fresh):
        with pytest.raises(CutOff):
            async with signed_in(double, through=line) as pod:
                line.begin()
                await collect(pod, Wanted((exports,)), silent)
                raise CutOff if line.was_whole else AssertionError
        await imported(double, exports)
        assert (journal(double), index(double)) == (journal(reference), index(reference)), (
            f"cut off after request {line.limit}"
        )
        assert without_counts(double) == without_counts(reference), f"cut off after request {line.limit}"
        settled_now = versions(double)
        assert (await imported(double, exports)).run == ""
        assert versions(double) == settled_now
        cuts += 1
    assert cuts > 15
    assert whole.written == 5


def without_counts(double: PodDouble) -> dict[str, bytes]:
    """The state, but for what one run alone wrote: a resumed run counts its own part only."""
    found = state(double)
    runs = {p for p in found if p.startswith("lifepod/imports/run-")}
    kept = (b"sha256", b"state", b"seen", b"earliest", b"latest", b"recognisedShape")
    return {
        p: b"\n".join(line for line in b.splitlines() if any(k in line for k in kept)) if p in runs else b
        for p, b in found.items()
    }


@pytest.mark.parametrize("answer", [401, 403, 404, 409, 412, 429, 500, faults.dropped(), faults.Hang()], ids=str)
@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_a_server_that_fails_half_way_loses_nothing(
    double: PodDouble, exports: Path, tmp_path: Path, method: str, answer: faults.Answer
) -> None:
    """Whatever one partition is answered: a sentence with advice, and the same import again is whole."""
    reference = await settled(PodDouble())
    for pod_double in (double, reference):
        await imported(pod_double, searches(tmp_path / "first", "an older word"))
    await imported(reference, exports)
    double.script(method, f"{SEARCH}2025/01.ttl", answer, None)
    quick = dataclasses.replace(LIMITS, request_seconds=0.05)
    async with signed_in(double, limits=quick) as pod:
        with pytest.raises(LifepodError) as raised:
            await collect(pod, Wanted((exports,)), silent)
    assert double.url(f"{SEARCH}2025/01.ttl") in str(raised.value) or "2025/01.ttl" in str(raised.value)
    assert raised.value.advice
    double.scripts.clear()
    await imported(double, exports)
    assert journal(double) == journal(reference)
    assert index(double) == index(reference)


async def test_what_a_takeout_holds_instead_of_places_does_not_fail_the_rest(tmp_path: Path) -> None:
    """Two importers share an export: the one has nothing that can be read, the other has."""
    searches(tmp_path / "exports", "red shoes")
    aside = tmp_path / "exports" / "Takeout" / "Location History (Timeline)"
    aside.mkdir(parents=True)
    (aside / "Encrypted Backups.txt").write_text("Your encrypted backups cannot be exported.")
    (aside / "Settings.json").write_text('{"createdTime": "2020-01-01T00:00:00Z", "deviceSettings": []}')
    seen = await preview(Wanted((tmp_path / "exports",)), silent)
    assert {f.problem for f in seen.files} >= {"encrypted-placeholder", "unsupported-version"}
    seen.must_have_read()
    alone = await preview(Wanted((aside,)), silent)
    with pytest.raises(NothingRead):
        alone.must_have_read()


async def test_an_empty_list_beside_another_importers_records_is_still_said(tmp_path: Path) -> None:
    searches(tmp_path / "exports", "red shoes")
    empty = tmp_path / "exports" / "your_instagram_activity" / "likes"
    empty.mkdir(parents=True)
    (empty / "liked_posts.json").write_text('{"likes_media_likes": []}')
    seen = await preview(Wanted((tmp_path / "exports",)), silent)
    with pytest.raises(NothingRead):
        seen.must_have_read()


async def test_a_file_of_the_pod_that_could_not_be_read_back_is_not_written(
    double: PodDouble, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lifepod.owner.filing.LIMITS", dataclasses.replace(LIMITS, document_bytes=200))
    with pytest.raises(TooBig, match="would hold more") as told:
        await imported(double, exports)
    assert "--partition day" in told.value.advice
    assert [path for path in journal(double) if path.endswith(".ttl")] == []
