"""Recorded ways: every segment a track, whatever else a GPX file holds, and nothing of what was only planned."""

from __future__ import annotations

import gzip
import random
from datetime import UTC, datetime
from pathlib import Path

import gpxpy
import pytest
from tests.journal import exports
from tests.journal.exports import fact, filed, gathered, one, read, reasons, written

from lifepod import names
from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Moment, Skipped
from lifepod.journal.importers import gpx

FIXTURES = Path(__file__).resolve().parents[3] / "shared/fixtures"
THEIRS = sorted(FIXTURES.glob("tkrajina+gpxpy/**/*.gpx"))
NS = 'xmlns="http://www.topografix.com/GPX/1/1"'


def point(lat: object = 48.5, lon: object = 11.5, time: str | None = "2025-12-01T12:00:00Z", more: str = "") -> str:
    at = "" if time is None else f"<time>{time}</time>"
    return f'<trkpt lat="{lat}" lon="{lon}"><ele>512.5</ele>{at}{more}</trkpt>'


def segment(*points: str) -> str:
    return f"<trkseg>{''.join(points or (point(),))}</trkseg>"


def track(*segments: str, told: str = "") -> str:
    return f"<trk>{told}{''.join(segments or (segment(),))}</trk>"


def document(*parts: str, version: str = "1.1", before: str = '<?xml version="1.0"?>') -> str:
    return f'{before}<gpx version="{version}" creator="x" {NS}>{"".join(parts or (track(),))}</gpx>'


def way(path: Path, *parts: str) -> Path:
    return written(path / "a.gpx", document(*parts))


def line(found: Activity) -> object:
    return dict(found.things[0].facts)[names.SCHEMA + "line"]


def test_a_segment_is_a_track_with_its_times_points_distance_and_line(tmp_path: Path) -> None:
    points = [
        point(48.5, 11.5),
        point(48.51, 11.5, "2025-12-01T12:10:00Z"),
        point(48.51, 11.51, "2025-12-01T12:20:00.5Z"),
    ]
    found = one(way(tmp_path, track(segment(*points), told="<name>To work</name><type>cycling</type>")))
    assert (found.kind, found.source, found.name) == ("track", "gpx", "To work")
    assert (found.start, found.end) == (moment("2025-12-01T12:00:00"), moment("2025-12-01T12:20:00.5"))
    assert (fact(found, "points"), fact(found, "distance"), fact(found, "mode")) == (3, "1849 m", "cycling")
    assert line(found) == "48.5,11.5 48.51,11.5 48.51,11.51"
    assert found.things[0].types == (names.SCHEMA + "GeoShape",)
    assert found.match == ("48.5000,11.5000", "2025-12-01T12:00")


def moment(text: str) -> Moment:
    return Moment(datetime.fromisoformat(text).replace(tzinfo=UTC))


def test_each_segment_of_each_track_is_a_track(tmp_path: Path) -> None:
    late = segment(point(time="2025-12-02T12:00:00Z"))
    found = read(way(tmp_path, track(segment(), late, told="<name>One</name>"), track(late)))
    assert [item.name for item in found if isinstance(item, Activity)] == ["One", "One", None]


def test_points_without_a_time_count_but_set_none(tmp_path: Path) -> None:
    found = one(way(tmp_path, track(segment(point(48, time=None), point(49), point(50, time="yesterday")))))
    assert (fact(found, "points"), found.start, found.end) == (3, found.end, found.start)


def test_times_out_of_order_still_tell_when_it_began(tmp_path: Path) -> None:
    found = one(
        way(tmp_path, track(segment(point(time="2025-12-01T13:00:00Z"), point(time="2025-12-01T12:00:00+01:00"))))
    )
    assert (found.start, found.end) == (moment("2025-12-01T11:00:00"), moment("2025-12-01T13:00:00"))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((track("<trkseg/>"),), ["no-object"]), ((track("<trkseg></trkseg>"),), ["no-object"]),
        ((track(segment(point(time=None))),), ["no-time"]),
        ((track(segment(point(time=""))),), ["no-time"]),
        ((track(segment(point(time="1901-12-13T20:45:52.2073437Z"))),), ["bad-time"]),
        ((track(segment(point(time="1970-01-01T00:00:00Z"))),), ["bad-time"]),
        ((track(segment(point(time="2038-01-19T03:14:07Z"))),), ["bad-time"]),
        ((track(segment(point(time="2016-12-31T23:59:60Z"))),), ["bad-time"]),
        ((track(segment(point(time="2025-12-01"))),), ["no-time"]),
        (('<wpt lat="1" lon="2"/>',), ["no-time"]),
        (('<wpt lat="1" lon="2"><time>2025-12-01T12:00:00Z</time></wpt>',), ["not-an-activity"]),
        (('<rte><rtept lat="1" lon="2"/></rte>',), ["no-time"]),
        (('<rte><rtept lat="1" lon="2"><time>x</time></rtept></rte>',), ["not-an-activity"]),
        ((track(segment(point(91))),), ["out-of-range", "no-object"]),
        ((track(segment(point(), point(48, 181))),), ["out-of-range"]),
        ((track(segment(point(), point("x"))),), ["bad-number"]),
        ((track(segment(point(), "<trkpt/>")),), ["no-object"]),
        ((track(segment(point(), point("48,5"))),), ["bad-number"]), ((track(""),), []),
    ],
)  # fmt: skip
def test_what_is_no_track_is_counted_with_its_reason(
    parts: tuple[str, ...], expected: list[str], tmp_path: Path
) -> None:
    assert reasons(way(tmp_path, *parts)) == expected


