"""The noun: times keep their precision, kinds are filed and typed, values cannot be changed."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta, timezone
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from lifepod.journal.activity import CLASSES, KINDS, Activity, Moment, Reason, Skipped
from lifepod.owner.gather import OF_FILES

NOON = datetime(2025, 12, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("zone", [timezone(timedelta(hours=2)), ZoneInfo("America/New_York"), ZoneInfo("UTC")])
def test_an_instant_told_in_another_zone_is_the_same_instant_in_utc(zone: timezone | ZoneInfo) -> None:
    moment = Moment(NOON.astimezone(zone))
    assert moment == Moment(NOON)
    assert isinstance(moment.value, datetime)
    assert moment.value.tzinfo is UTC


@pytest.mark.parametrize("value", [NOON, NOON.replace(tzinfo=None), date(2025, 12, 1)])
def test_other_times_are_kept_as_they_are(value: datetime | date) -> None:
    assert Moment(value).value is value


def test_a_record_cannot_be_changed() -> None:
    activity = Activity("visit", "x", ("a",), Moment(NOON))
    with pytest.raises(FrozenInstanceError):
        activity.name = "other"  # type: ignore[misc]


def test_every_kind_belongs_to_a_class_has_a_type_and_says_what_data_it_is() -> None:
    assert {kind.journal_class for kind in KINDS.values()} <= set(CLASSES)
    assert all(kind.types and kind.categories for kind in KINDS.values())
    assert list(CLASSES) == sorted(set(CLASSES))


@pytest.mark.parametrize("kind", ["visit", "ad"])
def test_views_are_views_in_both_vocabularies(kind: str) -> None:
    assert [t.rsplit("#")[-1].rsplit("/")[-1] for t in KINDS[kind].types] == ["ViewAction", "View"]


@pytest.mark.parametrize("kind", ["watch", "search", "purchase"])
def test_the_other_vocabulary_is_added_only_where_it_means_the_same(kind: str) -> None:
    assert len(KINDS[kind].types) == 1


def test_reasons_of_files_are_reasons() -> None:
    assert set(get_args(Reason)) > OF_FILES
    assert Skipped("pending", "x.csv#1").where == "x.csv#1"
