"""A journal out of one pod and into another: nothing is lost, nothing written twice, names of servers are harmless."""

from __future__ import annotations

import csv
import json
import stat
import zipfile
from pathlib import Path

import httpx2
import pyoxigraph as ox
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.owner.cut import CutLine, CutOff, after_each_request
from tests.owner.pods import imported, journal, settled, silent, versions
from tests.owner.signed import purchases, searches, signed_in, writes

from lifepod.errors import Missing, NothingRead, Undecided, Unreachable
from lifepod.home.story_files import write_story
from lifepod.journal.activity import KINDS
from lifepod.journal.exporting import guarded, read_manifest
from lifepod.journal.returning import partition_of
from lifepod.owner.collect import Collected, Wanted, collect, preview
from lifepod.owner.exporting import Exported, Step, export
from lifepod.owner.filing import deleted
from lifepod.owner.records import Found, Sought, records
from lifepod.owner.tending import delete, draft, plan_deletion, save
from lifepod.plain import plain

SEARCH, BOUGHT = "journal/searches/google-search/", "journal/purchases/amazon-de/"
NEW_POD = "https://new.example/bob/"
RECEIPT = b"<#x> <https://schema.org/name> [ <https://schema.org/value> 'Tea' ]."


@pytest.fixture
async def double(tmp_path: Path) -> PodDouble:
    """Three months of searches, two purchases, one of them edited, one search deleted, and a vendor's receipt."""
    searches(tmp_path / "in", "red shoes", "green tea", "blue paint")
    purchases(tmp_path / "in", "Mug", "Lamp")
    pod = await settled(PodDouble())
    await imported(pod, tmp_path / "in")
    await edit(pod, "Lamp", "A lamp for Ann")
    await remove(pod, "green tea")
    pod.put("journal/purchases/from-acme/1.ttl", RECEIPT)
    pod.put("lifepod/access/2025-01.ttl", f"<#1> <urn:x:place> <{pod.base}notes/>.")
    return pod


@pytest.fixture
async def new() -> PodDouble:
    return await settled(PodDouble(NEW_POD))


async def found(double: PodDouble, text: str = "") -> list[Found]:
    async with signed_in(double) as pod:
        return [one async for one in records(pod, Sought(text=text)) if isinstance(one, Found)]


async def edit(double: PodDouble, old: str, new: str) -> None:
    (one,) = await found(double, old)
    async with signed_in(double) as pod:
        before = await draft(pod, one.url)
        assert await save(pod, before, before.text.replace(f'"{old}"'.encode(), f'"{new}"'.encode()))


async def remove(double: PodDouble, text: str) -> None:
    gone = await found(double, text)
    async with signed_in(double) as pod:
        await delete(pod, plan_deletion(gone))


async def exported(double: PodDouble, folder: Path, *, dry: bool = False) -> Exported:
    async with signed_in(double) as pod:
        return await export(pod, folder, dry=dry)


def files(folder: Path) -> dict[str, bytes]:
    """Everything below a folder but the list, which holds the time."""
    every = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "lifepod-export.json")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in every}


def below(double: PodDouble, top: str) -> set[str]:
    return {url.removeprefix(double.base) for url in double.shelf.things if url.startswith(double.url(top))}


def whole_places(held: dict[str, bytes]) -> set[str]:
    return {name for name in held if name.startswith("turtle/")}


def zipped(folder: Path) -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files(folder).items():
            out.writestr(f"{folder.name}/{name}", data)
        out.write(folder / "lifepod-export.json", f"{folder.name}/lifepod-export.json")
    return path


# Out


async def test_every_file_is_there_as_it_was_served(double: PodDouble, tmp_path: Path) -> None:
    done = await exported(double, tmp_path / "out")
    places = {p for top in ("journal/", "lifepod/") for p in below(double, top) if not p.endswith("/")}
    held = files(tmp_path / "out")
    assert {n.removeprefix("turtle/") for n in held if n.startswith("turtle/")} == places
    assert all(held[f"turtle/{place}"] == double.body(place) for place in places)
    assert (done.places, done.left_out, done.dry) == (len(places), (), False)
    assert dict(done.classes) == {"purchases": 2, "searches": 2}
    assert done.without_rows == ("journal/purchases/from-acme/1.ttl", SEARCH + "2025/02.ttl")


