"""Synthetic entries of Google's places as phones and Takeout tell them, small enough to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.journal.exports import Item, fact, written

from lifepod import names
from lifepod.journal.activity import Activity, Decimal10, Moment

NOON, LATER = "2024-03-01T12:00:00Z", "2024-03-01T13:30:00.000+00:00"


def moment(text: str) -> Moment:
    return Moment(datetime.fromisoformat(text).astimezone(UTC))


def some(usual: dict[str, object], changes: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in (usual | changes).items() if value is not None}


def visit(place: object = None, **changes: object) -> dict[str, object]:
    """A visit as Android tells it."""
    best = {
        "placeId": "ChIJhome",
        "semanticType": "HOME",
        "probability": 0.85,
        "placeLocation": {"latLng": "48.850012°, 2.35°"},
    }
    told = {"hierarchyLevel": 0, "probability": 0.5, "topCandidate": place or best}
    return some({"startTime": NOON, "endTime": LATER, "startTimeTimezoneUtcOffsetMinutes": 60, "visit": told}, changes)


def activity(**changes: object) -> dict[str, object]:
    """A trip as Android tells it."""
    told = {
        "start": {"latLng": "48.850012°, 2.35°"}, "end": {"latLng": "48.86°, 2.36°"}, "distanceMeters": 5231.25,
        "topCandidate": {"type": "IN_TRAIN", "probability": 0.7},
        "parking": {"location": {"latLng": "1.2345678°, 2.2°"}},
    }  # fmt: skip
    return {"startTime": NOON, "endTime": LATER, "activity": some(told, changes)}


def path(*points: object, **changes: object) -> dict[str, object]:
    """A path, with points after so many minutes where they are numbers or digits."""
    steps = [
        {"point": "geo:48.85,2.35", "durationMinutesOffsetFromStartTime": p} if isinstance(p, int | str) else p
        for p in points
    ]
    return some({"startTime": NOON, "endTime": LATER, "timelinePath": steps}, changes)


def android(folder: Path, *segments: object, **more: object) -> Path:
    return written(folder / "Timeline.json", {"semanticSegments": list(segments), **more})


def ios(folder: Path, *segments: object) -> Path:
    return written(folder / "location-history.json", list(segments))


def records(folder: Path, *points: object) -> Path:
    return written(folder / "Takeout/Location History (Timeline)/Records.json", {"locations": list(points)})


def semantic(folder: Path, *objects: object) -> Path:
    name = "Takeout/Location History/Semantic Location History/2020/2020_MARCH.json"
    return written(folder / name, {"timelineObjects": list(objects)})


def spot(**changes: object) -> dict[str, object]:
    """One point of ``Records.json``."""
    return some({"latitudeE7": 488500120, "longitudeE7": 23500000, "accuracy": 20, "timestamp": NOON}, changes)


def place_visit(**changes: object) -> dict[str, object]:
    where = {
        "latitudeE7": 488500120, "longitudeE7": 23500000, "placeId": "ChIJhome", "address": "1 Hush Street\nHushville",
        "name": "Café Zoë", "semanticType": "TYPE_HOME", "locationConfidence": 95.25, "sourceInfo": {"deviceTag": 7},
    }  # fmt: skip
    usual = {"location": where, "duration": {"startTimestamp": NOON, "endTimestamp": LATER}, "visitConfidence": 91}
    return {"placeVisit": some(usual, changes)}


def ride(**changes: object) -> dict[str, object]:
    usual = {
        "startLocation": {"latitudeE7": 488500120, "longitudeE7": 23500000},
        "endLocation": {"latitudeE7": 488600000, "longitudeE7": 23600000},
        "duration": {"startTimestamp": NOON, "endTimestamp": LATER}, "distance": 5231, "activityType": "IN_TRAIN",
        "activities": [{"activityType": "X", "probability": 2}, {"activityType": "IN_TRAIN", "probability": 70.5}],
        "waypointPath": {"waypoints": [{"latE7": 1, "lngE7": 1}]}, "confidence": "HIGH",
    }  # fmt: skip
    return {"activitySegment": some(usual, changes)}


def part(found: Activity, link: str = "location") -> dict[str, object]:
    (thing,) = [thing for thing in found.things if thing.link == names.SCHEMA + link]
    return {name.rsplit("/", 1)[-1]: v.value if isinstance(v, Decimal10) else v for name, v in thing.facts}


def points_of(items: Sequence[Item]) -> int:
    """Points in the tracks, everything else as one."""
    counts = (fact(i, "points") if isinstance(i, Activity) and i.kind == "track" else 1 for i in items)
    return sum(int(str(count)) for count in counts)


def signal(field: str = "LatLng", **changes: object) -> dict[str, object]:
    return {
        "position": some({field: "48.85°, 2.35°", "accuracyMeters": 9, "timestamp": NOON, "source": "WIFI"}, changes)
    }
