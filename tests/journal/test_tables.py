"""Tables by the names of their columns: any order, delimiter, encoding and language; broken ones say where."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifepod.errors import Malformed
from lifepod.journal.importers.tables import Columns, has, header, rows
from lifepod.journal.tree import OnDisk

COLUMNS: Columns = {"date": ("Date", "Datum"), "title": ("Title", "Name")}


def read(path: Path, data: bytes, skip: int = 0) -> list[tuple[int, dict[str, str]]]:
    file = path / "a.csv"
    file.write_bytes(data)
    return [(n, dict(row)) for n, row in rows(OnDisk(file, str(file), len(data)), COLUMNS, skip)]


@pytest.mark.parametrize(
    "data",
    [
        b"Date,Title\n1,a\n",
        b"\xef\xbb\xbfTitle,Date\r\na,1\r\n",
        b"x;datum;NAME\n?;1;a\n",
        b"Date\tTitle\n1\t a \n",
        "Date,Title\n1,a\n".encode("utf-16"),
        b'"Date","Title"\n"1","a"\n\n',
        b"sep=;\r\nDate;Title\r\n1;a\r\n",
        b'\xef\xbb\xbf"sep=,"\r\nDate,Title\r\n1,a\r\n',
        "sep=\t\nDate\tTitle\n1\ta\n".encode("utf-16"),
        b"\r\n  \r\nDate,Title\r\n1,a\r\n",
    ],
)
def test_a_table_is_read_whatever_its_form(data: bytes, tmp_path: Path) -> None:
    assert read(tmp_path, data) == [(1, {"date": "1", "title": "a"})]


def test_the_newest_name_counts_and_the_older_where_it_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, b"Name,Title,Date\nold,new,1\nold,,2\n") == [
        (1, {"date": "1", "title": "new"}),
        (2, {"date": "2", "title": "old"}),
    ]


def test_what_a_spreadsheet_saved_is_read_in_its_code_page(tmp_path: Path) -> None:
    assert read(tmp_path, b"Date,Title\n1,caf\xe9 \x80\n")[0][1]["title"] == "café €"


def test_names_of_columns_that_a_spreadsheet_saved_are_read_too(tmp_path: Path) -> None:
    data = "Datum;Größe\n1;a\n".encode("cp1252")
    assert header(data) == ("Datum", "Größe")
    file = tmp_path / "a.csv"
    file.write_bytes(data)
    assert list(rows(OnDisk(file, "a.csv", len(data)), {"size": ("Größe",)})) == [(1, {"size": "a"})]


def test_a_line_without_an_end_is_not_held(tmp_path: Path) -> None:
    with pytest.raises(Malformed) as told:
        read(tmp_path, b"Date,Title\n1,a\n" + b"2," + b"xy," * (1 << 20))
    assert told.value.line == 2


def test_lines_before_the_header_can_be_passed_over(tmp_path: Path) -> None:
    assert read(tmp_path, b"Account;1\n\nDatum;Name\n1;a\n", skip=2) == [(1, {"date": "1", "title": "a"})]


def test_a_row_of_another_width_is_a_row(tmp_path: Path) -> None:
    assert read(tmp_path, b"Date,Title\n1\n1,a,b\n") == [
        (1, {"date": "1", "title": ""}),
        (2, {"date": "1", "title": "a"}),
    ]


def test_a_broken_table_says_at_which_row(tmp_path: Path) -> None:
    with pytest.raises(Malformed) as told:
        read(tmp_path, b"Date,Title\n1,a\n2," + b"x" * (1 << 20) + b"y\n")
    assert told.value.line == 2


def test_a_header_is_known_in_any_order_and_a_text_is_none() -> None:
    assert header(b"Title,  Date ,x\n") == ("Title", "Date", "x")
    assert has(header(b"Name;Datum\n"), COLUMNS, ("date", "title"))
    assert not has(header(b"Name;Day\n"), COLUMNS, ("date", "title"))
    assert header(b"just words\n") == header(b"a\0,b") == header(b"") == ()