async def test_json_ld_says_the_same_as_turtle(double: PodDouble, tmp_path: Path) -> None:
    await exported(double, tmp_path / "out")
    turtle = (tmp_path / "out" / "turtle" / BOUGHT / "2025.ttl").read_bytes()
    jsonld = (tmp_path / "out" / "jsonld" / BOUGHT / "2025.jsonld").read_bytes()
    url = double.url(BOUGHT + "2025.ttl")
    said = [
        set(ox.parse(turtle, format=ox.RdfFormat.TURTLE, base_iri=url)),
        set(ox.parse(jsonld, format=ox.RdfFormat.JSON_LD)),
    ]
    assert said[0] == said[1]
    assert len(said[0]) > 20


async def test_each_class_is_a_table_of_its_records(double: PodDouble, tmp_path: Path) -> None:
    await exported(double, tmp_path / "out")
    with (tmp_path / "out" / "csv" / "purchases.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    assert [(row["when"][:10], row["source"], row["what"]) for row in rows] == [
        ("2025-01-03", "amazon-de", "Mug"),
        ("2025-02-03", "amazon-de", "A lamp for Ann"),
    ]
    assert rows[0]["url"].startswith(double.url(BOUGHT + "2025.ttl#"))
    assert json.loads(rows[1]["facts"])["lp:edited"] == "true"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(1)", "\tx", "\rx", "\nx"])
def test_no_cell_begins_a_formula(cell: str) -> None:
    assert guarded(cell) == "'" + cell
    assert guarded("x" + cell) == "x" + cell
    assert guarded("") == ""


async def test_the_list_names_every_file_with_its_digest(double: PodDouble, tmp_path: Path) -> None:
    await exported(double, tmp_path / "out")
    listed = read_manifest((tmp_path / "out" / "lifepod-export.json").read_bytes())
    assert (listed.webid, listed.storage) == (double.owner, double.base)
    assert listed.made
    assert set(listed.files) == set(files(tmp_path / "out"))


async def test_an_export_is_for_its_owner_alone(double: PodDouble, tmp_path: Path) -> None:
    await exported(double, tmp_path / "out")
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [tmp_path / "out", *(tmp_path / "out").rglob("*")]}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


async def test_a_rehearsal_writes_nothing(double: PodDouble, tmp_path: Path) -> None:
    done = await exported(double, tmp_path / "out", dry=True)
    assert not (tmp_path / "out").exists()
    assert (done.dry, done.places) == (True, (await exported(double, tmp_path / "out")).places)


async def test_exporting_again_takes_away_what_went_and_nothing_else(double: PodDouble, tmp_path: Path) -> None:
    out = tmp_path / "out"
    await exported(double, out)
    (out / "turtle" / "notes.txt").write_text("mine")
    double.shelf.delete(double.url("journal/purchases/from-acme/1.ttl"))
    done = await exported(double, out)
    assert done.removed == 2  # as Turtle and as JSON-LD
    assert not (out / "turtle/journal/purchases/from-acme").exists()
    assert (out / "turtle" / "notes.txt").read_text() == "mine"


async def test_what_cannot_be_read_now_keeps_the_copy_of_an_earlier_export(double: PodDouble, tmp_path: Path) -> None:
    out, path = tmp_path / "out", BOUGHT + "2025.ttl"
    await exported(double, out)
    before = files(out)
    double.script("GET", path, 403, None)
    done = await exported(double, out)
    assert [name for name, _ in done.left_out] == [path]
    assert files(out)[f"turtle/{path}"] == before[f"turtle/{path}"]
    assert f"turtle/{path}" in read_manifest((out / "lifepod-export.json").read_bytes()).files


async def test_a_container_that_cannot_be_listed_is_named(double: PodDouble, tmp_path: Path) -> None:
    double.script("GET", "journal/purchases/", 403, None)
    done = await exported(double, tmp_path / "out")
    assert [name for name, _ in done.left_out] == ["journal/purchases/"]
    assert dict(done.classes) == {"searches": 2}


