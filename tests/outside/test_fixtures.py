"""Exports that other projects made: what we see in them is what readers that are not ours counted."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from lifepod.journal import shelf, tree
from lifepod.journal.activity import Activity, Skipped
from lifepod.owner.gather import FileReport, Wanted, gather
from lifepod.owner.spool import Spool

FIXTURES = (Path(__file__).resolve().parents[2] / "../shared/fixtures").resolve()
_ROW = re.compile(r"\| `([^`]+)` \| \d+ \| `([0-9a-f]{64})` \| [^|]* \| (.+) \|")
_COUNTS = (r"\b(\d+) visits, \d+ urls", r"\b(\d+) moz_historyvisits", r"array of (\d+) \[", r"\b(\d+) data rows")
"""How the manifest says how much is in a file of ours, by the reader that only counts."""


@dataclass(frozen=True, slots=True)
class Fixture:
    """One line of the manifest."""

    path: str
    sha256: str
    told: str

    @property
    def count(self) -> int:
        """Entries, as an independent reader counted them."""
        return next(int(found.group(1)) for shape in _COUNTS if (found := re.search(shape, self.told)))


def manifest() -> dict[str, Fixture]:
    """Path below the fixtures → its line."""
    found: dict[str, Fixture] = {}
    folder = ""
    for line in (FIXTURES / "MANIFEST.md").read_text("utf-8").splitlines():
        folder = line[3:].replace("/", "+") if line.startswith("## ") else folder
        row = _ROW.fullmatch(line)
        if row:
            path = f"{folder}/{row.group(1)}"
            found[path] = Fixture(path, row.group(2), row.group(3))
    return found


ALL = manifest()
ALICE = "onfabric+context-use/tests/fixtures/users/alice/google/v1/threads/Portability/My Activity"
DOGSHEEP = "dogsheep+google-takeout-to-sqlite/tests/zip_contents/Takeout/My Activity"
LENS = "Fruitseller+amazon-order-lens/test/fixtures"
# Importer, records by kind, skipped by reason: the sum is the independent count.
OURS: dict[str, tuple[str, dict[str, int], dict[str, int]]] = {
    "purarue+browserexport/tests/databases/chrome.sqlite": ("browser", {"visit": 6}, {}),
    "purarue+browserexport/tests/databases/firefox.sqlite": ("browser", {"visit": 4}, {}),
    f"{ALICE}/Search/MyActivity.json": ("google-activity", {"search": 2, "visit": 1}, {"not-an-activity": 1}),
    f"{ALICE}/YouTube/MyActivity.json": (
        "google-activity",
        {"watch": 1, "ad": 1, "search": 1, "like": 1, "dislike": 1, "subscribe": 1, "save": 1},
        {"not-an-activity": 1},
    ),
    f"{DOGSHEEP}/Maps/My Activity.json": ("google-activity", {"search": 1}, {"not-an-activity": 1}),
    f"{DOGSHEEP}/Search/My Activity.json": ("google-activity", {"search": 1, "visit": 1}, {}),
    f"{LENS}/amazon-current-format.csv": ("amazon", {"purchase": 3}, {}),
    f"{LENS}/sample-orders.csv": ("amazon", {"purchase": 18}, {"pending": 1}),
    f"{LENS}/malformed.csv": ("amazon", {"purchase": 1}, {"bad-number": 2, "bad-time": 1, "no-object": 1}),
}
KNOWN = pytest.mark.parametrize("path", OURS)


def report_of(path: str) -> FileReport:
    with Spool() as spool:
        (report,) = gather(Wanted([FIXTURES / path]), spool)
    return report


def records_of(path: str) -> list[Activity]:
    (member,) = tree.members([FIXTURES / path])
    assert not isinstance(member, Skipped)
    importer, match = shelf.recognise(member)[0]
    return [item for item in importer.activities(match, {}) if isinstance(item, Activity)]


def test_the_manifest_is_read_whole() -> None:
    assert len(ALL) == 38
    assert set(OURS) <= set(ALL)


@pytest.mark.parametrize("path", ALL)
def test_every_file_is_byte_for_byte_the_one_that_was_counted(path: str) -> None:
    assert hashlib.sha256((FIXTURES / path).read_bytes()).hexdigest() == ALL[path].sha256


@KNOWN
def test_what_is_seen_is_what_others_counted(path: str) -> None:
    importer, kinds, skipped = OURS[path]
    report = report_of(path)
    assert (report.importer, report.problem) == (importer, "")
    assert report.seen == ALL[path].count == sum(kinds.values()) + sum(skipped.values())
    assert dict(report.skipped) == skipped
    records = records_of(path)
    assert {kind: sum(record.kind == kind for record in records) for kind in kinds} == kinds
    assert len(records) == report.records


@pytest.mark.parametrize("path", [path for path in OURS if "browserexport" in path])
def test_the_times_of_visits_are_the_ones_the_other_reader_found(path: str) -> None:
    told = re.search(r"(\d+) distinct \(url,dt\), (\S+) … (\S+) \[browserexport", ALL[path].told)
    assert told
    records = records_of(path)
    times = sorted(r.start.value for r in records if r.start and isinstance(r.start.value, datetime))
    assert len({r.key for r in records}) == int(told.group(1))
    assert [times[0].isoformat(), times[-1].isoformat()] == [told.group(2), told.group(3)]
