"""Synthetic exports in the real formats, small enough to read, and the short ways to read them back."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lifepod.journal import shelf, tree
from lifepod.journal.activity import Activity, Iri, Skipped
from lifepod.journal.source import Member
from lifepod.journal.triples import head_of, joined_partition, new_partition
from lifepod.limits import LIMITS, Limits
from lifepod.owner.gather import FileReport, Wanted, gather
from lifepod.owner.spool import Batch, Spool

NOW = "2026-03-01T00:00:00+00:00"
BASE = "https://pod.example/journal/browsing/x/2025/12.ttl"
NOON = datetime(2025, 12, 1, 12, 0, 0, 500_000, tzinfo=UTC)
_1970, _1601 = datetime(1970, 1, 1, tzinfo=UTC), datetime(1601, 1, 1, tzinfo=UTC)

Item = Activity | Skipped


def unix(at: datetime = NOON) -> int:
    """Microseconds since 1970."""
    return (at - _1970) // timedelta(microseconds=1)


def webkit(at: datetime = NOON) -> int:
    """Microseconds since 1601."""
    return (at - _1601) // timedelta(microseconds=1)


CHROME = (
    "CREATE TABLE urls(id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR);"
    "CREATE TABLE visits(id INTEGER PRIMARY KEY, url INTEGER, visit_time INTEGER, from_visit INTEGER,"
    " transition INTEGER);"
    "CREATE TABLE keyword_search_terms(keyword_id INTEGER, url_id INTEGER, term LONGVARCHAR);"
)
FIREFOX = (
    "CREATE TABLE moz_places(id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR);"
    "CREATE TABLE moz_historyvisits(id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER, visit_date INTEGER,"
    " visit_type INTEGER);"
)


def chrome(path: Path, visits: Iterable[Mapping[str, object]] = ({},)) -> Path:
    """A ``History`` of visits, each with ``url title time how term`` where it differs from the usual."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(CHROME)
        for number, visit in enumerate(visits, 1):
            url, title = visit.get("url", "https://site.example/"), visit.get("title", "A page")
            db.execute("INSERT INTO urls VALUES (?, ?, ?)", (number, url, title))
            row = (number, visit.get("time", webkit()), 0, visit.get("how", 0x30000000))
            db.execute("INSERT INTO visits VALUES (NULL, ?, ?, ?, ?)", row)
            if "term" in visit:
                db.execute("INSERT INTO keyword_search_terms VALUES (2, ?, ?)", (number, visit["term"]))
        db.commit()
    return path


def firefox(path: Path, visits: Iterable[Mapping[str, object]] = ({},)) -> Path:
    """A ``places.sqlite`` of visits, each with ``url title time how``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(FIREFOX)
        for number, visit in enumerate(visits, 1):
            url, title = visit.get("url", "https://site.example/"), visit.get("title", "A page")
            db.execute("INSERT INTO moz_places VALUES (?, ?, ?)", (number, url, title))
            row = (number, visit.get("time", unix()), visit.get("how", 1))
            db.execute("INSERT INTO moz_historyvisits VALUES (NULL, 0, ?, ?, ?)", row)
        db.commit()
    return path


def entry(**changes: object) -> dict[str, object]:
    """One entry of My Activity."""
    usual = {
        "header": "Search", "title": "Visited A page", "titleUrl": "https://site.example/",
        "time": "2025-12-01T12:00:00.500Z", "products": ["Search"],
    }  # fmt: skip
    return {name: value for name, value in (usual | changes).items() if value is not None}


def video(title: str = "Watched A film", **changes: object) -> dict[str, object]:
    """One entry of YouTube's history."""
    usual = {
        "header": "YouTube", "products": ["YouTube"], "title": title, "titleUrl": "https://www.youtube.com/watch?v=abc",
        "subtitles": [{"name": "A channel", "url": "https://x/"}],
    }  # fmt: skip
    return entry(**usual | changes)


def takeout_visit(**changes: object) -> dict[str, object]:
    """One entry of Chrome's history in Takeout."""
    usual = {"title": "A page", "url": "https://site.example/", "time_usec": unix(), "page_transition": "LINK"}
    return {name: value for name, value in (usual | changes).items() if value is not None}


