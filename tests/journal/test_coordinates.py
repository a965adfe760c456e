"""Coordinates in every word for them, and the stays and trips they go into."""

from __future__ import annotations

import pytest

from lifepod import names
from lifepod.journal.activity import Activity, Decimal10, Moment
from lifepod.journal.importers.clock import moment_of
from lifepod.journal.importers.coordinates import Point, e7_pair, from_degrees, from_e7, point_of, shown
from lifepod.journal.importers.places import Place, distance, mode, probability, semantic_type, span_of, stay, trip

HERE = Point("48.85", "2.35")


@pytest.mark.parametrize(
    ("told", "lat", "lon"),
    [
        ("48.8500°, 2.35°", "48.8500", "2.35"), ("48.85°,2.35°", "48.85", "2.35"), ("geo:48.85,2.35", "48.85", "2.35"),
        ("GEO:48.85,2.35;u=35", "48.85", "2.35"), ("geo:48.85,2.35,120", "48.85", "2.35"),
        ("48.85,2.35", "48.85", "2.35"),
        ("-48.85°, -2.35°", "-48.85", "-2.35"), ("\u221248.85°, 2.35°", "-48.85", "2.35"),
        ("48.85Â°, 2.35Â°", "48.85", "2.35"),
        ("48.85\ufffd, 2.35\ufffd", "48.85", "2.35"), (" 048.85 , +2.35 ", "48.85", "2.35"), ("48,2", "48.0", "2.0"),
        ({"latLng": "48.85°, 2.35°"}, "48.85", "2.35"), ({"LatLng": "48.85°, 2.35°"}, "48.85", "2.35"),
        ({"latLng": "geo:48.85,2.35"}, "48.85", "2.35"),
        ({"latitudeE7": 488500000, "longitudeE7": 23500000}, "48.85", "2.35"),
        ({"latE7": "488500000", "lngE7": 23500000.0}, "48.85", "2.35"), ("-0.0, 0", "0.0", "0.0"),
        ("90, -180", "90.0", "-180.0"),
    ],
)  # fmt: skip
def test_a_place_is_read_in_every_word_for_it_and_keeps_its_digits(told: object, lat: str, lon: str) -> None:
    assert point_of(told) == Point(lat, lon)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (None, "no-object"), ("", "no-object"), ({}, "no-object"), ({"latLng": None}, "no-object"),
        ({"latitudeE7": 1}, "no-object"),
        (5, "bad-number"), ([], "bad-number"), ("48,85°, 2,35°", "bad-number"), ("nowhere", "bad-number"),
        ("48.85", "bad-number"),
        ("geo:", "bad-number"), ("nan, inf", "bad-number"), ("٤٨, ٢", "bad-number"), ("1" * 10_000, "bad-number"),
        ({"latitudeE7": "x", "longitudeE7": 1}, "bad-number"), ({"latitudeE7": True, "longitudeE7": 1}, "bad-number"),
        ({"latitudeE7": 1.5, "longitudeE7": 1}, "bad-number"),
        ({"latitudeE7": float("nan"), "longitudeE7": 1}, "bad-number"),
        ("90.0000001, 0", "out-of-range"), ("0, -180.1", "out-of-range"), ("1e9, 2", "out-of-range"),
        ({"latitudeE7": -900000001, "longitudeE7": 1}, "out-of-range"),
        ({"latitudeE7": 10**30, "longitudeE7": 1}, "out-of-range"),
    ],
)  # fmt: skip
def test_what_is_no_place_says_why(told: object, reason: str) -> None:
    assert point_of(told) == reason


def test_whole_numbers_that_ran_over_are_put_right() -> None:
    south, west = 2**32 - 338_000_000, 2**32 - 1_219_287_261
    assert e7_pair(south, west) == (-338_000_000, -1_219_287_261)
    assert from_e7(south, west) == Point("-33.8", "-121.9287261")
    assert e7_pair(1, 1_800_000_000) == (1, 1_800_000_000)
    assert e7_pair(1, 1_800_000_001) == "out-of-range"


@pytest.mark.parametrize("e7", [0, 1, -1, 376955289, -1219287261, 900000000, 1800000000, 10, 376955000])
def test_a_whole_number_is_the_same_when_it_comes_back(e7: int) -> None:
    assert Point(shown(e7), "0.0").e7 == (e7, 0)