async def test_a_server_that_has_gone_ends_it(double: PodDouble, tmp_path: Path) -> None:
    for place in below(double, ""):
        if place.endswith(".ttl"):
            double.script("GET", place, faults.refused_connection(), None)
    with pytest.raises(Unreachable) as raised:
        await exported(double, tmp_path / "out")
    assert "export again" in raised.value.advice


@pytest.mark.parametrize("what", ["other things", "another pod"])
async def test_a_folder_with_anything_else_is_left_as_it_is(double: PodDouble, tmp_path: Path, what: str) -> None:
    out = tmp_path / "out"
    if what == "other things":
        out.mkdir()
        (out / "thesis.txt").write_text("mine")
    else:
        other = await settled(PodDouble(NEW_POD))
        other.put("journal/media/netflix/2025/12.ttl", "<#a> <urn:x:p> <urn:x:o>.")
        await exported(other, out)
    before = files(out)
    with pytest.raises(Undecided, match="nothing was written"):
        await exported(double, out)
    assert files(out) == before


async def test_a_pod_without_a_journal_has_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="no journal"):
        await exported(PodDouble(), tmp_path / "out")


async def test_a_list_that_names_files_outside_removes_none(double: PodDouble, tmp_path: Path) -> None:
    out, mine = tmp_path / "out", tmp_path / "mine.ttl"
    mine.write_text("mine")
    await exported(double, out)
    path = out / "lifepod-export.json"
    listed = json.loads(path.read_text())
    (out / "turtle" / "link").symlink_to(tmp_path)
    listed["files"] |= {"turtle/../../mine.ttl": "0", str(mine): "0", "turtle/link/mine.ttl": "0", "mine.ttl": "0"}
    path.write_text(json.dumps(listed))
    assert (await exported(double, out)).removed == 0
    assert mine.read_text() == "mine"


async def test_a_name_that_no_file_should_have_becomes_none_and_is_named(double: PodDouble, tmp_path: Path) -> None:
    path = f"journal/media/netflix/{'a' * 201}.ttl"
    double.put(path, "<#a> <urn:x:p> <urn:x:o>.")
    done = await exported(double, tmp_path / "out")
    assert done.left_out == ((path, f"{plain(path, 120)} has a name that no file should have"),)
    assert not [name for name in files(tmp_path / "out") if "aaa" in name]


async def test_names_that_mean_something_to_a_shell_or_a_disk_are_spelt_out(double: PodDouble, tmp_path: Path) -> None:
    for name in ("a%00b", "a%2F..%2Fb", "a!b*(c)'d", "a%20b"):
        double.put(f"journal/purchases/from-acme/{name}.ttl", "<#a> <urn:x:p> <urn:x:o>.")
    await exported(double, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out/turtle/journal/purchases/from-acme").iterdir()) == [
        "1.ttl", "a%00b.ttl", "a%20b.ttl", "a%21b%2A%28c%29%27d.ttl", "a%2F..%2Fb.ttl",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["../../x.ttl", "/etc/x.ttl", "..%2F..%2Fx.ttl", "%2e%2e/x.ttl", ".%2e/x.ttl", "a\\b.ttl"]
)
async def test_a_listing_leads_nowhere_but_below_the_folder(double: PodDouble, tmp_path: Path, name: str) -> None:
    root = double.url("journal/")
    listing = f"<{root}> <http://www.w3.org/ns/ldp#contains> <{root}{name}>, <{name}>.".replace("\\", "%5C")
    answer = httpx2.Response(200, headers={"Content-Type": "text/turtle"}, content=listing.encode())
    double.script("GET", "journal/", answer)
    before = set(tmp_path.rglob("*"))
    await exported(double, tmp_path / "deep" / "out")
    made = set(tmp_path.rglob("*")) - before - {tmp_path / "deep", tmp_path / "deep" / "out"}
    assert all(path.is_relative_to(tmp_path / "deep" / "out") for path in made)