def test_the_place_of_a_skipped_thing_is_its_number(tmp_path: Path) -> None:
    path = way(tmp_path, '<wpt lat="1" lon="2"/>', track(segment(), "<trkseg/>"))
    assert [item.where.rsplit("/", 1)[-1] for item in read(path) if isinstance(item, Skipped)] == ["a.gpx#1", "a.gpx#3"]


def test_extensions_and_what_people_wrote_stay_out(tmp_path: Path) -> None:
    secret = "<cmt>hush</cmt><desc>hush</desc><src>hush</src><link href='https://hush.example/'/>"
    more = "<name>hush</name><type>hush</type><extensions><x:hr xmlns:x='http://x/'>hush</x:hr><time>1999-01-01T00:00:00Z</time></extensions>"
    meta = (
        f"<metadata><name>hush</name><author><name>hush</name><email id='hush' domain='x'/></author>{secret}</metadata>"
    )
    path = way(
        tmp_path, meta, f'<wpt lat="1" lon="2">{secret}</wpt>', track(segment(point(more=secret + more)), told=secret)
    )
    found = [item for item in read(path) if isinstance(item, Activity)]
    assert b"hush" not in b"".join(filed([found]).values())
    assert [item.start for item in found] == [moment("2025-12-01T12:00:00")]


@pytest.mark.parametrize("means", ["", "9", "🚲", "x" * 90, "unknown"])
def test_a_means_of_travel_that_is_no_word_is_left_out(means: str, tmp_path: Path) -> None:
    assert fact(one(way(tmp_path, track(told=f"<type>{means}</type>"))), "mode") is None


def test_a_long_name_of_any_script_is_cleaned(tmp_path: Path) -> None:
    found = one(way(tmp_path, track(told=f"<name>{'🚲שלום' * 60}\u202e 4111111111111111</name>")))
    assert found.name is not None and found.name.endswith("…1111") and "\u202e" not in found.name


