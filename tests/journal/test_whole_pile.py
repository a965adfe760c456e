"""The whole pile: what others wrote is counted as independent readers do, and no order or overlap of imports shows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.journal.exports import NOW, filed

from lifepod.errors import LifepodError
from lifepod.home.story_files import write_story
from lifepod.journal import shelf, tree
from lifepod.journal.activity import Activity, Skipped
from lifepod.owner.gather import FileReport, Wanted, gather
from lifepod.owner.spool import Spool

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures"
ANSWERS = {"now": NOW, "netflix.profile": "Alice", "qif.currency": "EUR", "qif.dates": "dmy"}
COUNTS: dict[str, tuple[str, int]] = {
    "amazon-current-format.csv": ("amazon", 3),
    "sample-orders.csv": ("amazon", 19),
    "test/fixtures/malformed.csv": ("amazon", 5),
    "calendars/example.ics": ("calendar", 3),
    "issue_1231_recurrence.ics": ("calendar", 1),
    "multiple_timezones.ics": ("calendar", 3),
    "All mail Including Spam and Trash.mbox": ("mail", 6),
    "Maps/My Activity.json": ("google-activity", 2),
    "zip_contents/Takeout/My Activity/Search/My Activity.json": ("google-activity", 2),
    "Portability/My Activity/Search/MyActivity.json": ("google-activity", 4),
    "Portability/My Activity/YouTube/MyActivity.json": ("google-activity", 8),
    "camt053.v2.multi.statement.xml": ("camt", 2),
    "camt053.v8.xml": ("camt", 1),
    "anzcc.ofx": ("ofx", 1),
    "bank_medium.ofx": ("ofx", 3),
    "decimal_error.ofx": ("ofx", 1),
    "abnamro.sta": ("mt940", 10),
    # Six amounts and one line of the investment account.
    "test.qif": ("qif", 7),
    "ios_app_privacy_report.ndjson": ("ios-privacy", 72),
    "chrome/cookies.db": ("cookies", 560),
    "firefox_10_cookies.sqlite": ("cookies", 13),
    "chrome.sqlite": ("browser", 6),
    "firefox.sqlite": ("browser", 4),
    "gmail-single.vcf": ("contacts", 1),
    "outlook-2003.vcf": ("contacts", 1),
    "ads_viewed.json": ("instagram", 3),
    "your_activity_off_meta_technologies.json": ("instagram", 1),
    "liked_posts.json": ("instagram", 2),
    "profile_searches.json": ("instagram", 3),
    "following.json": ("instagram", 2),
    "ViewingActivity.csv": ("netflix", 3),
    # Points become tracks, one a day or segment; their own tests count the points.
    "Records.json": ("google-places", 2),
    "Location History.json": ("google-places", 1),
    "android-ios-sample.json": ("google-places", 5),
    "takeout-sample.json": ("google-places", 2),
    "Mojstrovka.gpx": ("gpx", 1),
    "gpx1.1_with_all_fields.gpx": ("gpx", 6),
}
"""End of the path → who must know it, and how many things an independent reader sees in it."""
UNKNOWN = ("LICENSE", "LICENSE.txt", "LICENSE.rst", "NOTICE.txt", "MANIFEST.md", "camt053.v8.json")


def reports(folder: Path) -> tuple[FileReport, ...]:
    with Spool() as spool:
        return gather(Wanted([folder], ANSWERS), spool)


@pytest.mark.parametrize("tail", sorted(COUNTS) if FIXTURES.is_dir() else [])
def test_each_file_of_others_is_known_and_counted(tail: str) -> None:
    (path,) = (p for p in FIXTURES.rglob("*") if p.as_posix().endswith(tail))
    (report,) = reports(path)
    assert (report.importer, report.seen) == COUNTS[tail], report
    assert report.seen == report.records + sum(dict(report.skipped).values())


@pytest.mark.parametrize("folder", [FIXTURES] if FIXTURES.is_dir() else [])
def test_every_file_of_others_is_named(folder: Path) -> None:
    found = reports(folder)
    strange = [f.path for f in found if not f.importer and not f.path.endswith(UNKNOWN)]
    assert strange == []
    assert len([f for f in found if f.importer]) == len(COUNTS)


def records_of(folder: Path) -> list[list[Activity]]:
    """The records of each file, as its importer reads them."""
    files = []
    for member in tree.members([folder]):
        if isinstance(member, Skipped):
            continue
        known = shelf.recognise(member)
        if known and known[0][1].problem is None:
            try:
                items = list(known[0][0].activities(known[0][1], ANSWERS))
            except LifepodError:
                continue
            files.append([item for item in items if isinstance(item, Activity)])
    return files


def shuffled(files: Sequence[list[Activity]], chance: random.Random) -> list[list[list[Activity]]]:
    """Some imports that together bring everything, many of it more than once, in any order."""
    imports = [[file] for file in files]
    imports += [[file[: len(file) // 2]] for file in files] + [list(chance.sample(files, k=min(4, len(files))))]
    chance.shuffle(imports)
    return imports


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("place", ["the sample week", *([FIXTURES] if FIXTURES.is_dir() else [])], ids=str)
def test_no_order_and_no_overlap_of_imports_shows(place: str | Path, seed: int, tmp_path: Path) -> None:
    if isinstance(place, str):
        write_story(tmp_path)
    files = records_of(tmp_path if isinstance(place, str) else place)
    assert sum(map(len, files)) > 50
    whole = filed(files)
    assert filed(*shuffled(files, random.Random(seed))) == whole
