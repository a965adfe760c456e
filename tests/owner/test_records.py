"""Records found, shown once, told where they came from, edited and deleted for good; in a pod in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.owner.pods import imported, journal, settled
from tests.owner.signed import ACME, purchases, searches, signed_in, writes

from lifepod.errors import Conflict, Malformed, Missing, Undecided
from lifepod.owner.records import Found, Sought, Unread, jsonld_of, records, show, turtle_of
from lifepod.owner.tending import delete, deletions, draft, let_return, plan_deletion, save

SEARCH, BOUGHT = "journal/searches/google-search/", "journal/purchases/amazon-de/"


@pytest.fixture
async def double(tmp_path: Path) -> PodDouble:
    double = await settled(PodDouble())
    searches(tmp_path / "exports", "red shoes", "green tea", "blue paint")
    purchases(tmp_path / "exports", "Mug", "Lamp")
    await imported(double, tmp_path / "exports")
    return double


async def found(double: PodDouble, sought: Sought = Sought(), **how: bool) -> list[Found]:  # noqa: B008
    async with signed_in(double) as pod:
        got = [one async for one in records(pod, sought.checked(), **how)]
    assert not [one for one in got if isinstance(one, Unread)]
    return [one for one in got if isinstance(one, Found)]


async def test_records_come_in_order_of_time_over_all_sources(double: PodDouble) -> None:
    newest = [(one.when[:10], one.what) for one in await found(double)]
    assert newest == [
        ("2025-03-05", "blue paint"),
        ("2025-02-05", "green tea"),
        ("2025-02-03", "Lamp"),
        ("2025-01-05", "red shoes"),
        ("2025-01-03", "Mug"),
    ]
    assert [(o.when[:10], o.what) for o in await found(double, newest_first=False)] == newest[::-1]


@pytest.mark.parametrize(
    ("sought", "names"),
    [
        (Sought(classes=("purchases",)), ["Lamp", "Mug"]),
        (Sought(sources=("google-search",), until="2025-01"), ["red shoes"]),
        (Sought(since="2025-02", until="2025-02"), ["green tea", "Lamp"]),
        (Sought(since="2025-02-05T10"), ["blue paint", "green tea"]),
        (Sought(since="2026"), []),
        (Sought(until="2024"), []),
        (Sought(text="TEA"), ["green tea"]),
        (Sought(text="302-0000000-0000002"), ["Lamp"]),
        (Sought(vendor="amazon"), ["Lamp", "Mug"]),
        (Sought(vendor="google"), ["blue paint", "green tea", "red shoes"]),
        (Sought(classes=("purchases",), text="tea"), []),
    ],
)
async def test_only_what_fits_is_found(sought: Sought, names: list[str], double: PodDouble) -> None:
    assert [one.what for one in await found(double, sought)] == names


async def test_partitions_that_cannot_hold_it_are_not_fetched(double: PodDouble) -> None:
    double.requests.clear()
    await found(double, Sought(classes=("searches",), since="2025-03"))
    read = [s.url[len(double.base) :] for s in double.requests if s.method == "GET" and s.url.endswith(".ttl")]
    assert read == [SEARCH + "2025/03.ttl"]


@pytest.mark.parametrize(
    "sought", [Sought(classes=("shopping",)), Sought(since="last week"), Sought(until="2025-13"), Sought(since="25")]
)
def test_a_class_or_time_that_is_none_is_said_and_never_an_empty_answer(sought: Sought) -> None:
    with pytest.raises(Undecided):
        sought.checked()


@pytest.mark.parametrize("fault", [503, b"<#a> <"])
async def test_what_cannot_be_read_stands_in_the_answer(fault: int | bytes, double: PodDouble) -> None:
    if isinstance(fault, bytes):
        double.put(SEARCH + "2025/02.ttl", fault)
    else:
        double.script("GET", SEARCH + "2025/02.ttl", fault, None)
    async with signed_in(double) as pod:
        got = [one async for one in records(pod, Sought())]
    assert [one.path for one in got if isinstance(one, Unread)] == [SEARCH + "2025/02.ttl"]
    assert len(got) == 5


async def test_one_happening_of_two_sources_is_shown_once_and_kept_twice(double: PodDouble) -> None:
    one, other = (double.body(double.url(SEARCH + f"2025/0{n}.ttl")) or b"" for n in (1, 2))
    assert one != other
    double.put("journal/searches/google-chrome/2025/01.ttl", one)
    shown = await found(double, Sought(until="2025-01", classes=("searches",)))
    assert [(f.source, f.also) for f in shown] == [("google-chrome", ("google-search",))]
    told = await found(double, Sought(until="2025-01", classes=("searches",)), as_told=True)
    assert sorted(f.source for f in told) == ["google-chrome", "google-search"]


async def test_what_a_vendor_delivered_is_said_to_be_unverified_and_is_not_edited(double: PodDouble) -> None:
    receipt = '<#r> a schema:BuyAction; schema:name "Pen"; schema:startTime "2025-04-01"^^xsd:date.'
    prefixes = "@prefix schema: <https://schema.org/>. @prefix xsd: <http://www.w3.org/2001/XMLSchema#>.\n"
    double.put("journal/purchases/from-acme/r1.ttl", (prefixes + receipt).encode())
    (first, *rest) = await found(double)
    assert (first.what, first.source, first.verified) == ("Pen", "from-acme", False)
    assert all(one.verified for one in rest)
    with pytest.raises(Undecided):
        plan_deletion([first])
    async with signed_in(double) as pod:
        with pytest.raises(Undecided):
            await draft(pod, first.url)


async def test_records_are_turtle_and_json_ld_with_full_addresses(double: PodDouble) -> None:
    (lamp,) = await found(double, Sought(text="Lamp"))
    assert f"<{lamp.url}> a schema:BuyAction".encode() in turtle_of([lamp])
    assert lamp.url.encode() in jsonld_of([lamp])
    assert b'"Lamp"' in jsonld_of([lamp])


async def test_a_record_tells_which_import_brought_it(double: PodDouble, tmp_path: Path) -> None:
    await imported(double, purchases(tmp_path / "later", "Mug", "Lamp", "Chair"))
    named = {one.what: one for one in await found(double)}
    lamp, chair = named["Lamp"], named["Chair"]
    async with signed_in(double) as pod:
        first, later = await show(pod, lamp.url), await show(pod, chair.url.removeprefix(double.base))
    assert first.run is not None
    assert later.run is not None
    assert len(first.run.inputs) == 2
    assert [(i.importer, i.name) for i in later.run.inputs] == [("amazon", "Retail.OrderHistory.1.csv")]
    assert later.run.inputs[0].sha256 not in {i.sha256 for i in first.run.inputs}


@pytest.mark.parametrize(
    "word", ["journal/purchases/amazon-de/2025.ttl", "README#x", "https://other.example/a#b", "#x"]
)
async def test_an_address_that_names_no_record_is_said(word: str, double: PodDouble) -> None:
    async with signed_in(double) as pod:
        with pytest.raises((Malformed, Missing)):
            await show(pod, word)


async def test_a_deleted_record_stays_deleted_whatever_is_imported(double: PodDouble, tmp_path: Path) -> None:
    before = journal(double)
    (lamp,) = await found(double, Sought(text="Lamp"))
    async with signed_in(double) as pod:
        assert await delete(pod, plan_deletion([lamp])) == 1
    assert await found(double, Sought(text="Lamp")) == []
    gone = journal(double)
    done = await imported(double, tmp_path / "exports", again=True)
    assert (done.deleted, done.written) == (1, 0)
    assert done.seen == done.written + done.unchanged + done.duplicates + done.deleted
    assert journal(double) == gone
    async with signed_in(double) as pod:
        assert await let_return(pod, BOUGHT, [lamp.url.partition("#")[2]]) == 1
        with pytest.raises(Missing):
            await let_return(pod, BOUGHT)
    await imported(double, tmp_path / "exports", again=True)
    assert journal(double) == before


async def test_a_stretch_of_time_stays_empty_for_what_comes_later_too(double: PodDouble, tmp_path: Path) -> None:
    sought = Sought(classes=("searches",), until="2025-02")
    async with signed_in(double) as pod:
        plan = plan_deletion(await found(double, sought), sought)
        assert (await delete(pod, plan), len(plan.stretches)) == (2, 1)
    searches(tmp_path / "later", "red shoes", "secret", "blue paint", "pink", name="My Activity.json")
    done = await imported(double, tmp_path / "later")
    assert (done.deleted, done.written, done.unchanged) == (2, 1, 1)
    assert [one.what for one in await found(double, Sought(classes=("searches",)))] == ["pink", "blue paint"]
    async with signed_in(double) as pod:
        assert await let_return(pod, SEARCH) == 3


@pytest.mark.parametrize(
    ("until", "last"),
    [("2025", "2025-12-31"), ("2025-02", "2025-02-28"), ("2024-02", "2024-02-29"), ("2025-01-05", "2025-01-05")],
)
async def test_a_stretch_ends_on_a_day_that_there_is(until: str, last: str, double: PodDouble) -> None:
    sought = Sought(classes=("searches",), since="2025-01", until=until)
    shown = await found(double, Sought(text="red shoes"))
    (stretch,) = plan_deletion(shown, sought).stretches
    assert (stretch.first, stretch.last) == ("2025-01-01", last)


async def test_a_deletion_is_on_record_before_anything_goes(double: PodDouble) -> None:
    (lamp,) = await found(double, Sought(text="Lamp"))
    double.script("PUT", BOUGHT + "2025.ttl", faults.refused_connection(), 1)
    async with signed_in(double) as pod:
        with pytest.raises(Exception, match=r"."):
            await delete(pod, plan_deletion([lamp]))
        assert (await deletions(pod)).covers(BOUGHT, lamp.url.partition("#")[2])
        assert await delete(pod, plan_deletion([lamp])) == 1
    assert await found(double, Sought(text="Lamp")) == []


async def test_a_write_of_somebody_else_in_between_is_kept(double: PodDouble) -> None:
    (lamp,) = await found(double, Sought(text="Lamp"))
    url = double.url(BOUGHT + "2025.ttl")
    theirs = (double.body(url) or b"") + b'<#20250101-ffffffffffffffff> <https://schema.org/name> "theirs" .\n'
    async with signed_in(double) as pod:
        plan = plan_deletion([lamp])
        double.put(BOUGHT + "2025.ttl", theirs)
        assert await delete(pod, plan) == 1
    assert b"theirs" in (double.body(url) or b"")


async def test_what_is_only_looked_at_writes_nothing(double: PodDouble) -> None:
    (lamp,) = await found(double, Sought(text="Lamp"))
    async with signed_in(double) as pod:
        plan_deletion([lamp])
        await draft(pod, lamp.url)
        await show(pod, lamp.url)
    assert writes(double) == []


async def test_an_edited_record_stays_edited_at_the_next_import(double: PodDouble, tmp_path: Path) -> None:
    (lamp,) = await found(double, Sought(text="Lamp"))
    async with signed_in(double) as pod:
        before = await draft(pod, lamp.url)
        assert not await save(pod, before, before.text)
        assert await save(pod, before, before.text.replace(b'"Lamp"', b'"A lamp for Ann"'))
    after = journal(double)
    done = await imported(double, tmp_path / "exports", again=True)
    assert (done.written, journal(double)) == (0, after)
    (mine,) = await found(double, Sought(text="for Ann"))
    assert mine.url == lamp.url
    assert mine.record["lp:edited"] == "true"
    assert len(await found(double)) == 5


@pytest.mark.parametrize(
    "text",
    [b"", b"<#a> <", b'<#20250101-aaaaaaaaaaaaaaaa> <https://schema.org/name> "x" .', b"<> a <https://x.example/y> ."],
)
async def test_an_edit_that_speaks_of_something_else_is_not_sent(text: bytes, double: PodDouble) -> None:
    (lamp,) = await found(double, Sought(text="Lamp"))
    async with signed_in(double) as pod:
        before = await draft(pod, lamp.url)
        with pytest.raises(Malformed):
            await save(pod, before, text)
    assert writes(double) == []


async def test_an_edit_over_somebody_elses_write_is_not_sent(double: PodDouble) -> None:
    (lamp,) = await found(double, Sought(text="Lamp"))
    async with signed_in(double) as pod:
        before = await draft(pod, lamp.url)
        url = double.url(BOUGHT + "2025.ttl")
        double.put(BOUGHT + "2025.ttl", (double.body(url) or b"") + b"\n")
        with pytest.raises(Conflict):
            await save(pod, before, before.text.replace(b'"Lamp"', b'"Other"'))


async def test_the_list_of_deletions_is_for_the_owner_alone(double: PodDouble) -> None:
    (lamp,) = await found(double, Sought(text="Lamp"))
    async with signed_in(double) as pod:
        await delete(pod, plan_deletion([lamp]))
    url = double.url("lifepod/deleted.ttl")
    assert double.modes(url, ACME) == double.modes(url, None) == set()


async def test_a_damaged_list_of_deletions_stops_an_import_before_it_brings_back_what_went(
    double: PodDouble, tmp_path: Path
) -> None:
    double.put("lifepod/deleted.ttl", b"<#a> <")
    with pytest.raises(Malformed):
        await imported(double, tmp_path / "exports", again=True)
    assert writes(double) == []


async def test_one_record_of_a_time_that_was_deleted_whole_cannot_return_alone(double: PodDouble) -> None:
    sought = Sought(classes=("searches",))
    shown = await found(double, sought, as_told=True)
    name = shown[0].url.partition("#")[2]
    async with signed_in(double) as pod:
        await delete(pod, plan_deletion(shown, sought))
        with pytest.raises(Undecided, match="cannot return alone") as told:
            await let_return(pod, SEARCH, [name])
        assert f"restore {SEARCH}" in told.value.advice
        assert name in (await deletions(pod)).names[SEARCH]


async def test_a_record_returns_by_its_address_too(double: PodDouble) -> None:
    lamp, mug = await found(double, Sought(classes=("purchases",)))
    async with signed_in(double) as pod:
        await delete(pod, plan_deletion([lamp, mug]))
        assert await let_return(pod, lamp.url) == 1
        assert await let_return(pod, mug.url.removeprefix(pod.storage)) == 1
        with pytest.raises(Missing):
            await let_return(pod, BOUGHT + "2025.ttl")


@pytest.mark.parametrize("word", ["journal/#x", "journal/a#b", "journal/a b#c", "journal/searches/x#y", "journal/a/#c"])
async def test_an_address_that_is_no_place_of_a_record_is_said_to_be_none(word: str, double: PodDouble) -> None:
    async with signed_in(double) as pod:
        for look in (show, draft):
            with pytest.raises(Malformed, match="names no record"):
                await look(pod, word)
