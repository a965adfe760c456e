"""An import in steps: nothing is written before the last one, nothing is read twice, and it can be stopped anywhere."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.owner.pods import imported, journal, settled
from tests.owner.signed import purchases, searches, signed_in, writes

from lifepod.errors import Missing, Refused
from lifepod.home.story_files import expected_of, write_story
from lifepod.journal import shelf
from lifepod.owner.importing import Importing, Stopped, Wanted
from lifepod.owner.omitted import about, importers

SEARCH = "journal/searches/google-search/"
QIF = "!Type:Bank\nD01/02'2025\nT-12.50\nPShop\n^\n"


@pytest.fixture
async def double() -> PodDouble:
    return await settled(PodDouble())


def many(folder: Path, count: int = 40_000) -> Path:
    """A file that takes longer to read than anybody waits."""
    line = "D03/04'2025\nT-1.00\nPShop\n^\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "long.qif"
    path.write_text("!Type:Bank\n" + line * count)
    return path


def reading() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "lifepod-reading"]


async def test_what_was_read_is_told_by_file_class_and_days(double: PodDouble, tmp_path: Path) -> None:
    write_story(tmp_path)
    async with signed_in(double) as pod:
        work = Importing(pod)
        read = await work.read(Wanted((tmp_path,)))
        work.close()
    assert dict(read.classes) == expected_of(tmp_path)
    orders = next(one for one in read.files if one.importer == "amazon")
    assert orders.classes == (("purchases", orders.records),)
    assert "2026-02" <= orders.first[:7] <= orders.last[:7] <= "2026-03"
    assert sum(count for one in read.files for _, count in one.classes) == sum(one.records for one in read.files)
    assert writes(double) == []


async def test_the_dry_run_says_what_filing_then_does_and_writes_nothing(double: PodDouble, tmp_path: Path) -> None:
    searches(tmp_path / "a", "one", "two")
    await imported(double, tmp_path / "a")
    searches(tmp_path / "b", "one", "two", "three")
    purchases(tmp_path / "b", "Mug", "Lamp")
    async with signed_in(double) as pod:
        work = Importing(pod)
        await work.read(Wanted((tmp_path / "b",)))
        forecast = await work.compare()
        assert writes(double) == []
        assert not {"POST", "PUT", "PATCH", "DELETE"} & {s.method for s in double.requests if "token" not in s.url}
        filed = await work.file()
        work.close()
    told = {one.path: (one.new, one.there, one.files) for one in forecast.shelves}
    assert told == {SEARCH: (1, 2, 1), "journal/purchases/amazon-de/": (2, 0, 1)}
    assert {one.path: (one.new, one.there, one.files) for one in filed.shelves} == told
    assert filed.read.partitions == forecast.read.partitions
    assert filed.whole
    size = sum(len(journal(double)[path]) for path in filed.read.partitions)
    assert sum(one.size for one in forecast.shelves) == size


async def test_nothing_changes_where_all_is_there(double: PodDouble, tmp_path: Path) -> None:
    await imported(double, searches(tmp_path, "one", "two"))
    async with signed_in(double) as pod:
        work = Importing(pod)
        await work.read(Wanted((tmp_path,), again=True))
        forecast = await work.compare()
        work.close()
    assert not forecast.changes
    assert [(one.new, one.there) for one in forecast.shelves] == [(0, 2)]


async def test_an_answer_reads_only_the_files_that_wait_for_it(double: PodDouble, tmp_path: Path) -> None:
    searches(tmp_path, "one", "two")
    (tmp_path / "bank.qif").write_text(QIF)
    async with signed_in(double) as pod:
        work = Importing(pod)
        read = await work.read(Wanted((tmp_path,)))
        (asks,) = [one for one in read.files if one.asks]
        assert (asks.asks, asks.choices) == ("qif.dates", ("dmy", "mdy"))
        opened = searches(tmp_path, "changed")  # whoever reads it again finds it out
        read = await work.answer({"qif.dates": "dmy"}, frozenset({asks.path}))
        (asks,) = [one for one in read.files if one.asks]
        assert (asks.asks, asks.choices) == ("qif.currency", ())
        read = await work.answer({"qif.currency": "EUR"}, frozenset({asks.path}))
        assert opened.exists()
        assert dict(read.classes) == {"searches": 2, "payments": 1}
        assert len(read.files) == 2
        filed = await work.file()
        work.close()
    assert filed.read.written == 3
    assert any(path.startswith("journal/payments/") for path in filed.read.partitions)


async def test_a_path_that_is_not_there_is_an_error_and_the_next_try_goes_well(
    double: PodDouble, tmp_path: Path
) -> None:
    async with signed_in(double) as pod:
        work = Importing(pod)
        with pytest.raises(Missing):
            await work.read(Wanted((tmp_path / "none",)))
        assert (await work.read(Wanted((searches(tmp_path, "one"),)))).classes == (("searches", 1),)
        work.close()


async def test_reading_stops_at_once_and_leaves_no_thread(double: PodDouble, tmp_path: Path) -> None:
    path = many(tmp_path, 120_000)
    async with signed_in(double) as pod:
        work = Importing(pod)
        answers = {"qif.dates": "dmy", "qif.currency": "EUR"}
        step = asyncio.create_task(work.read(Wanted((path,), answers)))
        while work.progress.records < 1000:
            await asyncio.sleep(0.01)
            assert not step.done()
        began = time.monotonic()
        work.stop()
        with pytest.raises(Stopped):
            await step
        assert time.monotonic() - began < 1
        assert (await work.read(Wanted((searches(tmp_path / "x", "one"),)))).classes == (("searches", 1),)
        work.close()
    for thread in reading():
        thread.join(5)
    assert reading() == []
    assert writes(double) == []


async def test_a_step_that_is_cut_off_leaves_no_thread_either(double: PodDouble, tmp_path: Path) -> None:
    path = many(tmp_path, 120_000)
    async with signed_in(double) as pod:
        work = Importing(pod)
        step = asyncio.create_task(work.read(Wanted((path,), {"qif.dates": "dmy", "qif.currency": "EUR"})))
        while not work.progress.records:
            await asyncio.sleep(0.01)
        work.stop()
        step.cancel()
        with pytest.raises(asyncio.CancelledError):
            await step
    for thread in reading():
        thread.join(5)
    assert reading() == []


async def test_the_loop_breathes_while_files_are_read(double: PodDouble, tmp_path: Path) -> None:
    path = many(tmp_path)
    async with signed_in(double) as pod:
        work = Importing(pod)
        step = asyncio.create_task(work.read(Wanted((path,), {"qif.dates": "dmy", "qif.currency": "EUR"})))
        breaths = 0
        while not step.done():
            await asyncio.sleep(0.005)
            breaths += 1
        assert breaths > 10
        assert sum(one.records for one in (await step).files) == 40_000
        work.close()


async def test_filing_that_is_stopped_says_what_stands_and_goes_on_later(double: PodDouble, tmp_path: Path) -> None:
    words = [f"word {number}" for number in range(12)]
    whole = await settled(PodDouble())
    path = searches(tmp_path, *words)
    await imported(whole, path)
    async with signed_in(double) as pod:
        work = Importing(pod)
        await work.read(Wanted((path,)))
        double.script("PUT", f"{SEARCH}2025/05.ttl", lambda request: work.stop())
        with pytest.raises(Stopped):
            await work.file()
        so_far = work.so_far()
        assert not so_far.whole
        assert so_far.unsure == ()
        assert set(so_far.read.partitions) == {p for p in journal(double) if p.endswith(".ttl")}
        assert 0 < so_far.read.written < len(words)
        again = await work.file()
        work.close()
    assert again.whole
    assert again.read.written == len(words) - so_far.read.written
    assert journal(double) == journal(whole)


async def test_filing_that_is_cut_off_names_what_may_be_written(double: PodDouble, tmp_path: Path) -> None:
    path = searches(tmp_path, "one", "two")
    async with signed_in(double) as pod:
        work = Importing(pod)
        await work.read(Wanted((path,)))
        double.script("PUT", f"{SEARCH}2025/02.ttl", faults.Hang())
        step = asyncio.create_task(work.file())
        while not any(s.url.endswith("2025/02.ttl") for s in double.requests):
            await asyncio.sleep(0.01)
        step.cancel()
        with pytest.raises(asyncio.CancelledError):
            await step
        assert set(work.so_far().unsure) == {f"{SEARCH}2025/01.ttl", f"{SEARCH}2025/02.ttl"}
        filed = await work.file()
        work.close()
    assert filed.whole
    assert set(journal(double)) >= {f"{SEARCH}2025/01.ttl", f"{SEARCH}2025/02.ttl"}


async def test_a_refusal_half_way_leaves_the_work_to_be_tried_again(double: PodDouble, tmp_path: Path) -> None:
    path = searches(tmp_path, *(f"word {number}" for number in range(8)))
    async with signed_in(double) as pod:
        work = Importing(pod)
        await work.read(Wanted((path,)))
        double.script("PUT", f"{SEARCH}2025/06.ttl", 403)
        with pytest.raises(Refused):
            await work.file()
        assert work.so_far().read.written >= 4
        assert (await work.file()).whole
        work.close()


def test_every_importer_that_ships_says_what_it_leaves_out() -> None:
    assert [one.title for one in importers() if not one.left_out] == []
    assert about("amazon").title == shelf.importer("amazon").title
    assert about("nobody's").left_out == ""