async def test_a_file_under_the_name_of_an_access_document_is_no_part_of_it(double: PodDouble, tmp_path: Path) -> None:
    root = double.url("journal/purchases/")
    listing = f"<{root}> <http://www.w3.org/ns/ldp#contains> <{root}.acl>."
    answer = httpx2.Response(200, headers={"Content-Type": "text/turtle"}, content=listing.encode())
    double.script("GET", "journal/purchases/", answer)
    done = await exported(double, tmp_path / "out")
    assert done.left_out == ()
    assert not [name for name in files(tmp_path / "out") if "acl" in name]


def _from_the_first_file(line: CutLine) -> Step:
    """Counts requests once all is looked at; before that nothing is written."""

    def tell(doing: str, done: int, total: int) -> None:
        if (doing, done) == ("exporting", 0):
            line.begin()

    return tell


async def test_killed_anywhere_and_exported_again_it_is_as_if_never_killed(double: PodDouble, tmp_path: Path) -> None:
    double.put("journal/purchases/from-acme/1.ttl", "<#x> <urn:x:p> <urn:x:o>.")
    await exported(double, tmp_path / "whole")
    whole, number = files(tmp_path / "whole"), 0
    while True:
        out, line = tmp_path / f"cut{number}", CutLine(double, number)
        try:
            async with signed_in(double, through=line) as pod:
                await export(pod, out, _from_the_first_file(line))
        except CutOff:
            pass
        if out.exists() and not line.was_whole:
            listed = read_manifest((out / "lifepod-export.json").read_bytes())
            assert listed.made == ""
            assert set(files(out)) <= set(listed.files)
        await exported(double, out)
        assert files(out) == whole
        if line.was_whole:
            break
        number += 1
    assert number == len(whole_places(whole))


# Back


@pytest.mark.parametrize("packed", [False, True])
async def test_another_pod_holds_the_same_bytes_afterwards(
    double: PodDouble, new: PodDouble, tmp_path: Path, packed: bool
) -> None:
    await exported(double, tmp_path / "out")
    done = await imported(new, zipped(tmp_path / "out") if packed else tmp_path / "out")
    done.must_have_read()
    assert journal(new) == journal(double)
    assert {p for p in below(new, "lifepod/imports/") if p != done.run} == below(double, "lifepod/imports/")
    assert (done.written, done.unchanged, done.seen) == (4, 0, 4)
    assert new.body("lifepod/access/2025-01.ttl") is None
    assert any("addresses of the old pod" in report.hint for report in done.files)
    assert "Put back, records of former imports: 1." in done.notes


async def test_the_sample_exports_come_through_whole(tmp_path: Path) -> None:
    write_story(tmp_path / "in")
    old, fresh = await settled(PodDouble()), await settled(PodDouble(NEW_POD))
    await imported(old, tmp_path / "in")
    await exported(old, tmp_path / "out")
    await imported(fresh, tmp_path / "out")
    assert journal(fresh) == journal(old)
    assert fresh.body("settings/privateTypeIndex.ttl") == (old.body("settings/privateTypeIndex.ttl") or b"").replace(
        old.base.encode(), fresh.base.encode()
    )


@pytest.mark.parametrize("again", [False, True])
async def test_the_second_time_nothing_is_written(
    double: PodDouble, new: PodDouble, tmp_path: Path, again: bool
) -> None:
    await exported(double, tmp_path / "out")
    await imported(new, tmp_path / "out")
    before = versions(new)
    done = await imported(new, tmp_path / "out", again=again)
    done.must_have_read()
    assert writes(new) == []
    assert versions(new) == before
    assert (done.written, done.unchanged, done.put_back) == (0, 4, ())


async def test_into_the_pod_it_comes_from_nothing_is_written(double: PodDouble, tmp_path: Path) -> None:
    await exported(double, tmp_path / "out")
    await imported(double, tmp_path / "out")
    assert writes(double) == []


