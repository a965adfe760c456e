"""Damage of every kind: records and reasons come of it, and no error but ours; with fixed seeds."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.journal.exports import (
    NEW_ORDER,
    OLD_ORDER,
    chrome,
    entry,
    firefox,
    gathered,
    orders,
    takeout_visit,
    video,
    written,
    zipped,
)

from lifepod.errors import NothingRead
from lifepod.owner.collect import Collected
from lifepod.owner.gather import FileReport

Chance = random.Random
Make = Callable[[Path], Path]

ENTRIES = [
    entry(),
    video(),
    entry(title="Searched for x", titleUrl="https://www.google.com/search?q=x"),
    entry(title="1 notification"),
    video("Watched An advert", details=[{"name": "From Google Ads"}]),
    entry(locationInfos=[{"name": "x", "url": "https://x/"}]),
]
VISITS = [{"url": f"https://site.example/{n}", "title": f"Page {n}"} for n in range(40)]
CHROME_JSON = {
    "Browser History": [takeout_visit(), takeout_visit(url="https://www.bing.com/search?q=x")],
    "Typed Url": [],
}

FORMATS: dict[str, Make] = {
    "chrome": lambda path: chrome(path / "History", [*VISITS, {"term": "x"}]),
    "firefox": lambda path: firefox(path / "places.sqlite", VISITS),
    "my-activity": lambda path: written(path / "MyActivity.json", ENTRIES),
    "chrome-json": lambda path: written(path / "History.json", CHROME_JSON),
    "orders": lambda path: written(path / "Order History.csv", orders(NEW_ORDER, {}, {"Order Status": "Cancelled"})),
    "old-orders": lambda path: written(path / "Retail.OrderHistory.1.csv", orders(OLD_ORDER, {}, {"Ship Date": ""})),
    "archive": lambda path: zipped(
        path / "takeout.zip", {"Takeout/My Activity/Search/MyActivity.json": json.dumps(ENTRIES)}
    ),
}
EVERY = pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)


def cut(data: bytes, chance: Chance) -> bytes:
    return data[: chance.randrange(len(data))]


def flip(data: bytes, chance: Chance) -> bytes:
    out = bytearray(data)
    for _ in range(chance.randint(1, 30)):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def insert(data: bytes, chance: Chance) -> bytes:
    at = chance.randrange(len(data))
    return (
        data[:at]
        + chance.choice([b"\0", b"\xff\xfe", b'"', b"[" * 90, b"\xef\xbb\xbf", b"9" * 5000, b"\r\n"])
        + data[at:]
    )


def leave_out(data: bytes, chance: Chance) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.randint(1, 200) :]


def accounted(report: FileReport) -> None:
    """Nothing is silent: what is known gives records, or says why not and what to do."""
    assert report.seen == report.records + sum(count for _, count in report.skipped)
    if report.importer and not report.records:
        assert report.problem
    assert not report.problem or report.hint
    assert "failed on it" not in report.hint, report.hint


@EVERY
@pytest.mark.parametrize("damage", [cut, flip, insert, leave_out])
def test_damaged_bytes_give_records_and_reasons_and_never_another_error(
    make: Make, damage: Callable[[bytes, Chance], bytes], tmp_path: Path
) -> None:
    chance, path = Chance(damage.__name__), make(tmp_path)
    whole = path.read_bytes()
    for _ in range(40):
        path.write_bytes(damage(whole, chance))
        for report in gathered(path):
            accounted(report)


ODD: list[object] = [
    None, True, 0, -1, 10**30, 1.5, "", "x", "\x00", "\ud800", "²", "٣", [], [[]], {}, {"name": 5}, "https://[",
    "https://x/%zz", "http://\u202e/",
    "2025-13-45", "x" * 20_000,
]  # fmt: skip


def spoiled(value: object, chance: Chance) -> object:
    """A copy with keys dropped and types changed, here and there."""
    if chance.random() < 0.15:
        return chance.choice(ODD)
    if isinstance(value, dict):
        return {k: spoiled(v, chance) for k, v in value.items() if chance.random() > 0.1}
    return [spoiled(v, chance) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("name", "content"), [("MyActivity.json", ENTRIES), ("History.json", CHROME_JSON)])
@pytest.mark.parametrize("seed", range(60))
def test_dropped_keys_and_changed_types_are_reasons(name: str, content: object, seed: int, tmp_path: Path) -> None:
    chance = Chance(seed)
    path = tmp_path / name
    path.write_text(json.dumps(spoiled(content, chance)))
    (report,) = gathered(path)
    accounted(report)


@pytest.mark.parametrize("usual", [NEW_ORDER, OLD_ORDER], ids=["2025", "older"])
@pytest.mark.parametrize("seed", range(30))
def test_spoiled_cells_are_reasons(usual: dict[str, str], seed: int, tmp_path: Path) -> None:
    chance = Chance(seed)
    texts = [odd for odd in ODD if isinstance(odd, str) and "\ud800" not in odd]
    rows = [{name: chance.choice([*texts, value, value, value]) for name, value in usual.items()} for _ in range(30)]
    (report,) = gathered(written(tmp_path / "Order History.csv", orders(usual, *rows)))
    accounted(report)
    assert report.seen == 30


@pytest.mark.parametrize("make", [chrome, firefox])
@pytest.mark.parametrize("seed", range(20))
def test_spoiled_rows_are_reasons(make: Callable[..., Path], seed: int, tmp_path: Path) -> None:
    chance = Chance(seed)
    odd: list[object] = [
        None,
        0,
        -1,
        2**62,
        -(2**63),
        1.5,
        float("inf"),
        "",
        "x",
        "\x00",
        b"\xff",
        "https://[",
        "²",
        "x" * 20_000,
    ]
    visits = [
        {field: chance.choice(odd) for field in ("url", "title", "time", "how", "term") if chance.random() < 0.4}
        for _ in range(30)
    ]
    (report,) = gathered(make(tmp_path / "places.sqlite", visits))
    accounted(report)
    assert report.seen == 30


def collected(*reports: FileReport) -> Collected:
    return Collected(reports, (), 0, 0, 0, "", "")


@EVERY
def test_a_whole_file_is_a_success(make: Make, tmp_path: Path) -> None:
    reports = gathered(make(tmp_path))
    assert all(report.records and not report.problem for report in reports)
    collected(*reports).must_have_read()


def test_a_pile_without_anything_known_is_an_error(tmp_path: Path) -> None:
    written(tmp_path / "x/notes.txt", "nothing")
    with pytest.raises(NothingRead) as caught:
        collected(*gathered(tmp_path / "x")).must_have_read()
    assert caught.value.advice
