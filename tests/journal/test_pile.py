"""What a pile of exports lacks: parts in between, and what an export no longer holds."""

from __future__ import annotations

import pytest

from lifepod.journal.pile import gaps, notes


@pytest.mark.parametrize(
    ("paths", "missing"),
    [
        (["a/takeout-x-001.zip!/1", "a/takeout-x-001.zip!/2", "a/takeout-x-003.zip!/1"], ["a/takeout-x-002.zip"]),
        (["takeout-x-002.zip!/1", "takeout-x-003.zip!/1"], ["takeout-x-001.zip"]),
        (
            ["Streaming_History_Audio_2019_0.json", "Streaming_History_Audio_2019_2.json"],
            ["Streaming_History_Audio_2019_1.json"],
        ),
        (["Retail.OrderHistory.1.csv", "Retail.OrderHistory.2.csv"], []),
        (["photo-001.zip!/a"], []),
        (["2019.json", "2025.json"], []),
        (["a 1.csv", "b 3.csv"], []),
        (["x.zip!/part-1.json", "x.zip!/part-3.json"], []),
    ],
)
def test_a_part_between_others_is_missed(paths: list[str], missing: list[str]) -> None:
    assert gaps(paths) == missing


def test_a_takeout_without_places_says_where_they_are() -> None:
    activity = ("Takeout/My Activity/Search/MyActivity.json", "google-activity")
    assert "on your phone" in notes([activity])[0]
    assert notes([activity, ("Timeline.json", "google-places")]) == ()
    assert notes([("elsewhere/MyActivity.json", "google-activity")]) == ()


def test_a_name_from_outside_is_harmless_in_the_sentence() -> None:
    (note,) = notes([("a\x1b[31m-1.zip!/x", ""), ("a\x1b[31m-3.zip!/x", "")])
    assert "\x1b" not in note