@pytest.mark.parametrize(
    "text",
    [
        document(version="1.0").replace("1/1", "1/0"),
        document(before="\ufeff"), document(before=""), document(before="\n<!-- x -->\n"),
        document().replace(f" {NS}", ""),
        document().replace("<gpx", "<g:gpx").replace("</gpx", "</g:gpx").replace("xmlns=", "xmlns:g="),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.gpx", "renamed.xml"])
def test_both_versions_with_and_without_namespace_are_known_by_content(text: str, name: str, tmp_path: Path) -> None:
    path = written(tmp_path / name, text)
    ((importer, match),) = shelf.recognise(exports.members(path)[0])
    assert (importer.name, match.confidence) == ("gpx", 0.9 if name == "a.gpx" else 0.7)
    assert one(path).kind == "track"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_does_no_harm(encoding: str, tmp_path: Path) -> None:
    assert one(written(tmp_path / "a.gpx", document(track(told="<name>Zoë</name>"), before=""), encoding)).name == "Zoë"


@pytest.mark.parametrize("text", ["", "<kml/>", "<html><gpx>", "gpx", '{"gpx": 1}', "<gpxx/>", "\x1f\x8bnothing"])
def test_other_files_are_not_known(text: str, tmp_path: Path) -> None:
    assert shelf.recognise(exports.members(written(tmp_path / "a.gpx", text, "latin-1"))[0]) == ()


@pytest.mark.parametrize("text", ["<?a?>" * 13_000, "<!--a-->" * 8_000, "<gpx " * 13_000, "<!DOCTYPE a []" * 4_000])
def test_a_hostile_beginning_is_looked_at_in_no_time(text: str, tmp_path: Path) -> None:
    (member,) = exports.members(written(tmp_path / "a.gpx", text))
    assert shelf.recognise(member) == () or text.startswith("<gpx")


def test_the_time_of_a_point_off_the_map_sets_nothing(tmp_path: Path) -> None:
    way_ = way(tmp_path, track(segment(point(), point(99, time="2025-12-01T14:00:00Z"))))
    assert [item.end for item in read(way_) if isinstance(item, Activity)] == [moment("2025-12-01T12:00:00")]


# Packed


def packed(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("tail", [b"", b"\0" * 512])
def test_a_packed_file_is_read_as_if_it_were_not(tail: bytes, tmp_path: Path) -> None:
    text = document().encode()
    path = packed(tmp_path / "a.gpx.gz", gzip.compress(text) + tail)
    assert one(path) == one(written(tmp_path / "b.gpx", document()))
    assert one(packed(tmp_path / "c.gpx.gz", gzip.compress(text[:90]) + gzip.compress(text[90:]))).kind == "track"


def test_a_packed_file_that_is_cut_keeps_what_was_read(tmp_path: Path) -> None:
    chance = random.Random(1)
    many = document(track(*(segment(point(chance.random(), chance.random())) for _ in range(2000))))
    data = gzip.compress(many.encode())
    (report,) = gathered(packed(tmp_path / "a.gpx.gz", data[: len(data) // 2]))
    assert report.problem == "malformed"
    assert 0 < report.records < 2000


def test_a_file_that_unpacks_to_far_too_much_stops(tmp_path: Path) -> None:
    bomb = document(track(), f"<cmt>{' ' * 1_000_000}</cmt>" * 30)
    (report,) = gathered(packed(tmp_path / "a.gpx.gz", gzip.compress(bomb.encode())))
    assert (report.problem, report.records) == ("too-large", 1)


# Damage


@pytest.mark.parametrize(
    ("text", "problem", "records"),
    [
        (document()[:-10], "malformed", 1), (document().replace("</trkseg>", ""), "malformed", 1),
        (document()[:60], "malformed", 0),
        ('<!DOCTYPE gpx [<!ENTITY a "aaaa">]>' + document(before=""), "malformed", 0),
        ("<!DOCTYPE gpx SYSTEM 'file:///etc/passwd'>" + document(before=""), "malformed", 0),
        (document(track(), track(told="<x>" * 70 + "</x>" * 70)), "too-large", 1),
        (document(track(), f"<metadata><name>{'x' * 17_000_000}</name></metadata>"), "too-large", 1),
        (document(track(), "&unknown;"), "malformed", 1),
        (document(track()).replace('version="1.0"', 'version="1.0" encoding="klingon"'), "malformed", 0),
    ],
)  # fmt: skip
def test_a_broken_or_hostile_file_ends_with_a_reason(text: str, problem: str, records: int, tmp_path: Path) -> None:
    (report,) = gathered(written(tmp_path / "a.gpx", text))
    assert (report.problem, report.records) == (problem, records)
    assert report.hint or not problem


def test_a_file_without_tracks_is_empty(tmp_path: Path) -> None:
    (report,) = gathered(written(tmp_path / "a.gpx", document("<metadata/>")))
    assert (report.importer, report.problem) == ("gpx", "empty-export")


def test_reading_twice_or_in_halves_gives_the_same(tmp_path: Path) -> None:
    tracks = [track(segment(point(48 + n / 10, time=f"2025-12-01T12:0{n}:00Z"))) for n in range(6)]
    all_ = [item for item in read(way(tmp_path, *tracks)) if isinstance(item, Activity)]
    assert len(all_) == 6
    assert filed([all_]) == filed([all_, all_]) == filed([all_], [all_]) == filed([all_[3:]], [all_[:4]])


# The files of others


@pytest.mark.parametrize("path", THEIRS, ids=lambda path: path.name)
def test_files_of_others_agree_with_gpxpy(path: Path, tmp_path: Path) -> None:
    told = gpxpy.parse(path.read_text("utf-8"))
    segments = [part for way in told.tracks for part in way.segments]
    items = read(path)
    assert len(items) == len(segments) + len(told.waypoints) + len(told.routes)
    # One of them lies in 1901 because its times ran over; the same way today is a track.
    shifted = written(tmp_path / "a.gpx", path.read_text("utf-8").replace("1901-12-13T", "2011-12-13T"))
    found = [item for item in read(shifted) if isinstance(item, Activity)]
    timed = [part for part in segments if any(p.time for p in part.points)]
    assert [fact(item, "points") for item in found] == [len(part.points) for part in timed]
    for item, part in zip(found, timed, strict=True):
        metres = int(str(fact(item, "distance")).removesuffix(" m"))
        assert metres == pytest.approx(part.length_2d(), rel=0.01, abs=1)
        first, last = (f"{float(p.latitude)},{float(p.longitude)}" for p in (part.points[0], part.points[-1]))
        assert str(line(item)).startswith(first) and str(line(item)).endswith(last)
        assert len(str(line(item)).split(" ")) <= 200


SAMPLES = [
    document(
        '<wpt lat="1" lon="2"/>', track(segment(), segment(point(49), point(50)), told="<name>x</name>"), "<rte/>"
    ).encode(),
    *(path.read_bytes() for path in THEIRS),
]


@pytest.mark.parametrize("data", SAMPLES, ids=range(len(SAMPLES)))
def test_damage_of_any_kind_gives_records_and_reasons(data: bytes, tmp_path: Path) -> None:
    chance = random.Random(len(data))
    for number in range(60):
        spoiled, at = bytearray(data), chance.randrange(len(data))
        if number % 3 == 0:
            del spoiled[at:]
        elif number % 3 == 1:
            del spoiled[at : at + chance.randint(1, 90)]
        else:
            for _ in range(9):
                spoiled[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        whole = bytes(spoiled) if number % 2 else gzip.compress(bytes(spoiled))
        (member,) = exports.members(packed(tmp_path / "a.gpx", whole))
        match = gpx.IMPORTER.recognise(member)
        if match is not None:
            assert list(gpx.IMPORTER.activities(match, {"now": exports.NOW}))
