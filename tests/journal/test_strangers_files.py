"""What a stranger points an import at: other archives, workbooks, files with names of other things."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest
from tests.journal.exports import NEW_ORDER, entry, gathered, orders, written, zipped

from lifepod.errors import Malformed
from lifepod.journal.runs import write_run
from lifepod.owner.gather import run_of
from lifepod.owner.sources import draft_profile

IBAN = "DE89370400440532013000"
PREAMBLE = (
    f'"Kontonummer:";"{IBAN} / Girokonto";\n\n"Von:";"01.01.2025";\n"Kontostand vom 31.01.2025:";"1.234,56 EUR";\n\n'
)
HEADER = '"Buchungstag";"Wertstellung";"Wer";"Verwendungszweck";"Betrag (EUR)";\n'
ROW = '"02.01.2025";"02.01.2025";"X";"Y";"-12,50";\n'


def tgz() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("Takeout/MyActivity.json"))
    return packed.getvalue()


def tar() -> bytes:
    return gzip.decompress(tgz())


@pytest.mark.parametrize(
    "data",
    [tgz(), tar(), b"7z\xbc\xaf\x27\x1c" + bytes(50), b"Rar!\x1a\x07\x01\x00" + bytes(50), b"BZh91AY" + bytes(50)],
    ids=["tgz", "tar", "7z", "rar", "bz2"],
)
def test_an_archive_that_is_no_zip_is_said_to_be_one(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "takeout-001.tgz"
    path.write_bytes(data)
    (report,) = gathered(path)
    assert (report.importer, report.problem) == ("", "unsupported-version")
    assert "Unpack it" in report.hint


@pytest.mark.parametrize(("name", "inside"), [("a.xlsx", "[Content_Types].xml"), ("a.ods", "mimetype")])
def test_a_workbook_is_one_file_and_the_person_hears_what_to_do(name: str, inside: str, tmp_path: Path) -> None:
    path = zipped(tmp_path / name, {inside: "x", "xl/workbook.xml": "<x/>", "content.xml": "<x/>"})
    (report,) = gathered(path)
    assert report.problem == "unsupported-version"
    assert "CSV" in report.hint


def test_a_workbook_of_the_old_form_is_told_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (report,) = gathered(tmp_path)
    assert "CSV" in report.hint


@pytest.mark.parametrize("name", ["my-journal", "2025-journal"])
def test_a_file_that_is_only_called_a_journal_is_read(name: str, tmp_path: Path) -> None:
    written(tmp_path / "x" / name, orders(NEW_ORDER))
    assert [report.importer for report in gathered(tmp_path / "x")] == ["amazon"]
    assert [r.importer for r in gathered(zipped(tmp_path / "x.zip", {name: orders(NEW_ORDER)}))] == ["amazon"]


@pytest.mark.parametrize("name", [f"Umsatzanzeige_{IBAN}_20250101.json", "4111 1111 1111 1111.json"])
def test_the_record_of_an_import_masks_account_numbers_in_names_of_files(name: str, tmp_path: Path) -> None:
    written(tmp_path / name, [entry()])
    told = write_run(run_of(gathered(tmp_path))).decode()
    assert "37040044" not in told and "4111 1111" not in told
    assert ".json" in told


# Drafts of profiles


def test_the_lines_before_the_columns_are_no_columns_of_a_draft(tmp_path: Path) -> None:
    told = draft_profile(written(tmp_path / "bank.csv", PREAMBLE + HEADER + ROW))
    assert 'date = { column = "Buchungstag"' in told
    assert 'column = "Betrag (EUR)"' in told
    assert IBAN not in told


@pytest.mark.parametrize("content", ["x", "", "1,2\n3,4\n", "2025-01-01;12,50\n", "a\0b,c\0d"])
def test_what_names_no_columns_is_no_table(content: str, tmp_path: Path) -> None:
    with pytest.raises(Malformed):
        draft_profile(written(tmp_path / "x.csv", content))


def test_an_archive_a_pipe_and_a_folder_are_no_table(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    many = zipped(tmp_path / "z.zip", {"a.csv": HEADER + ROW, "b.csv": HEADER})
    for path in (many, tmp_path / "pipe", tmp_path):
        with pytest.raises(Malformed) as told:
            draft_profile(path)
        assert told.value.advice