async def test_what_was_deleted_stays_deleted_and_what_was_edited_stays_edited(
    double: PodDouble, new: PodDouble, tmp_path: Path
) -> None:
    await exported(double, tmp_path / "out")
    await imported(new, tmp_path / "out")
    after = journal(new)
    # All of the old exports were read by the old pod, and the new one knows that.
    assert all(f.known for f in (await imported(new, tmp_path / "in")).files if f.importer)
    done = await imported(new, tmp_path / "in", again=True)
    assert (done.written, done.deleted) == (0, 1)
    assert journal(new) == after
    assert [one.what for one in await found(new, "Ann")] == ["A lamp for Ann"]


async def test_one_pile_of_an_export_and_of_what_it_came_from_keeps_the_edit(
    double: PodDouble, new: PodDouble, tmp_path: Path
) -> None:
    await exported(double, tmp_path / "out")
    await imported(new, tmp_path / "in", tmp_path / "out")
    assert [one.what for one in await found(new, "Ann")] == ["A lamp for Ann"]
    assert await found(new, "green tea") == []


async def test_an_edit_wins_over_what_an_import_said_in_the_new_pod(
    double: PodDouble, new: PodDouble, tmp_path: Path
) -> None:
    await imported(new, tmp_path / "in")
    await exported(double, tmp_path / "out")
    done = await imported(new, tmp_path / "out")
    assert new.body(BOUGHT + "2025.ttl") == double.body(BOUGHT + "2025.ttl")
    assert done.partitions == (BOUGHT + "2025.ttl",)
    await imported(new, tmp_path / "out")
    assert writes(new) == []


async def test_an_edit_of_the_new_pod_stays(double: PodDouble, new: PodDouble, tmp_path: Path) -> None:
    await imported(new, tmp_path / "in")
    await edit(new, "Lamp", "A lamp for Bob")
    await exported(double, tmp_path / "out")
    await imported(new, tmp_path / "out")
    assert [one.what for one in await found(new, "lamp for")] == ["A lamp for Bob"]


async def test_deletions_of_both_pods_hold(double: PodDouble, new: PodDouble, tmp_path: Path) -> None:
    searches(tmp_path / "more", "old hat", year=2020)
    await imported(new, tmp_path / "more")
    await remove(new, "old hat")
    await exported(double, tmp_path / "out")
    await imported(new, tmp_path / "out")
    async with signed_in(new) as pod:
        stones, _ = await deleted(pod)
    assert len(stones.names[SEARCH]) == 2


async def test_a_source_keeps_the_granularity_it_had(new: PodDouble, tmp_path: Path) -> None:
    old = await settled(PodDouble())
    async with signed_in(old) as pod:
        await collect(pod, Wanted((searches(tmp_path / "in", "one", "two"),), partition="day"), silent)
    await exported(old, tmp_path / "out")
    await imported(new, tmp_path / "out")
    assert set(journal(new)) == set(journal(old))
    assert new.body(SEARCH + "2025/01/05.ttl")


async def test_a_source_that_stands_takes_the_records_where_it_keeps_them(
    double: PodDouble, new: PodDouble, tmp_path: Path
) -> None:
    async with signed_in(new) as pod:
        await collect(pod, Wanted((searches(tmp_path / "x", "mine"),), partition="day"), silent)
    await exported(double, tmp_path / "out")
    done = await imported(new, tmp_path / "out")
    assert done.written == 4
    assert new.body(SEARCH + "2025/03/05.ttl")
    assert new.body(SEARCH + "2025/03.ttl") is None
    assert len(await found(new)) == 5


THEIRS = b"""
<> <urn:x:says> "this file is mine too" .
<#mine> <urn:x:says> "hello" .
<https://else.example/> <urn:x:says> "elsewhere" .
"""


async def test_what_nobody_here_knows_comes_along(double: PodDouble, new: PodDouble, tmp_path: Path) -> None:
    """Of the document, of records, and of things elsewhere; the second time it is there already."""
    path = SEARCH + "2025/01.ttl"
    (one,) = await found(double, "red shoes")
    name = one.url.rpartition("#")[2].encode()
    double.put(path, (double.body(path) or b"") + THEIRS + b"<#" + name + b"> <urn:x:rank> 3 .\n")
    await exported(double, tmp_path / "out")
    done = await imported(new, tmp_path / "out")
    said = [
        {str(q) for q in ox.parse(d.body(path) or b"", format=ox.RdfFormat.TURTLE, base_iri="urn:x:doc")}
        for d in (double, new)
    ]
    assert said[0] == said[1]
    assert done.written == 5
    assert len(done.partitions) == len(set(done.partitions))
    await imported(new, tmp_path / "out")
    assert writes(new) == []


