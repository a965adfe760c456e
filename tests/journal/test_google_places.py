"""Google's places: five shapes, two phones, many languages, and what Takeout gives instead."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pytest
from tests.journal import exports
from tests.journal.exports import fact, gathered, one, read, reasons, written, zipped
from tests.journal.places import (
    LATER,
    NOON,
    activity,
    android,
    ios,
    moment,
    part,
    path,
    place_visit,
    ride,
    semantic,
    signal,
    spot,
    visit,
)

from lifepod.errors import NothingRead
from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Decimal10
from lifepod.owner.collect import Collected

# Stays and trips


def test_a_visit_on_a_phone_is_a_stay_with_its_place_and_times(tmp_path: Path) -> None:
    found = one(android(tmp_path, visit()))
    assert (found.kind, found.source, found.name) == ("stay", "google-timeline", None)
    assert (found.start, found.end) == (moment("2024-03-01T12:00:00+00:00"), moment("2024-03-01T13:30:00+00:00"))
    assert part(found) == {"latitude": "48.850012", "longitude": "2.35", "identifier": "ChIJhome"}
    assert (fact(found, "semanticType"), fact(found, "probability")) == ("home", Decimal10("0.85"))


def test_a_visit_in_takeout_is_a_stay_without_its_address(tmp_path: Path) -> None:
    found = one(semantic(tmp_path, place_visit()))
    assert (found.kind, found.source, found.name) == ("stay", "google-location-history", "Café Zoë")
    assert part(found) == {"latitude": "48.850012", "longitude": "2.35", "identifier": "ChIJhome", "name": "Café Zoë"}
    assert (fact(found, "semanticType"), fact(found, "probability")) == ("home", Decimal10("0.9525"))
    assert "Hush" not in repr(found)


def test_a_name_that_is_the_beginning_of_the_address_stays_out(tmp_path: Path) -> None:
    where = {"latitudeE7": 1, "longitudeE7": 1, "name": "1 Hush Street", "address": "1 Hush Street\nHushville"}
    assert one(semantic(tmp_path, place_visit(location=where))).name is None


@pytest.mark.parametrize(
    "make", [lambda p: android(p, activity()), lambda p: semantic(p, ride())], ids=["phone", "takeout"]
)
def test_an_activity_is_a_trip_from_somewhere_to_somewhere(make: object, tmp_path: Path) -> None:
    assert callable(make)
    found = one(make(tmp_path))
    assert (found.kind, fact(found, "distance"), fact(found, "mode")) == ("trip", "5231 m", "in_train")
    assert part(found, "fromLocation") == {"latitude": "48.850012", "longitude": "2.35"}
    assert [float(str(v)) for v in part(found, "toLocation").values()] == [48.86, 2.36]
    assert fact(found, "probability") in (Decimal10("0.7"), Decimal10("0.705"))


def test_the_same_stay_told_by_phone_and_takeout_has_one_match(tmp_path: Path) -> None:
    place = {"placeLocation": {"latLng": "48.8500121°, 2.3500001°"}}
    mine, theirs = one(android(tmp_path, visit(place))), one(semantic(tmp_path, place_visit()))
    assert mine.match == theirs.match
    assert mine.source != theirs.source


@pytest.mark.parametrize(
    "start", ["geo:48.850012,2.35", {"latLng": "geo:48.850012,2.35"}, "48.850012,2.35", "48.850012°, 2.35°"]
)
def test_a_phone_of_apple_tells_the_same_in_other_words(start: object, tmp_path: Path) -> None:
    there = {"start": start, "end": "geo:48.86,2.36", "distanceMeters": "5231.250000"}
    trip = activity(**there, topCandidate={"type": "in train", "probability": "0.700000"})
    place = {"placeID": "ChIJhome", "semanticType": "Home", "probability": "0.850000", "placeLocation": start}
    stay = visit(place)
    assert isinstance(stay["visit"], dict)
    stay["visit"]["hierarchyLevel"] = "0"
    found = [item for item in read(ios(tmp_path, trip, stay)) if isinstance(item, Activity)]
    theirs = [
        item
        for item in read(android(tmp_path, activity(end={"latLng": "48.86°, 2.36°"}), visit()))
        if isinstance(item, Activity)
    ]
    assert found == theirs


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (visit(startTime=None), "no-time"), (visit(startTime="x"), "bad-time"), (visit(startTime=5), "no-time"),
        (visit(endTime="x"), "bad-time"),
        (visit(startTime="1970-01-01T00:00:00Z"), "bad-time"), (visit(startTime="2038-01-19T03:14:07Z"), "bad-time"),
        (visit(startTime="1601-01-01T00:00:00Z"), "bad-time"), (visit(startTime="2001-01-01T00:00:00Z"), "bad-time"),
        (visit(startTime="2016-12-31T23:59:60Z"), "bad-time"), (visit(endTime="2024-03-01T11:00:00Z"), "bad-time"),
        (visit({"placeLocation": "geo:91,2"}), "out-of-range"), (visit({"placeLocation": "48,85, 2,35"}), "bad-number"),
        (visit({"placeLocation": [1, 2]}), "bad-number"), (visit({"semanticType": "HOME"}), "no-object"),
        (visit(visit={}), "no-object"),
        (visit(visit={"hierarchyLevel": 1}), "nested"), (visit(visit={"hierarchyLevel": "2"}), "nested"),
        (visit(visit=5), "not-an-activity"),
        (activity(start="x"), "bad-number"), (activity(end="geo:1,181"), "out-of-range"),
        (activity(start=None, end=None, distanceMeters=None, topCandidate=None), "no-object"),
        ({"startTime": NOON, "endTime": LATER, "timelineMemory": {"trip": {"name": "hush"}}}, "not-an-activity"),
        (path(), "no-object"), (path(timelinePath={"a": 1}), "no-object"), (path(5, startTime=None), "no-time"),
        (path("x"), "bad-time"),
        (path(-1), "out-of-range"), (path("91"), "out-of-range"), (path("1e9", endTime=None), "out-of-range"),
        (path("nan"), "out-of-range"),
        (path([1]), "not-an-activity"), (path({"point": "x", "time": NOON}), "bad-number"),
        (path({"point": "geo:1,2"}), "no-time"),
        (path({"time": NOON}), "no-object"), (path({"point": "geo:1,2", "time": "2024-03-01"}), "bad-time"),
        (None, "not-an-activity"), (5, "not-an-activity"), ([], "not-an-activity"), ({}, "not-an-activity"),
        ("x", "not-an-activity"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("make", [android, ios])
def test_what_is_no_record_of_a_phone_is_counted_with_its_reason(
    entry: object, reason: str, make: object, tmp_path: Path
) -> None:
    assert callable(make)
    assert reasons(make(tmp_path, visit(), entry)) == [reason]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (place_visit(duration=None), ["no-time"]), (place_visit(duration=5), ["no-time"]),
        (place_visit(duration={"startTimestamp": "x"}), ["bad-time"]),
        (place_visit(location=None), ["no-object"]),
        (place_visit(location={"latitudeE7": 10**9 - 1, "longitudeE7": 1}), ["out-of-range"]),
        (place_visit(location={"latitudeE7": "x", "longitudeE7": 1}), ["bad-number"]),
        (place_visit(childVisits=[{}, {}]), ["nested", "nested"]),
        (ride(duration={"startTimestampMs": "x"}), ["bad-time"]),
        (ride(startLocation={"latitudeE7": -(10**9), "longitudeE7": 1}), ["out-of-range"]),
        (ride(endLocation={"latitudeE7": [], "longitudeE7": 1}), ["bad-number"]),
        ({"placeVisit": []}, ["not-an-activity"]), (None, ["not-an-activity"]),
        (ride(startLocation={}, endLocation=5, distance=None, activityType="UNKNOWN_ACTIVITY_TYPE"), ["no-object"]),
    ],
)  # fmt: skip
def test_what_is_no_timeline_object_is_counted_with_its_reason(
    entry: object, expected: list[str], tmp_path: Path
) -> None:
    assert reasons(semantic(tmp_path, place_visit(), entry)) == expected


def test_older_timeline_objects_tell_milliseconds_and_centres(tmp_path: Path) -> None:
    stamps = {"startTimestampMs": "1583064000000", "endTimestampMs": "1583067600000"}
    old = place_visit(location={"name": "A café"}, centerLatE7=488500120, centerLngE7=23500000, duration=stamps)
    found = one(semantic(tmp_path, old))
    assert (found.start, found.end) == (moment("2020-03-01T12:00:00+00:00"), moment("2020-03-01T13:00:00+00:00"))
    assert part(found) == {"latitude": "48.850012", "longitude": "2.35", "name": "A café"}


def test_a_stay_without_an_end_or_with_only_an_id_stands(tmp_path: Path) -> None:
    found = one(android(tmp_path, visit({"placeId": "ChIJx"}, endTime=None)))
    assert (found.end, part(found), found.match[0]) == (None, {"identifier": "ChIJx"}, "ChIJx")


def test_times_of_every_zone_are_instants_and_the_lost_hour_is_none(tmp_path: Path) -> None:
    shown = ["2024-03-31T01:30:00+01:00", "2024-03-31T03:30:00+02:00", "2024-03-30T14:00:00.123456789-10:30"]
    found = read(android(tmp_path, *(visit(startTime=text, endTime=None) for text in shown)))
    assert [i.start.value.isoformat()[:19] for i in found if isinstance(i, Activity) and i.start] == [
        "2024-03-31T00:30:00", "2024-03-31T01:30:00", "2024-03-31T00:30:00",
    ]  # fmt: skip


# Ways


def points(*places: tuple[int, int]) -> list[dict[str, int]]:
    return [{"latE7": north, "lngE7": east} for north, east in places]


MIDDLE = (488550000, 23550000)
LINE = "48.850012,2.35 48.855,2.355 48.86,2.36"


@pytest.mark.parametrize(
    ("told", "line", "count"),
    [
        ({"waypointPath": {"waypoints": points(MIDDLE)}}, LINE, 1),
        ({"simplifiedRawPath": {"points": [points(MIDDLE)[0] | {"timestampMs": "1", "accuracyMeters": 5}]}}, LINE, 1),
        ({"waypointPath": {"waypoints": points((488500120, 23500000), MIDDLE, MIDDLE, (488600000, 23600000))}},
         LINE, 4),
        # The one with more points; what was recorded where both have as many.
        ({"simplifiedRawPath": {"points": points(MIDDLE)}, "waypointPath": {"waypoints": points((1, 1))}}, LINE, 1),
        ({"simplifiedRawPath": {"points": points((1, 1))}, "waypointPath": {"waypoints": points(MIDDLE, MIDDLE)}},
         LINE, 2),
        ({"startLocation": None, "endLocation": None, "waypointPath": {"waypoints": points(MIDDLE, (1, 1))}},
         "48.855,2.355 0.0000001,0.0000001", 2),
    ],
)  # fmt: skip
def test_the_way_of_a_trip_is_a_line_from_its_start_to_its_end(
    told: dict[str, object], line: str, count: int, tmp_path: Path
) -> None:
    found = one(semantic(tmp_path, ride(**{"waypointPath": None, **told})))
    assert (found.kind, fact(found, "points"), part(found)) == ("trip", count, {"line": line})


def test_the_way_of_a_trip_is_no_part_of_its_name_and_stays_whatever_comes_after(tmp_path: Path) -> None:
    with_way = one(semantic(tmp_path / "a", ride(waypointPath={"waypoints": points(MIDDLE)})))
    longer = one(semantic(tmp_path / "b", ride(waypointPath={"waypoints": points(MIDDLE, (488560000, 23560000))})))
    without = one(semantic(tmp_path / "c", ride(waypointPath=None)))
    assert (with_way.key, with_way.match) == (without.key, without.match) == (longer.key, longer.match)
    tellings = [[[with_way]], [[longer]], [[without]]]
    (expected,) = {tuple(exports.filed(*order).values()) for order in permutations(tellings)}
    assert b"schema:line" in expected[0]


def test_a_long_way_keeps_two_hundred_points_and_says_how_many_there_were(tmp_path: Path) -> None:
    many = points(*((488500000 + 1000 * n, 23500000 + (n * n * 7919) % 5000) for n in range(20_000)))
    found = one(semantic(tmp_path, ride(simplifiedRawPath={"points": many})))
    assert fact(found, "points") == 20_000
    assert len(str(part(found)["line"]).split()) == 200


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([{"latE7": 10**9 - 1, "lngE7": 1}], ["out-of-range"]), ([{"latE7": "x", "lngE7": 1}], ["bad-number"]),
        ([{}, 5, None], ["no-object", "not-an-activity", "not-an-activity"]), ([], []), ({"a": 1}, []), (5, []),
        ("text", []), (None, []),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("name", "field"), [("waypointPath", "waypoints"), ("simplifiedRawPath", "points")])
def test_a_point_that_is_none_is_counted_and_the_trip_stands_without_it(
    name: str, field: str, told: object, expected: list[str], tmp_path: Path
) -> None:
    made = semantic(tmp_path, ride(**{"waypointPath": None, name: {field: told}}))
    assert reasons(made) == expected
    (found,) = (item for item in read(made) if isinstance(item, Activity))
    assert fact(found, "points") is None
    assert found.things == one(semantic(tmp_path / "b", ride(waypointPath=None))).things


@pytest.mark.parametrize("way", [5, "text", [1], [], None, {"waypoints": []}])
def test_a_way_that_is_none_does_no_harm(way: object, tmp_path: Path) -> None:
    assert len(one(semantic(tmp_path, ride(waypointPath=way))).things) == 2


@pytest.mark.parametrize("make", [android, ios])
def test_a_path_beside_an_activity_of_a_phone_is_read_too(make: object, tmp_path: Path) -> None:
    assert callable(make)
    both = activity() | {"timelinePath": path(5, 10)["timelinePath"]}
    assert [(item.kind, fact(item, "points")) for item in read(make(tmp_path, both)) if isinstance(item, Activity)] == [
        ("trip", None), ("track", 2),
    ]  # fmt: skip


# Names and shapes

SHAPES: list[tuple[str, object, str]] = [
    ("Timeline.json", {"semanticSegments": [visit()]}, "timeline-android"),
    ("Zeitachse.json", {"semanticSegments": [visit()]}, "timeline-android"),
    ("Chronologie.json", {"rawSignals": [signal()]}, "timeline-android"),
    ("Tijdlijn.json", {"semanticSegments": []}, "timeline-android"),
    ("Cronologi\u0301a.json", {"semanticSegments": [visit()]}, "timeline-android"),
    ("timeline-2025-01.json", {"semanticSegments": []}, "timeline-android"),
    ("location-history.json", [visit()], "timeline-ios"),
    ("Takeout/Location History/Records.json", {"locations": [spot()]}, "records-2020"),
    ("Takeout/Location History/Records.json", {"locations": []}, "records-2020"),
    ("Takeout/Standortverlauf/Standortverlauf.json", {"locations": [spot()]}, "records-2020"),
    ("2021/2021_FEBRUARY.json", {"timelineObjects": [ride()]}, "semantic-location-history"),
    ("2021/2021_FEBRERO.json", {"timelineObjects": []}, "semantic-location-history"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "shape"), SHAPES)
def test_every_shape_is_known_under_its_names_of_many_languages(
    name: str, content: object, shape: str, tmp_path: Path
) -> None:
    ((importer, match),) = shelf.recognise(exports.members(written(tmp_path / name, content))[0])
    assert (importer.name, match.shape, match.confidence) == ("google-places", shape, 0.9)


@pytest.mark.parametrize(("name", "content", "shape"), SHAPES)
def test_a_renamed_file_is_known_by_its_content(name: str, content: object, shape: str, tmp_path: Path) -> None:
    found = shelf.recognise(exports.members(written(tmp_path / "renamed.txt", content))[0])
    expected = [] if content == {"locations": []} else [(shape, 0.7)]
    assert [(match.shape, match.confidence) for _, match in found] == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_does_no_harm(encoding: str, tmp_path: Path) -> None:
    assert one(written(tmp_path / "2021_MAY.json", {"timelineObjects": [place_visit()]}, encoding)).name == "Café Zoë"


def test_degrees_that_went_through_a_wrong_encoding_are_read(tmp_path: Path) -> None:
    text = json.dumps({"semanticSegments": [visit()]}, ensure_ascii=False)
    assert part(one(written(tmp_path / "Timeline.json", text.encode().decode("latin-1"))))["latitude"] == "48.850012"


@pytest.mark.parametrize(
    "content",
    [
        "", "{}", "[]", "x", "[1]", "<kml>", {"locations": [{"name": "x"}]}, [{"startTime": NOON, "title": "x"}],
        [{"visit": 5}], {"deviceSettings": 1},
    ],
)  # fmt: skip
def test_other_json_is_not_known(content: object, tmp_path: Path) -> None:
    assert shelf.recognise(exports.members(written(tmp_path / "Timeline.json", content))[0]) == ()


@pytest.mark.parametrize("content", [{"semanticSegments": []}, {"timelineObjects": []}, {"locations": []}])
def test_a_file_without_entries_is_empty_and_not_a_success(content: object, tmp_path: Path) -> None:
    (report,) = gathered(written(tmp_path / "Records.json", content))
    assert (report.importer, report.problem) == ("google-places", "empty-export")
    assert report.hint


INSTEAD = {
    "Settings.json": json.dumps(
        {"createdTime": NOON, "deviceSettings": [{"deviceTag": 7}], "hasReportedLocations": True}
    ),
    "Timeline Edits.json": json.dumps({"timelineEdits": [{"deviceId": "hush", "rawSignal": {"signal": {}}}]}),
    "Encrypted Backups.txt": "This data is encrypted.",
}


@pytest.mark.parametrize("name", INSTEAD)
def test_what_takeout_gives_instead_of_places_names_the_steps_on_the_phone(name: str, tmp_path: Path) -> None:
    (report,) = gathered(written(tmp_path / "Takeout/Location History (Timeline)" / name, INSTEAD[name]))
    assert report.problem == ("encrypted-placeholder" if name.endswith(".txt") else "unsupported-version")
    assert "Android: Settings, Location" in report.hint and "iOS: Google Maps" in report.hint
    with pytest.raises(NothingRead, match="no record"):
        Collected((report,), (), 0, 0, 0, "", "").must_have_read()


def test_the_settings_of_an_older_takeout_are_no_failure_beside_its_places(tmp_path: Path) -> None:
    folder = "Takeout/Location History/"
    files = {
        folder + "Settings.json": INSTEAD["Settings.json"],
        folder + "Records.json": json.dumps({"locations": [spot()]}),
    }
    Collected(gathered(zipped(tmp_path / "takeout.zip", files)), (), 0, 0, 0, "", "").must_have_read()
