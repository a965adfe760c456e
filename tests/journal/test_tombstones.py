"""Deletions: single records and stretches of time, kept by name alone, the same bytes for the same deletions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifepod.errors import Malformed
from lifepod.journal.tombstones import Stretch, Tombstones, read_tombstones, write_tombstones

URL = "https://pod.example/lifepod/deleted.ttl"
MEDIA, SOCIAL = "journal/media/netflix/", "journal/social/instagram/"
DAYS = st.dates().map(lambda day: day.isoformat())
SOURCES = st.sampled_from([MEDIA, SOCIAL, "journal/ads/x/"])
STONES = st.builds(
    Tombstones,
    st.dictionaries(SOURCES, st.frozensets(st.text(min_size=1, max_size=9), min_size=1, max_size=3), max_size=3),
    st.frozensets(st.builds(Stretch, SOURCES, DAYS, DAYS), max_size=3),
)


@given(STONES)
def test_what_was_written_is_read_back(stones: Tombstones) -> None:
    assert read_tombstones(write_tombstones(stones), URL) == stones


def test_a_record_is_covered_in_its_own_source_alone() -> None:
    stones = Tombstones().with_names(MEDIA, ["20250101-aa"])
    assert stones.covers(MEDIA, "20250101-aa")
    assert not stones.covers(SOCIAL, "20250101-aa")
    assert not stones.covers(MEDIA, "20250101-aa-2")


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("20250101T000000Z-aa", True),
        ("20250131T235959Z-aa-2", True),
        ("20250131-aa", True),
        ("20250201T000000Z-aa", False),
        ("20241231-aa", False),
        ("undated-aa", False),
    ],
)
def test_both_days_of_a_stretch_count(name: str, inside: bool) -> None:
    stones = Tombstones().with_stretches([Stretch(MEDIA, "2025-01-01", "2025-01-31")])
    assert stones.covers(MEDIA, name) is inside


def test_a_whole_source_covers_what_has_no_time_too() -> None:
    assert Tombstones().with_stretches([Stretch(MEDIA)]).covers(MEDIA, "undated-aa")


def test_a_record_may_come_back_when_it_is_taken_out() -> None:
    stones = Tombstones().with_names(MEDIA, ["a", "b"])
    assert not stones.without(MEDIA, ["a"]).covers(MEDIA, "a")
    assert stones.without(MEDIA, ["a", "b"]) == Tombstones()


def test_a_damaged_document_is_an_error_and_never_no_deletions() -> None:
    with pytest.raises(Malformed):
        read_tombstones(b"<#a> <", URL)
