"""The journal leafed through page by page; a record in words, corrected, deleted, and taken back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from tests.double.pod_double import PodDouble
from tests.owner.pods import imported, journal, settled
from tests.owner.signed import purchases, searches, signed_in

from lifepod.errors import Conflict, Malformed, Missing, Undecided
from lifepod.owner import correcting
from lifepod.owner.browsing import Fact, Leafing, Line, Reading, Sought, Unread, facts, is_within, local, widened
from lifepod.owner.records import show
from lifepod.owner.tending import deletions
from lifepod.solid.pod import Pod

SEARCH, BOUGHT = "journal/searches/google-search/", "journal/purchases/amazon-de/"
EAST, WEST = timezone(timedelta(hours=12)), timezone(timedelta(hours=-11))


@pytest.fixture
async def double(tmp_path: Path) -> PodDouble:
    double = await settled(PodDouble())
    searches(tmp_path / "exports", "red shoes", "green tea", "blue paint")
    purchases(tmp_path / "exports", "Mug", "Lamp")
    await imported(double, tmp_path / "exports")
    return double


@pytest.fixture
async def pod(double: PodDouble) -> AsyncIterator[Pod]:
    async with signed_in(double) as pod:
        yield pod


def leafing(pod: Pod, sought: Sought = Sought(), zone: timezone = UTC, heard: list[Reading] | None = None) -> Leafing:  # noqa: B008
    async def held() -> Pod:
        return pod

    return Leafing(held, sought, zone, (heard if heard is not None else list[Reading]()).append)


async def page(reader: Leafing, most: float) -> list[Line | Unread]:
    return [one async for items in reader.page(most) for one in items]


def said(items: list[Line | Unread]) -> list[str]:
    return [one.what if isinstance(one, Line) else f"? {one.path}" for one in items]


async def test_pages_follow_each_other_and_the_last_one_says_so(pod: Pod) -> None:
    heard = list[Reading]()
    reader = leafing(pod, heard=heard)
    assert said(await page(reader, 2)) == ["blue paint", "green tea"]
    ends = [reader.is_done]
    assert said(await page(reader, 2)) == ["Lamp", "red shoes"]
    assert said(await page(reader, 2)) == ["Mug"]
    assert [*ends, reader.is_done] == [False, True]
    assert (heard[-1].done, heard[-1].whole) == (4, 4)
    assert heard[-1].shelves == {"searches/google-search", "purchases/amazon-de"}


@pytest.mark.parametrize("steps", range(0, 90, 6))
async def test_wherever_reading_is_cut_off_it_goes_on_behind_the_last_line(steps: int, pod: Pod) -> None:
    reader, got = leafing(pod), list[Line | Unread]()

    async def read(most: float) -> None:
        async with aclosing(reader.page(most)) as pages:
            async for items in pages:
                got.extend(items)

    await read(1)
    reading = asyncio.ensure_future(read(10))
    for _ in range(steps):
        await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait([reading])
    await read(10)
    assert said(got) == ["blue paint", "green tea", "Lamp", "red shoes", "Mug"]
    assert reader.is_done


async def test_what_has_no_time_is_not_lost_where_reading_was_cut_off(pod: Pod, double: PodDouble) -> None:
    person = b'<#ann> a <https://schema.org/Person>; <https://schema.org/name> "Ann".'
    double.put("journal/social/facebook/contacts.ttl", person)
    reader = leafing(pod)
    got = await page(reader, 2)
    async with aclosing(reader.page(1)) as pages:
        got += await anext(pages)
    assert not reader.is_done
    got += await page(reader, 10)
    assert said(got) == ["blue paint", "green tea", "Lamp", "red shoes", "Mug", "Ann"]
    assert reader.is_done


async def test_a_file_that_cannot_be_read_has_its_place(pod: Pod, double: PodDouble) -> None:
    double.put(SEARCH + "2025/02.ttl", b"<#a> <")
    assert "? " + SEARCH + "2025/02.ttl" in said(await page(leafing(pod), 10))


async def test_days_are_those_of_the_clock_that_was_asked_for(pod: Pod) -> None:
    found = await page(leafing(pod, Sought(text="red shoes")), 1)
    [line] = [one for one in found if isinstance(one, Line)]
    at = datetime.fromisoformat(line.when).replace(tzinfo=UTC)
    for zone in (EAST, WEST):
        here = at.astimezone(zone)
        [same] = await page(
            leafing(pod, Sought(text="red shoes", since=f"{here:%Y-%m-%d}", until=f"{here:%Y-%m-%d}"), zone), 9
        )
        assert isinstance(same, Line)
        assert same.when == here.replace(tzinfo=None).isoformat()
        other = here + timedelta(days=1)
        day = f"{other:%Y-%m-%d}"
        assert await page(leafing(pod, Sought(text="red shoes", since=day, until=day), zone), 9) == []


def test_only_an_instant_moves_with_the_clock() -> None:
    assert local("2026-03-14T23:30:00Z", EAST) == "2026-03-15T11:30:00"
    assert local("2026-03-14T23:30:00", EAST) == "2026-03-14T23:30:00"
    assert local("2026-03-14", EAST) == "2026-03-14"
    assert local("nonsenseZ", EAST) == "nonsenseZ"
    assert local("9999-12-31T23:30:00Z", EAST) == "9999-12-31T23:30:00Z"


@pytest.mark.parametrize(
    ("since", "until", "wide"),
    [
        ("2025", "2025", ("2024-12-31", "2026-01-01")),
        ("2025-03", "2025-12", ("2025-02-28", "2026-01-01")),
        ("2025-02", "2025-02", ("2025-01-31", "2025-03-01")),
        ("2025-03-01", "2025-03-01T10", ("2025-02-28", "2025-03-02")),
        ("0001", "9999", ("", "")),
        ("", "", ("", "")),
    ],
)
def test_a_search_looks_a_day_further_on_both_sides(since: str, until: str, wide: tuple[str, str]) -> None:
    found = widened(Sought(since=since, until=until))
    assert (found.since, found.until) == wide


def test_a_time_lies_between_two_days_or_it_does_not() -> None:
    march = Sought(since="2025-03", until="2025-03")
    assert [is_within(when, march) for when in ("2025-03-31T23:59", "2025-03-01", "2025-04-01", "2025-02-28", "")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert is_within("", Sought())


def test_every_property_is_told_in_words_and_no_control_gets_through() -> None:
    record = {
        "@id": "x", "@type": ["schema:WatchAction"], "schema:startTime": "2026-03-13T22:00:04Z", "lp:matchKey": "ab",
        "schema:orderNumber": "1\x1b[2J", "schema:object": {"@id": "y", "schema:name": "Pen"},
    }  # fmt: skip
    assert list(facts(record, EAST)) == [  # type: ignore[arg-type]
        Fact("kind", "watch action"),
        Fact("when", "2026-03-14 10:00:04  (2026-03-13T22:00:04Z)"),
        Fact("about", ""),
        Fact("name", "Pen", 1),
        Fact("order number", "1\\x1b[2J"),
        Fact("matched by", "ab"),
    ]


# Corrected, deleted, taken back


async def lamp(pod: Pod) -> correcting.Draft:
    [line] = await page(leafing(pod, Sought(text="Lamp")), 9)
    assert isinstance(line, Line)
    return await correcting.draft(pod, line.url)


def renamed(draft: correcting.Draft, name: str) -> bytes:
    [field] = [one for one in correcting.form(draft) if (one.part, one.term) == ("", "schema:name")]
    return correcting.filled(draft, {field: name})


async def test_a_correction_is_marked_and_taken_back_to_the_byte(pod: Pod, double: PodDouble) -> None:
    before = journal(double)
    draft = await lamp(pod)
    mend = await correcting.correct(pod, draft, renamed(draft, 'A "new" Lamp'))
    assert mend is not None
    shown = (await show(pod, mend.address)).found
    assert (shown.what, shown.record["lp:edited"]) == ('A "new" Lamp', "true")
    await correcting.must_be_left(pod, mend)
    await correcting.take_back(pod, mend)
    assert journal(double) == before
    await correcting.take_back(pod, mend)
    assert journal(double) == before


async def test_what_changes_nothing_writes_nothing(pod: Pod, double: PodDouble) -> None:
    draft = await lamp(pod)
    double.requests.clear()
    assert await correcting.correct(pod, draft, draft.text) is None
    assert {sent.method for sent in double.requests} <= {"GET", "HEAD"}


async def test_a_deleted_record_comes_back_and_may_be_imported_again(
    pod: Pod, double: PodDouble, tmp_path: Path
) -> None:
    before, draft = journal(double), await lamp(pod)
    mend = await correcting.remove(pod, draft)
    assert mend.was_deleted
    assert (await deletions(pod)).covers(BOUGHT, draft.name)
    with pytest.raises(Missing):
        await show(pod, mend.address)
    await imported(double, tmp_path / "exports", again=True)
    with pytest.raises(Missing):
        await show(pod, mend.address)
    await correcting.take_back(pod, mend)
    assert journal(double) == before
    assert not (await deletions(pod)).covers(BOUGHT, draft.name)


async def test_a_deletion_is_taken_back_though_its_file_is_gone(pod: Pod, double: PodDouble) -> None:
    draft = await lamp(pod)
    mend = await correcting.remove(pod, draft)
    await pod.delete(draft.url)
    await correcting.must_be_left(pod, mend)
    await correcting.take_back(pod, mend)
    assert (await show(pod, mend.address)).found.what == "Lamp"


async def test_what_somebody_changed_since_is_neither_deleted_nor_taken_back(pod: Pod, double: PodDouble) -> None:
    draft = await lamp(pod)
    mend = await correcting.correct(pod, draft, renamed(draft, "Mine"))
    assert mend is not None
    now = await lamp_of(pod, mend.address)
    await correcting.correct(pod, now, renamed(now, "Theirs"))
    before = journal(double)
    for deed in (correcting.must_be_left(pod, mend), correcting.take_back(pod, mend), correcting.remove(pod, draft)):
        with pytest.raises(Conflict):
            await deed
    assert journal(double) == before
    assert not (await deletions(pod)).covers(BOUGHT, draft.name)


async def lamp_of(pod: Pod, address: str) -> correcting.Draft:
    return await correcting.draft(pod, address)


async def test_other_records_of_the_file_may_change_before_it_is_taken_back(pod: Pod) -> None:
    draft = await lamp(pod)
    mend = await correcting.remove(pod, draft)
    [mug] = await page(leafing(pod, Sought(text="Mug")), 9)
    assert isinstance(mug, Line)
    other = await correcting.draft(pod, mug.url)
    await correcting.correct(pod, other, renamed(other, "Cup"))
    await correcting.take_back(pod, mend)
    assert (await show(pod, mend.address)).found.what == "Lamp"
    assert (await show(pod, mug.url)).found.what == "Cup"


@pytest.mark.parametrize(
    ("term", "value"),
    [("schema:price", "cheap"), ("schema:startTime", "yesterday"), ("schema:startTime", "2031-01-01T10:00:00Z")],
)
async def test_a_value_that_is_none_of_its_kind_is_refused_before_anything_is_sent(
    term: str, value: str, pod: Pod, double: PodDouble
) -> None:
    draft = await lamp(pod)
    double.requests.clear()
    [field] = [one for one in correcting.form(draft) if (one.part, one.term) == ("", term)]
    with pytest.raises(Malformed):
        correcting.must_fit(draft, correcting.filled(draft, {field: value}))
    assert double.requests == []


async def test_an_emptied_value_goes_and_types_stay(pod: Pod) -> None:
    draft = await lamp(pod)
    fields = {one.term: one for one in correcting.form(draft) if not one.part}
    assert "rdf:type" not in fields
    text = correcting.filled(draft, {fields["schema:name"]: " ", fields["schema:price"]: "7.25"})
    await correcting.correct(pod, draft, text)
    record = (await show(pod, f"{draft.url}#{draft.name}")).found.record
    assert "schema:name" not in record
    assert record["schema:price"] == "7.25"


async def test_what_a_vendor_delivered_is_not_corrected(pod: Pod, double: PodDouble) -> None:
    double.put("journal/purchases/from-acme/r1.ttl", b'<#r> <https://schema.org/name> "Pen".')
    with pytest.raises(Undecided):
        await correcting.draft(pod, "journal/purchases/from-acme/r1.ttl#r")