async def test_full_addresses_of_the_old_pod_become_those_of_the_new_one(
    double: PodDouble, new: PodDouble, tmp_path: Path
) -> None:
    path = SEARCH + "2025/01.ttl"
    before = double.body(path) or b""
    double.put(path, before.replace(b"<#", b"<" + double.url(path).encode() + b"#"))
    await exported(double, tmp_path / "out")
    await imported(new, tmp_path / "out")
    assert new.body(path) == before


async def test_files_that_are_no_linked_data_come_along(double: PodDouble, new: PodDouble, tmp_path: Path) -> None:
    path = "journal/purchases/from-acme/receipt%20(1).pdf"
    double.put(path, b"%PDF-1.7", "application/pdf")
    await exported(double, tmp_path / "out")
    await imported(new, tmp_path / "out")
    thing = new.shelf.things[new.url(path)]
    assert (thing.body, thing.content_type) == (b"%PDF-1.7", "application/pdf")


async def test_what_stands_is_never_overwritten_and_is_named(double: PodDouble, new: PodDouble, tmp_path: Path) -> None:
    path = "journal/purchases/from-acme/1.ttl"
    new.put(path, "<#other> <urn:x:p> <urn:x:o>.")
    await exported(double, tmp_path / "out")
    done = await imported(new, tmp_path / "out")
    assert new.body(path) == b"<#other> <urn:x:p> <urn:x:o>."
    assert f"{path} was not put back: something else stands there." in done.notes


async def test_the_key_of_accounts_goes_along(double: PodDouble, new: PodDouble, tmp_path: Path) -> None:
    key = '<> <https://schema.org/identifier> "00112233445566778899aabbccddeeff" .'
    double.put("lifepod/key.ttl", key)
    bank = double.put("journal/payments/bank-0a1b2c3d/2025/01.ttl", BANK)
    await exported(double, tmp_path / "out")
    await imported(new, tmp_path / "out")
    assert new.body("lifepod/key.ttl") == key.encode()
    assert new.body("journal/payments/bank-0a1b2c3d/2025/01.ttl") == double.body(bank)


BANK = (
    "@prefix dpv: <https://w3id.org/dpv#> .\n@prefix lp: <https://w3id.org/lifepod#> .\n"
    "@prefix pd: <https://w3id.org/dpv/pd#> .\n@prefix schema: <https://schema.org/> .\n"
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n\n"
    '<> a lp:Partition ;\n    dpv:hasPersonalData pd:Transaction ;\n    lp:layout "1"^^xsd:integer .\n'
    "<#20250105-00112233445566ff> a schema:MoneyTransfer ;\n"
    '    schema:startTime "2025-01-05"^^xsd:date .\n'
)


@pytest.mark.parametrize(
    "name", ["MyActivity.json", "lifepod-export.json", "turtle/journal/media/netflix/2025/12.ttl", "csv/media.csv"]
)
async def test_what_a_vendor_delivered_never_becomes_the_persons_own_word(
    double: PodDouble, new: PodDouble, tmp_path: Path, name: str
) -> None:
    export_of = searches(tmp_path / "evil", "planted")
    body = BANK.replace("MoneyTransfer", "WatchAction") if name.endswith(".ttl") else export_of.read_text()
    kind = "text/turtle" if name.endswith(".ttl") else "application/json"
    double.put(f"journal/purchases/from-acme/{name}", body, kind)
    await exported(double, tmp_path / "out")
    await imported(new, tmp_path / "out")
    assert journal(new) == journal(double)
    assert await found(new, "planted") == []