def written(path: Path, content: object, encoding: str = "utf-8") -> Path:
    """A file of text, or of JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_bytes(text.encode(encoding))
    return path


NEW_ORDER = {
    "ASIN": "B000000001", "Billing Address": "1 Street", "Currency": "EUR", "Order Date": "2025-12-01T12:00:00Z",
    "Order ID": "305-1234567-1234567", "Order Status": "Closed", "Original Quantity": "2",
    "Product Name": "A lamp", "Ship Date": "2025-12-02T08:00:00Z", "Shipment Item Subtotal": "20.00",
    "Total Amount": "23.80", "Unit Price": "10.00", "Unit Price Tax": "1.90", "Website": "Amazon.de",
}  # fmt: skip
OLD_ORDER = {
    "Website": "Amazon.de", "Order ID": "305-1234567-1234567", "Order Date": "2025-12-01T12:00:00Z",
    "Currency": "EUR", "Unit Price": "10.00", "Unit Price Tax": "1.90", "Total Owed": "23.80",
    "Shipment Item Subtotal": "20.00", "ASIN": "B000000001", "Quantity": "2", "Order Status": "Closed",
    "Shipment Status": "Shipped", "Ship Date": "2025-12-02T08:00:00Z", "Shipping Address": "1 Street",
    "Product Name": "A lamp",
}  # fmt: skip


def orders(usual: Mapping[str, str], *rows: Mapping[str, str], columns: Sequence[str] = ()) -> str:
    """A CSV of orders in the columns of ``usual``, each row with what differs from it."""
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, list(columns or usual), extrasaction="ignore")
    table.writeheader()
    table.writerows({**usual, **row} for row in rows or ({},))
    return out.getvalue()


def zipped(path: Path, files: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """An archive of these files."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = name, method
            archive.writestr(info, content)
    return path


def members(*paths: Path, limits: Limits = LIMITS) -> list[Member]:
    """The files below the paths; none may be left out."""
    found = list(tree.members(paths, limits))
    assert not [one for one in found if isinstance(one, Skipped)], found
    return [one for one in found if not isinstance(one, Skipped)]


def read(path: Path, **answers: str) -> list[Item]:
    """What the importer that knows a file best makes of it."""
    (member,) = members(path)
    importer, match = shelf.recognise(member)[0]
    return list(importer.activities(match, {"now": NOW, **answers}))


def one(path: Path) -> Activity:
    """The single record of a file."""
    (found,) = read(path)
    assert isinstance(found, Activity), found
    return found


def reasons(path: Path) -> list[str]:
    """Why the entries of a file are no records."""
    return [item.reason for item in read(path) if isinstance(item, Skipped)]


def fact(activity: Activity, name: str) -> object:
    """What a record says by the last part of a property's name; text and addresses as text."""
    found = [value for key, value in activity.facts if key.endswith((f"/{name}", f"#{name}"))]
    value = found[0] if found else None
    return value.value if isinstance(value, Iri) else value


def gathered(*paths: Path) -> tuple[FileReport, ...]:
    """What the engine says of these files."""
    with Spool() as spool:
        return gather(Wanted(paths, {"now": NOW}), spool)


def batches(files: Iterable[Iterable[Activity]]) -> dict[tuple[str, str], Batch]:
    """Partition → its batch, of records that come from these files in one import."""
    from lifepod.journal.layout import default_granularity

    with Spool() as spool:
        for file in files:
            spool.next_file()
            for activity in file:
                spool.add(activity)
        return {
            (f"{kind}/{source}", batch.path): batch
            for kind, source in spool.sources()
            for batch in spool.batches(kind, source, default_granularity(kind))
        }


def filed(*imports: Iterable[Iterable[Activity]]) -> dict[tuple[str, str], bytes]:
    """The partitions after these imports, one after the other; each is a list of files."""
    pod: dict[tuple[str, str], bytes] = {}
    for files in imports:
        for where, batch in batches(files).items():
            head = head_of(batch.kinds)
            if where in pod:
                pod[where] = joined_partition(pod[where], BASE, head, batch.records).data or pod[where]
            else:
                pod[where] = new_partition(head, batch.records)
    return pod
