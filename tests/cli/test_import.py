"""`lifepod import --dry-run`: no login, no pod, nothing written, and a clear word for every bad file."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lifepod.cli import main
from lifepod.home.story_files import expected_of, write_story

ROOT = Path(__file__).resolve().parents[2]
EXPORTS = ROOT / "examples" / "exports"
ORDERS = EXPORTS / "amazon-synthetic/Your Amazon Orders/Order History.csv"
TAKEOUT = EXPORTS / "takeout-synthetic.zip"


def imported(capsys: pytest.CaptureFixture[str], *paths: Path | str) -> tuple[int, Any, str]:
    code = main.run(["import", "--dry-run", "--json", *map(str, paths)])
    said = capsys.readouterr()
    return int(str(code)), json.loads(said.out) if said.out else None, said.err


def test_the_sample_exports_are_what_the_story_writes(tmp_path: Path) -> None:
    written = {p.relative_to(tmp_path): p.read_bytes() for p in write_story(tmp_path)}
    kept = {p.relative_to(EXPORTS): p.read_bytes() for p in EXPORTS.rglob("*") if p.is_file()}
    assert kept == written, "run the demo's story again: write_story(Path('examples/exports'))"


def test_the_sample_exports_give_what_the_story_says(capsys: pytest.CaptureFixture[str]) -> None:
    code, value, _ = imported(capsys, EXPORTS)
    assert code == 0
    assert value["classes"] == expected_of(EXPORTS)
    assert value["dry_run"] is True
    assert (value["written"], value["partitions"], value["run"]) == (0, [], "")
    assert value["seen"] == value["records"] + value["duplicates"] + sum(value["skipped"].values())


def test_words_show_a_table_with_reasons_and_the_range(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["import", "--dry-run", str(EXPORTS)]) == 0
    said = capsys.readouterr().out
    assert "amazon (order-history-2025)" in said
    assert "2026-02-28 to 2026-03-1" in said
    assert "left out, cancelled: 1" in said
    assert "Nothing was written." in said
    assert "EXPECTED.json" in said
    assert "not known" in said


def test_a_dry_run_leaves_no_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "exports"
    shutil.copytree(EXPORTS, copy)
    before = {p: p.stat().st_mtime_ns for p in copy.rglob("*")}
    imported(capsys, copy)
    assert {p: p.stat().st_mtime_ns for p in copy.rglob("*")} == before


def broken_zip(folder: Path) -> Path:
    path = folder / "takeout.zip"
    path.write_bytes(TAKEOUT.read_bytes()[:20_000])
    return path


def climbing_zip(folder: Path) -> Path:
    path = folder / "takeout.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../.bashrc", "oh no")
    return path


def bomb(folder: Path) -> Path:
    path = folder / "takeout.zip"
    start = b'[{"header": "Search", "title": "Searched for x", "products": ["Search"], "time": "'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Takeout/My Activity/Search/MyActivity.json", start + b" " * (40 << 20))
    return path


def broken_database(folder: Path) -> Path:
    path = folder / "places.sqlite"
    path.write_bytes(b"SQLite format 3\0" + b"\x11" * 4096)
    return path


def cut_json(folder: Path) -> Path:
    path = folder / "MyActivity.json"
    with zipfile.ZipFile(TAKEOUT) as archive:
        name = next(n for n in archive.namelist() if n.endswith("Search/MyActivity.json"))
        path.write_bytes(archive.read(name)[:900])
    return path


def html(folder: Path) -> Path:
    path = folder / "My Activity.html"
    path.write_text('<html><body><div class="outer-cell mdl-cell">Searched for x</div></body></html>')
    return path


def empty_list(folder: Path) -> Path:
    path = folder / "MyActivity.json"
    path.write_text("[]")
    return path


def empty_database(folder: Path) -> Path:
    path = folder / "places.sqlite"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE moz_places(id INTEGER, url TEXT, title TEXT)")
    db.execute("CREATE TABLE moz_historyvisits(id INTEGER, place_id INTEGER, visit_date INTEGER, visit_type INTEGER)")
    db.commit()
    db.close()
    return path


def header_alone(folder: Path) -> Path:
    path = folder / "Order History.csv"
    path.write_bytes(ORDERS.read_bytes().splitlines()[0] + b"\r\n")
    return path


@pytest.mark.parametrize(
    ("make", "problem", "advice"),
    [
        (broken_zip, "malformed", "Download it again"),
        (climbing_zip, "unsafe-archive", "nothing was read"),
        (bomb, "too-large", ""),
        (broken_database, "malformed", ""),
        (html, "html-instead-of-json", "JSON instead of HTML"),
        (empty_list, "empty-export", "Ask for the export again"),
        (empty_database, "empty-export", "Ask for the export again"),
        (header_alone, "empty-export", "Ask for the export again"),
    ],
)
def test_a_bad_file_is_a_sentence_with_advice_and_a_code(
    make: Any, problem: str, advice: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, value, said = imported(capsys, make(tmp_path))
    assert code == 16
    assert value["files"][0]["problem"] == problem
    assert problem in said
    assert advice in said
    assert "Traceback" not in said


def test_what_could_be_read_before_a_cut_is_kept_and_the_cut_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, value, _ = imported(capsys, cut_json(tmp_path))
    assert code == 0
    assert value["records"] > 0
    assert value["files"][0]["problem"] == "malformed"


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(ORDERS, tmp_path / "Order History.csv")
    broken_database(tmp_path)
    _, value, _ = imported(capsys, tmp_path)
    assert value["classes"] == {"purchases": 6}
    assert {f["problem"] for f in value["files"]} == {"", "malformed"}


@pytest.mark.parametrize("name", ["gone", "gone.zip"])
def test_a_path_that_is_not_there_is_said(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, said = imported(capsys, tmp_path / name)
    assert code == 5
    assert name in said


def test_files_nobody_knows_are_said_to_be_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    code, value, said = imported(capsys, tmp_path)
    assert code == 16
    assert value["files"][0]["importer"] == ""
    assert "lifepod sources" in said


def test_names_of_files_cannot_play_tricks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x\x1b[2J\u202etxt.csv").write_text("hello")
    main.run(["import", "--dry-run", str(tmp_path)])
    said = capsys.readouterr()
    assert not {"\x1b", "\u202e"} & set(said.out + said.err)
