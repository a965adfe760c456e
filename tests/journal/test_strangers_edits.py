"""What a person may write into a record: times that are times, and that a search still finds."""

from __future__ import annotations

import pytest

from lifepod.errors import Malformed
from lifepod.journal.editing import with_text

URL = "https://pod.example/journal/searches/google-search/2025/02.ttl"
NAME = "20250205T100000Z-0123456789abcdef"
XSD = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix schema: <https://schema.org/> .\n"


def told(time: str, more: str = "") -> bytes:
    return f'{XSD}<#{NAME}> schema:startTime {time} ; schema:query "green tea"{more} .\n'.encode()


BEFORE = told('"2025-02-05T10:00:00Z"^^xsd:dateTime')


@pytest.mark.parametrize("time", ["2025-02-28T23:59:59.5Z", "2025-02-01T00:00:00", "2025-02-05T12:00:00+02:00"])
def test_a_time_within_the_file_can_be_written(time: str) -> None:
    assert with_text(BEFORE, URL, NAME, told(f'"{time}"^^xsd:dateTime')) is not None


@pytest.mark.parametrize(
    "time", ['"2025-02-30"^^xsd:date', '"yesterday"^^xsd:dateTime', '"2025-13-01T1"^^xsd:dateTime']
)
def test_what_is_no_time_is_refused(time: str) -> None:
    with pytest.raises(Malformed, match="is no"):
        with_text(BEFORE, URL, NAME, told(time))


@pytest.mark.parametrize("time", ['"2024-11-05T10:00:00Z"^^xsd:dateTime', '"2025-03-01"^^xsd:date', '"long ago"'])
def test_a_time_that_no_search_would_find_there_is_refused(time: str) -> None:
    with pytest.raises(Malformed, match="holds 2025-02"):
        with_text(BEFORE, URL, NAME, told(time))


def test_a_time_cannot_be_taken_away_where_the_file_goes_by_it() -> None:
    timeless = f'{XSD}<#{NAME}> schema:query "green tea" .'.encode()
    with pytest.raises(Malformed, match="or none"):
        with_text(BEFORE, URL, NAME, timeless)
    assert with_text(BEFORE, URL.replace("2025/02", "undated"), NAME, timeless) is not None


def test_a_time_that_stood_out_of_its_file_already_keeps_no_edit_away() -> None:
    odd = told('"2024-11-05T10:00:00Z"^^xsd:dateTime')
    more = told('"2024-11-05T10:00:00Z"^^xsd:dateTime', ' ; schema:description "mine"')
    assert with_text(odd, URL, NAME, more) is not None


def test_what_has_no_time_of_its_own_may_say_any() -> None:
    url = URL.replace("2025/02", "undated")
    assert with_text(BEFORE, url, NAME, told('"1999-01-01T10:00:00Z"^^xsd:dateTime')) is not None
