"""The story in the formats that people really get: a Takeout zip, a Chrome history database, an Amazon order list.

It refuses to add anything that did not happen in the story, and to let a clock or a library's mood into the bytes.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from lifepod.home.story import SEARCH, Entry, Story, Visit, tell

_1601 = datetime(1601, 1, 1, tzinfo=UTC)
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = (
    "ASIN", "Billing Address", "Carrier Name & Tracking Number", "Currency", "Gift Message", "Gift Recipient Contact",
    "Gift Sender Name", "Item Serial Number", "Order Date", "Order ID", "Order Status", "Original Quantity",
    "Payment Method Type", "Product Condition", "Product Name", "Purchase Order Number", "Ship Date",
    "Shipment Item Subtotal", "Shipment Item Subtotal Tax", "Shipment Status", "Shipping Address", "Shipping Charge",
    "Shipping Option", "Total Amount", "Total Discounts", "Unit Price", "Unit Price Tax", "Website",
)  # fmt: skip
_NOTE = """# Synthetic

Everything in this folder is made up: Sam Sample does not exist, nor do the firms; every host is under `.example`, apart
from the addresses of search engines and video sites that an importer must know. The files are in the formats that
people really get. `lifepod demo` writes and imports the same ones; EXPECTED.json says what an import of them must give.
"""


def write_story(folder: Path) -> tuple[Path, ...]:
    """Write every export into ``folder`` (made if it is not there), with what an import of it must give."""
    story = tell()
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "records": story.expected,
        "search": SEARCH,
        "adverts_in_the_week_after": sum(e.is_ad for e in story.entries),
    }
    return (
        _takeout(story, folder / "takeout-synthetic.zip"),
        _chrome(story.visits, folder / "chrome-synthetic" / "Default" / "History"),
        _orders(story, folder / "amazon-synthetic" / "Your Amazon Orders" / "Order History.csv"),
        _text(folder / "EXPECTED.json", json.dumps(told, indent=1) + "\n"),
        _text(folder / "SYNTHETIC.md", _NOTE),
    )


def expected_of(folder: Path) -> dict[str, int]:
    """What an import of the exports in ``folder`` must give, by class, as the story told it."""
    return dict(json.loads((folder / "EXPECTED.json").read_text())["records"])


def _text(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def _micro(at: datetime, epoch: datetime) -> int:
    return int((at - epoch).total_seconds()) * 1_000_000


def _takeout(story: Story, path: Path) -> Path:
    files: dict[str, object] = {
        f"My Activity/{product}/MyActivity.json": _activity(story.entries, product) for product in _products(story)
    }
    files["Chrome/History.json"] = {"Browser History": [_visit(v) for v in reversed(story.visits)], "Typed Url": []}
    with zipfile.ZipFile(path, "w") as archive:
        for name, value in sorted(files.items()):
            info = zipfile.ZipInfo(f"Takeout/{name}", (2026, 3, 20, 12, 0, 0))
            info.external_attr = 0o644 << 16
            # Stored, not deflated: compressors differ between machines, and these bytes must not.
            archive.writestr(info, json.dumps(value, indent=1, ensure_ascii=False))
    return path


def _products(story: Story) -> Iterable[str]:
    return sorted({entry.product for entry in story.entries})


def _activity(entries: Iterable[Entry], product: str) -> list[dict[str, object]]:
    out = []
    for entry in reversed([e for e in entries if e.product == product]):
        row: dict[str, object] = {
            "header": product,
            "title": entry.title,
            "titleUrl": entry.url,
            "time": entry.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "products": [product],
        }
        if entry.channel:
            row["subtitles"] = [{"name": entry.channel, "url": "https://www.youtube.com/channel/UCsynthetic"}]
        if entry.is_ad:
            row["details"] = [{"name": "From Google Ads"}]
        out.append(row)
    return out


def _visit(visit: Visit) -> dict[str, object]:
    return {
        "page_transition": "GENERATED" if visit.term else "LINK",
        "title": visit.title,
        "url": visit.url,
        "client_id": "synthetic",
        "time_usec": _micro(visit.at, _1970),
    }


def _chrome(visits: tuple[Visit, ...], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path)
    db.executescript(
        "PRAGMA page_size=4096;"
        "CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);"
        "CREATE TABLE urls(id INTEGER PRIMARY KEY AUTOINCREMENT, url LONGVARCHAR, title LONGVARCHAR,"
        " visit_count INTEGER DEFAULT 0 NOT NULL, typed_count INTEGER DEFAULT 0 NOT NULL,"
        " last_visit_time INTEGER NOT NULL, hidden INTEGER DEFAULT 0 NOT NULL);"
        "CREATE TABLE visits(id INTEGER PRIMARY KEY, url INTEGER NOT NULL, visit_time INTEGER NOT NULL,"
        " from_visit INTEGER, transition INTEGER DEFAULT 0 NOT NULL, segment_id INTEGER,"
        " visit_duration INTEGER DEFAULT 0 NOT NULL);"
        "CREATE TABLE keyword_search_terms(keyword_id INTEGER NOT NULL, url_id INTEGER NOT NULL,"
        " term LONGVARCHAR NOT NULL, normalized_term LONGVARCHAR NOT NULL);"
        "INSERT INTO meta VALUES ('version', '43');"
    )
    pages: dict[str, int] = {}
    for visit in visits:
        when = _micro(visit.at, _1601)
        if visit.url not in pages:
            row = (visit.url, visit.title, when)
            made = db.execute("INSERT INTO urls(url, title, last_visit_time) VALUES (?, ?, ?)", row)
            pages[visit.url] = int(made.lastrowid or 0)
            if visit.term:
                term = (2, pages[visit.url], visit.term, visit.term.lower())
                db.execute("INSERT INTO keyword_search_terms VALUES (?, ?, ?, ?)", term)
        how = 5 if visit.term else 0
        db.execute(
            "INSERT INTO visits(url, visit_time, transition) VALUES (?, ?, ?)",
            (pages[visit.url], when, how | 0x30000000),
        )
    db.commit()
    db.close()
    # SQLite writes its own version number into the header (bytes 96 to 99); it is no part of the story.
    data = bytearray(path.read_bytes())
    data[96:100] = (3_040_001).to_bytes(4)
    path.write_bytes(data)
    return path


def _orders(story: Story, path: Path) -> Path:
    out = io.StringIO(newline="")
    rows = csv.DictWriter(out, _COLUMNS, restval="Not Available", lineterminator="\r\n")
    rows.writeheader()
    for order in story.orders:
        day = order.at.isoformat().replace("+00:00", "Z")
        row = {
            "ASIN": order.asin, "Currency": "EUR", "Order Date": day, "Order ID": order.number,
            "Order Status": "Cancelled" if order.cancelled else "Closed", "Original Quantity": "1",
            "Product Condition": "New", "Product Name": order.name, "Total Amount": order.price,
            "Unit Price": order.price, "Unit Price Tax": "0", "Website": "Amazon.de",
        }  # fmt: skip
        rows.writerow(row if order.cancelled else row | {"Ship Date": day, "Shipment Status": "Shipped"})
    return _text(path, "\ufeff" + out.getvalue())
