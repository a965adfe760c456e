"""Canaries: a secret is planted in every field of every format, and must be found nowhere afterwards."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.journal import exports
from tests.journal.exports import (
    NEW_ORDER,
    OLD_ORDER,
    chrome,
    entry,
    filed,
    firefox,
    orders,
    read,
    takeout_visit,
    video,
    written,
)

from lifepod.errors import LifepodError
from lifepod.journal import shelf, tree
from lifepod.journal.activity import Activity, Skipped
from lifepod.journal.runs import write_run
from lifepod.owner.gather import Wanted, gather, run_of
from lifepod.owner.spool import Spool

SECRET = "Canary7Hush"
CARD, IBAN = "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00"
URLS = [
    f"https://me:{SECRET}@site.example/",
    f"https://site.example/?access_token={SECRET}&a=1",
    f"https://site.example/cb#id_token={SECRET}",
    f"https://site.example/?next=https%3A%2F%2Fother.example%2F%3Fcode%3D{SECRET}",
    f"https://www.google.com/url?q=https%3A%2F%2Fsite.example%2F%3Fpassword%3D{SECRET}&usg={SECRET}",
    f"https://site.example/?X-Amz-Signature={SECRET}",
    f"https://www.google.com/search?q=a&sid={SECRET}",
    f"chrome://settings/{SECRET}",
    f"file:///home/me/{SECRET}",
    f"data:text/plain,{SECRET}",
]
TEXTS = [CARD, IBAN, f"https://site.example/?token={SECRET}", f"\x1b[31m{IBAN.replace(' ', '')}", "4111111111111111"]
NEVER = (SECRET, "4111 1111", "41111111", "3704", "0440 0532", "\x1b")
"""What may be in no record, reason, text of an error, run or log."""


def browsers(path: Path) -> None:
    visits: list[dict[str, object]] = [{"url": url, "title": text} for url in URLS for text in TEXTS]
    visits += [{"url": "https://site.example/", "title": text, "term": text} for text in TEXTS]
    visits += [{"url": f"https://bank.example/{IBAN.replace(' ', '')}?card={CARD.replace(' ', '+')}", "title": "x"}]
    visits += [{"url": f"https://www.google.com/search?q={text.replace(' ', '+')}"} for text in TEXTS[:2]]
    visits += [{"url": SECRET, "title": SECRET}, {"url": URLS[1], "time": SECRET}, {"url": None, "title": SECRET}]
    chrome(path / "chrome/History", visits)
    firefox(path / "firefox/places.sqlite", visits)


def google(path: Path) -> None:
    private = {"locationInfos": [{"name": SECRET, "url": SECRET}], "description": SECRET, "activityControls": [SECRET]}
    entries: list[object] = [
        make(title=f"{verb} {text}", titleUrl=url, **private)
        for make in (entry, video)
        for verb in ("Visited", "Searched for", "Watched", "Liked")
        for text in TEXTS
        for url in URLS
    ]
    entries += [
        entry(title="Searched for x", titleUrl=SECRET),
        entry(title=SECRET),
        entry(time=SECRET),
        SECRET,
        [SECRET],
    ]
    entries += [entry(titleUrl=url, details=[{"name": "From Google Ads"}]) for url in URLS]
    written(path / "My Activity/Search/MyActivity.json", entries)
    visits = [
        takeout_visit(url=url, title=text, client_id=SECRET, favicon_url=SECRET) for url in URLS for text in TEXTS
    ]
    visits += [
        takeout_visit(time_usec=SECRET),
        takeout_visit(page_transition=SECRET, url=URLS[1]),
        takeout_visit(url=SECRET),
    ]
    written(
        path / "Chrome/History.json", {"Session": [{"x": SECRET}], "Browser History": visits, "Typed Url": [SECRET]}
    )


PRIVATE = (
    "Billing Address", "Shipping Address", "Carrier Name & Tracking Number", "Gift Message", "Gift Sender Name",
    "Gift Recipient Contact",
    "Gift Recipient Contact Details", "Payment Method Type", "Payment Instrument Type", "Item Serial Number",
    "Purchase Order Number",
)  # fmt: skip


def amazon(path: Path) -> None:
    for name, usual in (("Order History.csv", NEW_ORDER), ("Retail.OrderHistory.1.csv", OLD_ORDER)):
        whole = usual | dict.fromkeys(PRIVATE, SECRET)
        bad = [
            {field: SECRET}
            for field in ("Order Date", "Currency", "Total Amount", "Total Owed", "Quantity", "Original Quantity")
        ]
        bad += [{"Product Name": text, "Order ID": text} for text in TEXTS]
        written(path / name, orders(whole, *bad, {"Order Status": "Cancelled", "Product Name": SECRET}))


FORMATS = pytest.mark.parametrize("plant", [browsers, google, amazon])
Plant = Callable[[Path], None]


def found_in(told: str) -> list[str]:
    return [canary for canary in NEVER if canary in told]


@FORMATS
def test_no_secret_is_in_a_record_or_in_the_place_of_what_was_skipped(plant: Plant, tmp_path: Path) -> None:
    plant(tmp_path)
    items = [item for member in exports.members(tmp_path) for item in read(Path(member.path))]
    records = [item for item in items if isinstance(item, Activity)]
    skipped = [item for item in items if isinstance(item, Skipped)]
    assert records and skipped
    assert [r for r in records if found_in(repr(r))] == []
    assert [s for s in skipped if found_in(s.where)] == []


@FORMATS
def test_no_secret_is_in_a_partition_a_run_a_report_or_the_log(
    plant: Plant, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plant(tmp_path)
    with caplog.at_level(logging.DEBUG), Spool() as spool:
        reports = gather(Wanted([tmp_path], {"now": exports.NOW}), spool)
    assert sum(report.records for report in reports) > 10
    records = [[i for i in read(Path(member.path)) if isinstance(i, Activity)] for member in exports.members(tmp_path)]
    for data in filed(records).values():
        assert found_in(data.decode()) == []
    assert found_in(write_run(run_of(reports)).decode()) == []
    assert found_in(repr(reports)) == []
    assert found_in(caplog.text) == []


@FORMATS
@pytest.mark.parametrize("cut", [0.3, 0.7, 0.99])
def test_no_secret_is_in_what_is_said_of_a_broken_file(plant: Plant, cut: float, tmp_path: Path) -> None:
    plant(tmp_path)
    for member in exports.members(tmp_path):
        path = Path(member.path)
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * cut)])
    with Spool() as spool:
        assert found_in(repr(gather(Wanted([tmp_path]), spool))) == []
    for item in tree.members([tmp_path]):
        assert not isinstance(item, Skipped)
        try:
            for importer, match in shelf.recognise(item):
                said = [repr(found) for found in importer.activities(match, {}) if isinstance(found, Skipped)]
                assert found_in(f"{match} {said}") == []
        except LifepodError as error:
            assert found_in(f"{error} {error.advice} {error.__context__!r}") == []


@FORMATS
def test_the_canaries_are_really_there(plant: Plant, tmp_path: Path) -> None:
    plant(tmp_path)
    planted = b"".join(Path(member.path).read_bytes() for member in exports.members(tmp_path))
    for canary in (SECRET, "4111 1111", "41111111", "3704"):
        assert canary.encode() in planted or json.dumps(canary).encode() in planted