@pytest.mark.parametrize(
    ("lat", "lon", "point"),
    [
        ("46.434981000", "13.748273000", Point("46.434981000", "13.748273000")), (1e-05, 2, Point("0.00001", "2.0")),
        ("1e-3", "-1E-3", Point("0.001", "-0.001")), (".5", "5.", Point("0.5", "5.0")),
        (48.123456789012345, 2, Point("48.123456789012344", "2.0")),
        (True, 2, "bad-number"), (float("inf"), 2, "bad-number"), (10**400, 2, "bad-number"), (None, 2, "no-object"),
        ("91", 2, "out-of-range"),
    ],
)  # fmt: skip
def test_degrees_are_read_as_texts_and_as_numbers(lat: object, lon: object, point: object) -> None:
    assert from_degrees(lat, lon) == point


def test_keys_are_rounded_and_know_no_minus_nothing() -> None:
    assert Point("48.123449", "-0.00001").rounded(4) == "48.1234,0.0000"
    assert Point("48.1234491", "-0.00002").rounded(4) == Point("48.123449", "0.0").rounded(4)


@pytest.mark.parametrize(
    ("facts", "value"),
    [
        (semantic_type("TYPE_HOME"), "home"), (semantic_type("Inferred Home"), "inferred_home"),
        (semantic_type("INFERRED_WORK"), "inferred_work"),
        (mode("IN_PASSENGER_VEHICLE"), "in_passenger_vehicle"), (mode("in train"), "in_train"),
        (mode("WALKING"), "walking"),
        (distance(5231), "5231 m"), (distance("5231.6"), "5232 m"), (distance(0), "0 m"),
        (probability(0.9), Decimal10("0.9")), (probability("0.930000"), Decimal10("0.93")),
        (probability(91, 100), Decimal10("0.91")),
        (probability(1), Decimal10("1.0")), (probability(0.8999999761581421), Decimal10("0.9")),
        (probability(95.25, 100), Decimal10("0.9525")),
    ],
)  # fmt: skip
def test_what_a_source_says_beside_is_kept_in_its_word(facts: tuple[tuple[str, object], ...], value: object) -> None:
    assert [said for _, said in facts] == [value]


@pytest.mark.parametrize(
    "odd", [None, True, "", [], {}, "UNKNOWN", "x" * 80, "Zuhause bei Mama!", "1" * 60, 10**400, -1, float("nan"), "½"]
)
def test_odd_words_beside_are_left_out(odd: object) -> None:
    assert semantic_type(odd) == mode(odd) == distance(odd) == probability(odd) == ()


def at(text: str) -> Moment:
    found = moment_of(text, "")
    assert isinstance(found, Moment)
    return found


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        ("no-time", "no-time", "no-time"), ("bad-time", "no-time", "bad-time"),
        (at("2024-01-01T08:00Z"), "bad-time", "bad-time"),
        (at("2024-01-01T08:00Z"), at("2024-01-01T07:59Z"), "bad-time"),
        (at("2024-01-02"), at("2024-01-01T07:59Z"), "bad-time"),
    ],
)  # fmt: skip
def test_a_span_needs_a_start_and_no_end_before_it(start: Moment, end: Moment, reason: str) -> None:
    assert span_of(start, end) == reason


def test_a_span_may_be_open_or_short() -> None:
    noon = at("2024-01-01T12:00:00Z")
    assert span_of(noon, "no-time") == (noon, None)
    assert span_of(noon, noon) == (noon, noon)
    assert span_of(noon, at("2024-01-01")) == (noon, at("2024-01-01"))


def test_a_stay_and_a_trip_without_anything_said_are_none() -> None:
    span = (at("2024-01-01T12:00:00Z"), None)
    assert stay("x", span, Place(None)) == "no-object"
    assert trip("x", span, (None, None), probability(0.5)) == "no-object"
    assert isinstance(trip("x", span, (None, None), mode("WALKING")), Activity)


def test_a_stay_told_by_two_sources_has_one_match() -> None:
    span = (at("2024-01-01T12:00:07Z"), None)
    one = stay("a", span, Place(Point("48.8500001", "2.35"), "ChIJ1"))
    other = stay("b", (at("2024-01-01T12:00:00Z"), None), Place(Point("48.8499999", "2.3500000")))
    assert isinstance(one, Activity) and isinstance(other, Activity)
    assert one.match == other.match
    assert one.key != other.key


def test_names_and_ids_of_places_are_cleaned() -> None:
    found = stay("x", (at("2024-01-01T12:00:00Z"), None), Place(None, "id\u202e1", "Caf\u0065\u0301 4111111111111111"))
    assert isinstance(found, Activity)
    assert found.name == "Café …1111"
    assert dict(found.things[0].facts)[names.SCHEMA + "identifier"] == "id 1"