async def test_rules_in_an_export_are_never_written(double: PodDouble, new: PodDouble, tmp_path: Path) -> None:
    await exported(double, tmp_path / "out")
    planted = tmp_path / "out" / "turtle" / "journal" / "purchases" / ".acl"
    planted.write_text("<#a> a <http://www.w3.org/ns/auth/acl#Authorization>.")
    before = dict(new.shelf.controls)
    done = await imported(new, tmp_path / "out")
    assert {url: thing.body for url, thing in new.shelf.controls.items()} == {u: t.body for u, t in before.items()}
    with pytest.raises(NothingRead, match=r"\.acl"):
        done.must_have_read()


@pytest.mark.parametrize("damage", ["missing", "cut off", "changed", "broken"])
async def test_a_damaged_export_says_so(double: PodDouble, new: PodDouble, tmp_path: Path, damage: str) -> None:
    out = tmp_path / "out"
    await exported(double, out)
    path = out / "turtle" / SEARCH / "2025" / "01.ttl"
    if damage == "missing":
        path.unlink()
    elif damage == "changed":
        path.write_bytes(path.read_bytes().replace(b"red shoes", b"red boots"))
    elif damage == "broken":
        path.write_bytes(path.read_bytes()[:-30])
    else:
        listed = out / "lifepod-export.json"
        listed.write_text(json.dumps(json.loads(listed.read_text()) | {"made": ""}))
    done = await imported(new, out)
    if damage == "changed":
        done.must_have_read()
        assert [f.hint for f in done.files if f.path == path.as_posix()] == ["It was changed since it was exported."]
    else:
        with pytest.raises(NothingRead):
            done.must_have_read()
    assert done.written == (4 if damage in ("changed", "cut off") else 3)


async def test_a_preview_of_an_export_counts_its_records(double: PodDouble, tmp_path: Path) -> None:
    await exported(double, tmp_path / "out")
    seen: Collected = await preview(Wanted((tmp_path / "out",)), silent)
    assert dict(seen.classes) == {"purchases": 2, "searches": 2}
    seen.must_have_read()


async def test_cut_off_after_any_request_and_run_again_nothing_is_lost(double: PodDouble, tmp_path: Path) -> None:
    await exported(double, tmp_path / "out")
    want = journal(double)

    async def fresh() -> PodDouble:
        return await settled(PodDouble(NEW_POD))

    count = 0
    async for new, line in after_each_request(fresh):
        count += 1
        try:
            async with signed_in(new, through=line) as pod:
                line.begin()
                await collect(pod, Wanted((tmp_path / "out",)), silent)
        except CutOff:
            pass
        await imported(new, tmp_path / "out")
        assert journal(new) == want
        assert below(double, "lifepod/imports/") <= below(new, "lifepod/imports/")
    assert count > 20


# One partition


@pytest.mark.parametrize(
    "path",
    [
        "journal/payments/from-acme/2025/01.ttl", "journal/payments/2025.ttl", "journal/shopping/amazon/2025.ttl",
        "journal/payments/Bank/2025.ttl", "journal/payments/bank/notes.ttl", "journal/payments/bank/2025/1.ttl",
    ],
)  # fmt: skip
def test_only_what_lies_in_the_place_of_a_partition_is_one(path: str) -> None:
    assert partition_of(BANK.encode(), "https://a.example/x", path) is None


def test_what_does_not_call_itself_a_partition_is_none() -> None:
    data = BANK.replace("lp:Partition", "lp:Other").encode()
    assert partition_of(data, "https://a.example/x", "journal/payments/bank/2025/01.ttl") is None


@pytest.mark.parametrize("kind", [k for k, v in KINDS.items() if len(v.types) > 1 or v.journal_class == "payments"])
def test_the_kind_of_a_record_is_told_by_its_class_and_types(kind: str) -> None:
    row = KINDS[kind]
    types = ", ".join(f"<{one}>" for one in row.types)
    data = f"<> a <https://w3id.org/lifepod#Partition>. <#20250105-00112233445566ff> a {types}."
    told = partition_of(data.encode(), "https://a.example/x", f"journal/{row.journal_class}/s/2025.ttl")
    assert told is not None
    assert [one.kind for one in told.records] == [kind]
