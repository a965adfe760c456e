"""Calendars: events with their own times and nothing that other people said, however the file is written."""

from __future__ import annotations

import random
import time
import tracemalloc
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.journal import exports
from tests.journal.damage import Damage, cut, flip, other_values, survived, without_lines
from tests.journal.exports import fact, filed, gathered, one, read, reasons, written, zipped

from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Moment, Skipped
from lifepod.names import DCT_MODIFIED, LP_RECURRENCE

FIXTURES = Path(__file__).resolve().parents[3] / "shared/fixtures/collective+icalendar/src/icalendar/tests/calendars"
COUNTS = {"example.ics": 3, "issue_1231_recurrence.ics": 1, "multiple_timezones.ics": 3}
REAL = [FIXTURES / name for name in COUNTS if FIXTURES.is_dir()]
SECRET = "Canary7Hush"

USUAL = {"UID": "one@site.example", "DTSTART": "20260310T090000Z", "SUMMARY": "Dentist"}


def event(changes: dict[str, str] | None = None, *more: str) -> str:
    """One event; a key may carry parameters, and an empty text leaves the property out."""
    changes = changes or {}
    named = {key.split(";")[0] for key in changes}
    lines = [f"{key}:{value}" for key, value in USUAL.items() if key not in named]
    lines += [f"{key}:{value}" for key, value in changes.items() if value]
    return "\r\n".join(("BEGIN:VEVENT", *lines, *more, "END:VEVENT", ""))


def calendar(*parts: str, head: str = "") -> str:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{head}{''.join(parts)}END:VCALENDAR\r\n"


def file(path: Path, *parts: str, head: str = "", encoding: str = "utf-8") -> Path:
    return written(path / "x.ics", calendar(*parts, head=head), encoding)


def records(path: Path) -> list[Activity]:
    return [item for item in read(path) if isinstance(item, Activity)]


def test_an_event_says_what_it_is_and_when_and_where(tmp_path: Path) -> None:
    found = one(file(tmp_path, event({"DTEND": "20260310T093000Z", "LOCATION": "Room 5\\, left"}), head="X-A:b\r\n"))
    assert (found.kind, found.source, found.name) == ("event", "calendar", "Dentist")
    assert found.start == Moment(datetime(2026, 3, 10, 9, tzinfo=UTC))
    assert found.end == Moment(datetime(2026, 3, 10, 9, 30, tzinfo=UTC))
    assert fact(found, "location") == "Room 5, left"
    assert (found.key, found.native) == (("one@site.example", ""), True)
    assert found.match == ("dentist", "2026-03-10T09:00")


@pytest.mark.parametrize(
    ("key", "value", "start"),
    [
        ("DTSTART", "20260310T090000Z", Moment(datetime(2026, 3, 10, 9, tzinfo=UTC))),
        ("DTSTART", "20260310T090000", Moment(datetime(2026, 3, 10, 9))),
        ("DTSTART;VALUE=DATE", "20260310", Moment(date(2026, 3, 10), "day")),
        ("DTSTART", "20260310", Moment(date(2026, 3, 10), "day")),
        ("DTSTART;VALUE=DATE", "20260310T000000", Moment(date(2026, 3, 10), "day")),
        ("DTSTART", "20260310T0900Z", Moment(datetime(2026, 3, 10, 9, tzinfo=UTC), "minute")),
        ("DTSTART;TZID=Europe/Berlin", "20260310T090000", Moment(datetime(2026, 3, 10, 8, tzinfo=UTC))),
        ('DTSTART;TZID="Europe/Berlin"', "20260310T090000", Moment(datetime(2026, 3, 10, 8, tzinfo=UTC))),
        ("DTSTART;TZID=W. Europe Standard Time", "20260310T090000", Moment(datetime(2026, 3, 10, 8, tzinfo=UTC))),
        (
            "DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin", "20260310T090000",
            Moment(datetime(2026, 3, 10, 8, tzinfo=UTC)),
        ),
        (
            "DTSTART;TZID=/x/America/Argentina/Buenos_Aires", "20260310T090000",
            Moment(datetime(2026, 3, 10, 12, tzinfo=UTC)),
        ),
        # A zone that nobody knows leaves a local time, and never a guess.
        ("DTSTART;TZID=Customized Time Zone", "20260310T090000", Moment(datetime(2026, 3, 10, 9))),
        ('DTSTART;TZID="(UTC+01:00) Amsterdam, Berlin"', "20260310T090000", Moment(datetime(2026, 3, 10, 9))),
        ("DTSTART;TZID=../../etc/passwd", "20260310T090000", Moment(datetime(2026, 3, 10, 9))),
        ("DTSTART;TZID=", "20260310T090000", Moment(datetime(2026, 3, 10, 9))),
        # A zone beside a time in UTC says nothing.
        ("DTSTART;TZID=America/New_York", "20260310T090000Z", Moment(datetime(2026, 3, 10, 9, tzinfo=UTC))),
        # The hour that is left out in spring counts from the zone before it, the first of the two in autumn is meant.
        ("DTSTART;TZID=America/New_York", "20260308T023000", Moment(datetime(2026, 3, 8, 7, 30, tzinfo=UTC))),
        ("DTSTART;TZID=America/New_York", "20261101T013000", Moment(datetime(2026, 11, 1, 5, 30, tzinfo=UTC))),
        # A leap second is the second before it.
        ("DTSTART", "20161231T235960Z", Moment(datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC))),
        # It may lie ahead, and the first day of a century may be a holiday.
        ("DTSTART", "20990101T000000Z", Moment(datetime(2099, 1, 1, tzinfo=UTC))),
        ("DTSTART;VALUE=DATE", "20010101", Moment(date(2001, 1, 1), "day")),
    ],
)  # fmt: skip
def test_a_start_is_read_with_its_own_zone_and_precision(key: str, value: str, start: Moment, tmp_path: Path) -> None:
    assert one(file(tmp_path, event({key: value}))).start == start


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "no-time"), (" ", "no-time"), ("x", "bad-time"), ("2026-03-10", "bad-time"), ("090000", "bad-time"),
        ("20261310", "bad-time"), ("20260310T250000Z", "bad-time"), ("20260310T090000+0100", "bad-time"),
        ("20260310T090000Z/PT1H", "bad-time"), ("19700101T000000Z", "bad-time"), ("16010101T000000Z", "bad-time"),
        ("20010101T000000Z", "bad-time"), ("19891231", "bad-time"), ("00010101T000000", "bad-time"),
        ("٢٠٢٦٠٣١٠", "bad-time"), ("9" * 5000, "bad-time"),
    ],
)  # fmt: skip
def test_a_start_that_is_none_is_counted_and_the_next_event_is_read(value: str, reason: str, tmp_path: Path) -> None:
    path = file(tmp_path, event({"DTSTART": value}), event({"UID": "two"}))
    assert reasons(path) == [reason]
    assert [found.key[0] for found in records(path)] == ["two"]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ({}, {"DTEND": "20260310T103000Z"}, datetime(2026, 3, 10, 10, 30, tzinfo=UTC)),
        ({}, {"DTEND;TZID=Europe/Berlin": "20260310T103000"}, datetime(2026, 3, 10, 9, 30, tzinfo=UTC)),
        ({}, {"DURATION": "PT1H30M"}, datetime(2026, 3, 10, 10, 30, tzinfo=UTC)),
        ({}, {"DURATION": "P1W"}, datetime(2026, 3, 17, 9, tzinfo=UTC)),
        # The night of 2026-03-29 is an hour short in Berlin: a day is a day there, 24 hours are not.
        ({"DTSTART;TZID=Europe/Berlin": "20260328T120000"}, {"DURATION": "P1D"},
         datetime(2026, 3, 29, 10, tzinfo=UTC)),
        ({"DTSTART;TZID=Europe/Berlin": "20260328T120000"}, {"DURATION": "PT24H"},
         datetime(2026, 3, 29, 10, tzinfo=UTC)),
        ({"DTSTART": "20260310T090000"}, {"DTEND": "20260310T100000"}, datetime(2026, 3, 10, 10)),
        # Whole days: the file tells the day after.
        ({"DTSTART": "20260310"}, {"DTEND": "20260311"}, date(2026, 3, 10)),
        ({"DTSTART": "20260310"}, {"DTEND": "20260315"}, date(2026, 3, 14)),
        ({"DTSTART": "20260310"}, {"DTEND": "20260310"}, date(2026, 3, 10)),
        ({"DTSTART": "20260310"}, {"DURATION": "P2D"}, date(2026, 3, 11)),
        # What makes no sense is no end.
        ({}, {"DTEND": "20260310T080000Z"}, None),
        ({}, {"DTEND": "20260311"}, None),
        ({}, {"DTEND": "20260310T100000"}, None),
        ({}, {"DTEND": "x"}, None),
        ({}, {"DURATION": "x"}, None),
        ({}, {"DURATION": "-PT1H"}, None),
        ({}, {"DURATION": "P99999999D"}, None),
        ({"DTSTART": "20260310"}, {"DTEND": "20260309"}, None),
    ],
)  # fmt: skip
def test_an_end_is_read_or_left_out(
    start: dict[str, str], end: dict[str, str], expected: date | None, tmp_path: Path
) -> None:
    found = one(file(tmp_path, event(start | end))).end
    assert (found.value if found else None) == expected


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,-1SU;COUNT=3", "FREQ=WEEKLY;BYDAY=MO,-1SU;COUNT=3"),
        ("freq=yearly;UNTIL=20300101T000000Z;", "FREQ=YEARLY;UNTIL=20300101T000000Z"),
        ("BYDAY=MO;FREQ=WEEKLY", "BYDAY=MO;FREQ=WEEKLY"), ("W1 MO #5", None), ("FREQ=", None),
        (f"FREQ=DAILY;X=<{SECRET}>", None), ("FREQ=DAILY" + ";BYDAY=MO" * 9999, None),
    ],
)  # fmt: skip
def test_a_rule_of_repetition_is_kept_as_text_and_never_unfolded(rule: str, kept: str | None, tmp_path: Path) -> None:
    found = records(file(tmp_path, event({"RRULE": rule})))
    assert len(found) == 1
    assert dict(found[0].facts).get(LP_RECURRENCE) == kept


def test_one_date_of_a_series_is_a_record_of_its_own_whatever_zone_tells_it(tmp_path: Path) -> None:
    series = event({"RRULE": "FREQ=DAILY"})
    moved = event({"RECURRENCE-ID": "20260311T090000Z", "DTSTART": "20260311T110000Z"})
    again = event({"RECURRENCE-ID;TZID=Europe/Berlin": "20260311T100000", "DTSTART": "20260311T110000Z"})
    first = records(file(tmp_path / "a", series, moved))
    assert len({found.key for found in first}) == 2
    assert one(file(tmp_path / "b", again)).key == first[1].key
    odd = [one(file(tmp_path / str(n), event({"RECURRENCE-ID": f"odd{n}"}))).key for n in (1, 2)]
    assert odd[0] != odd[1]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"SEQUENCE": "1", "LOCATION": "A hall"}, {"SEQUENCE": "2"}),
        ({"SEQUENCE": "9", "LOCATION": "A hall"}, {"SEQUENCE": "10"}),
        (
            {"LAST-MODIFIED": "20250101T000000Z", "LOCATION": "A hall"},
            {"LAST-MODIFIED": "20250102T000000Z"},
        ),
    ],
)
def test_of_two_versions_the_later_one_stands_in_every_order(
    older: dict[str, str], newer: dict[str, str], tmp_path: Path
) -> None:
    old = records(file(tmp_path / "a", event(older)))
    new = records(file(tmp_path / "b", event(newer | {"DTSTART": "20260312T090000Z"})))
    both = records(file(tmp_path / "c", event(newer | {"DTSTART": "20260312T090000Z"}), event(older)))
    assert filed([old], [new]) == filed([new], [old]) == filed([old, new]) == filed([both])
    (data,) = filed([both]).values()
    assert b"2026-03-12" in data
    assert b"2026-03-10" not in data


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("20250101T000000Z", datetime(2025, 1, 1, tzinfo=UTC)), ("20250101T000000", datetime(2025, 1, 1, tzinfo=UTC)),
        ("19700101T000000Z", None), ("20380119T031407Z", None), ("x", None), ("20250101", None),
    ],
)  # fmt: skip
def test_when_it_was_changed_is_kept_where_it_can_be(value: str, kept: datetime | None, tmp_path: Path) -> None:
    found = dict(one(file(tmp_path, event({"LAST-MODIFIED": value}))).facts).get(DCT_MODIFIED)
    assert (found.value if isinstance(found, Moment) else None) == kept


@pytest.mark.parametrize(("value", "kept"), [("3", 3), ("x", None), ("-1", None), ("9" * 12, None), ("٣", None)])
def test_a_sequence_is_a_number_or_nothing(value: str, kept: int | None, tmp_path: Path) -> None:
    assert fact(one(file(tmp_path, event({"SEQUENCE": value}))), "sequence") == kept


def test_without_an_id_an_event_is_known_by_what_it_says(tmp_path: Path) -> None:
    here = [one(file(tmp_path / name, event({"UID": ""}))) for name in "ab"]
    other = one(file(tmp_path / "c", event({"UID": "", "SUMMARY": "Doctor"})))
    assert here[0].key == here[1].key != other.key
    assert not here[0].native


def test_what_is_no_event_is_counted_and_left_out(tmp_path: Path) -> None:
    parts = [f"BEGIN:{kind}\r\nUID:x\r\nEND:{kind}\r\n" for kind in ("VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE")]
    path = file(tmp_path, *parts, event({"STATUS": "CANCELLED"}), event())
    assert reasons(path) == ["not-an-activity"] * 3 + ["cancelled"]
    assert len(records(path)) == 1


def test_an_alarm_inside_an_event_adds_nothing_to_it(tmp_path: Path) -> None:
    alarm = ("BEGIN:VALARM", "UID:other", "SUMMARY:Beep", "DURATION:PT9H", "LOCATION:x", "END:VALARM")
    assert one(file(tmp_path, event({}, *alarm))) == one(file(tmp_path / "b", event()))
    unclosed = "BEGIN:VALARM", "UID:other"
    assert one(file(tmp_path / "c", event({}, *unclosed))).key == ("one@site.example", "")


def test_a_zone_of_the_file_is_no_event_and_never_worked_out(tmp_path: Path) -> None:
    rule = "DTSTART:16010101T000000\r\nRRULE:FREQ=SECONDLY\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
    zone = f"BEGIN:VTIMEZONE\r\nTZID:Mine\r\nBEGIN:STANDARD\r\n{rule}END:STANDARD\r\nEND:VTIMEZONE\r\n"
    found = one(file(tmp_path, zone, event({"DTSTART;TZID=Mine": "20260310T090000"})))
    assert found.start == Moment(datetime(2026, 3, 10, 9))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("Holidays", "holidays"), ("Holidays in Köln\\, 🎉", "holidays-in-koln"), ("", "calendar"), ("🎉", "calendar"),
        ("alice@site.example", "calendar"), ("Alice alice@site.example", "alice"), ("alice%40site.example", "calendar"),
        ("alice＠site.example", "calendar"), ("+49 171 1234567", "calendar"), ("Bob +49 (171) 123-4567", "bob"),
        ("Ferien 2024", "ferien-2024"), ("Ferien 2024-2025", "ferien"), ("From Bob", "calendar-from-bob"),
        ("x" * 5000, "x" * 24), ("../..", "calendar"),
    ],
)  # fmt: skip
def test_a_calendar_is_called_by_its_name_without_addresses_and_numbers(name: str, source: str, tmp_path: Path) -> None:
    found = one(file(tmp_path, event(), head=f"X-WR-CALNAME:{name}\r\n"))
    assert found.source == source
    filed([[found]])


def test_several_calendars_in_one_file_keep_their_own_names(tmp_path: Path) -> None:
    text = calendar(event(), head="X-WR-CALNAME:Work\r\n") + calendar(event()) + calendar(event(), head="NAME:Home\r\n")
    assert [found.source for found in records(written(tmp_path / "x.ics", text))] == ["work", "calendar", "home"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_every_usual_encoding_and_ending_of_lines_is_read(encoding: str, ending: str, tmp_path: Path) -> None:
    text = calendar(event({"SUMMARY": "Café €"})).replace("\r\n", ending)
    path = tmp_path / "x.ics"
    path.write_bytes(text.encode(encoding))
    assert one(path).name == "Café €"


def test_a_fold_may_stand_in_the_middle_of_a_character_and_of_a_name(tmp_path: Path) -> None:
    raw = calendar(event({"SUMMARY": "Grüße 🎉 an alle"})).encode()
    folded = raw.replace(b"\xc3\xbc", b"\xc3\r\n \xbc").replace(b"\x9f\x8e", b"\x9f\r\n\t\x8e")
    path = tmp_path / "x.ics"
    path.write_bytes(folded.replace(b"DTSTART:2026", b"DTSTART:20\r\n 26"))
    assert (one(path).name, one(path).start) == ("Grüße 🎉 an alle", Moment(datetime(2026, 3, 10, 9, tzinfo=UTC)))


def test_the_older_format_with_quoted_printable_is_read(tmp_path: Path) -> None:
    summary = "SUMMARY;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Gr=C3=BC=\r\n=C3=9Fe"
    text = calendar(event({"SUMMARY": ""}, summary)).replace("VERSION:2.0", "VERSION:1.0")
    path = written(tmp_path / "x.vcs", text)
    assert one(path).name == "Grüße"
    assert shelf.recognise(exports.members(path)[0])[0][1].shape == "vcalendar"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\\nb\\; c\\\\d", "a b; c\\d"), ("\x1b[31m red\u202e", "[31m red"), ("x\u2028DTSTART:20300101", None),
        ("x" * 9000, "x" * 4000), ("🎉" * 300 + "שלום", None), ("DE89 3704 0044 0532 0130 00", "…3000"),
    ],
)  # fmt: skip
def test_a_name_is_made_harmless(raw: str, shown: str | None, tmp_path: Path) -> None:
    found = one(file(tmp_path, event({"SUMMARY": raw})))
    assert shown is None or found.name == shown
    assert found.start == Moment(datetime(2026, 3, 10, 9, tzinfo=UTC))
    assert "\u2028" not in (found.name or "")


def test_nothing_that_others_said_or_sent_comes_in(tmp_path: Path) -> None:
    private = (
        "DESCRIPTION", "ORGANIZER", "ATTENDEE;CN=x", "ATTACH", "COMMENT", "CONTACT", "URL", "X-CONFERENCE", "GEO",
        "CATEGORIES", "X-ALT-DESC", "CONFERENCE", "RELATED-TO", "REQUEST-STATUS", "X-GOOGLE-CONFERENCE",
    )  # fmt: skip
    kept_out = [f"{name}:{SECRET}" for name in private]
    alarm = ["BEGIN:VALARM", f"DESCRIPTION:{SECRET}", f"ATTENDEE:{SECRET}", f"SUMMARY:{SECRET}", "END:VALARM"]
    place = f"https://meet.example/j/1?pwd={SECRET}"
    soft = f"DESCRIPTION;ENCODING=QUOTED-PRINTABLE:a=\r\nLOCATION:{SECRET}"
    path = file(
        tmp_path, event({"LOCATION": place}, *kept_out, *alarm), event({"UID": "2"}, soft), event({}, *kept_out)
    )
    text = path.read_text() + f"BEGIN:VEVENT\r\nSUMMARY:{SECRET}\r\n"
    items = read(written(path, text))
    assert SECRET not in repr(items)
    data = filed([[item for item in items if isinstance(item, Activity)]])
    assert len(data) == 1
    assert all(SECRET.encode() not in partition for partition in data.values())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (calendar(event())[:-len("END:VCALENDAR\r\n")], ["record", "malformed"]),
        (calendar(event(), event())[:-40], ["record", "malformed", "malformed"]),
        (calendar(event().replace("END:VEVENT\r\n", ""), event()), ["malformed", "record"]),
        (calendar(event().replace("END:VEVENT\r\n", "")) + calendar(event()), ["malformed", "record"]),
        (calendar("END:VEVENT\r\nEND:VALARM\r\n", event()), ["record"]),
        (calendar(event({}, "no colon", ":", ";;;", "SUMMARY", " ", "", "X" * 500)), ["record"]),
        (calendar(event({"SUMMARY;X=\"a": "b"}), event()), ["record", "record"]),
        (calendar(event({}, "BEGIN:X-PART", "DTSTART:x", "END:X-PART")), ["record"]),
    ],
)  # fmt: skip
def test_a_broken_file_gives_what_is_whole_and_says_what_is_not(text: str, said: list[str], tmp_path: Path) -> None:
    items = read(written(tmp_path / "x.ics", text))
    assert [item.reason if isinstance(item, Skipped) else "record" for item in items] == said


@pytest.mark.parametrize(
    ("name", "content", "confidence"),
    [
        ("a.ics", calendar(event()), 0.9), ("a.txt", calendar(event()), 0.7), ("a", calendar().lower(), 0.7),
        ("a.ICS", "\r\n \ufeff" + calendar(event()), None), ("b.ics", "\ufeff\n" + calendar(), 0.9),
        ("a.ics", "BEGIN:VCARD\r\nEND:VCARD", None), ("a.ics", "", None), ("a.ics", "<html>", None),
        ("a.ics", "Subject,Start Date\n1,2", None), ("a.ics", "BEGIN:VCALENDARS\n", None), ("a.ics", "[]", None),
    ],
)  # fmt: skip
def test_a_calendar_is_known_by_its_first_line(
    name: str, content: str, confidence: float | None, tmp_path: Path
) -> None:
    known = shelf.recognise(exports.members(written(tmp_path / name, content))[0])
    mine = [match.confidence for importer, match in known if importer.name == "calendar"]
    assert mine == ([] if confidence is None else [confidence])


def test_a_calendar_without_events_is_empty_and_not_a_success(tmp_path: Path) -> None:
    (report,) = gathered(file(tmp_path))
    assert (report.importer, report.problem) == ("calendar", "empty-export")


def test_an_archive_of_calendars_is_read(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "x.ical.zip", {"a.ics": calendar(event()), "b.ics": calendar(event(), event({"UID": "2"}))}
    )
    assert [report.records for report in gathered(path)] == [1, 2]


def test_an_event_that_is_too_long_is_counted_and_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.ics"
    with path.open("w") as out:
        out.write("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260310\r\nSUMMARY:")
        for _ in range(80):
            out.write("x" * 50_000 + "\r\n ")
        out.write("\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20260310\r\nATTACH;ENCODING=BASE64:")
        for _ in range(200):
            out.write("A" * 100_000)
        out.write("\r\n" + " QUJD\r\n" * 20_000 + event().split("\r\n", 1)[1] + "END:VCALENDAR\r\n")
    tracemalloc.start()
    try:
        items = read(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [item.reason if isinstance(item, Skipped) else item.name for item in items] == ["too-long", "Dentist"]
    assert peak < 8_000_000


def test_the_same_file_twice_or_in_halves_is_the_same_pod(tmp_path: Path) -> None:
    events = [event({"UID": f"e{n}", "SEQUENCE": str(n)}) for n in range(6)]
    whole = records(file(tmp_path, *events))
    halves = [records(file(tmp_path / "a", *events[:4])), records(file(tmp_path / "b", *events[2:]))]
    assert filed([whole]) == filed([whole], [whole]) == filed(halves) == filed(halves[1:], halves[:1])


# Files of others


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_as_many_events_are_seen_as_another_reader_sees(path: Path) -> None:
    assert len(read(path)) == COUNTS[path.name]


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_events_agree_with_another_reader_one_by_one(path: Path) -> None:
    from icalendar import Calendar, Event

    for found, other in zip(records(path), Calendar.from_ical(path.read_bytes()).walk("VEVENT"), strict=True):
        assert found.key[0] == str(other["UID"])
        assert found.name == (str(other["SUMMARY"]) if "SUMMARY" in other else None)
        assert isinstance(other, Event)
        told = other.DTSTART
        if isinstance(told, datetime) and told.tzinfo:
            told = told.astimezone(UTC)
        assert found.start is not None
        assert found.start.value == told


@pytest.mark.parametrize(
    "part", ["/", "/A", '"', ";", "\\", "=", "a=", "FREQ=", "A-;", ",", "a@", "9", "\t", "--", "(0)"]
)
def test_lines_made_to_take_long_do_not(part: str, tmp_path: Path) -> None:
    lines = [f"{name}:{part * (70_000 // len(part))}" for name in ("UID", "SUMMARY", "RRULE", "LOCATION", "STATUS")]
    lines += [f"DTEND;TZID={part * (300_000 // len(part))}:20260310T103000"]
    path = file(tmp_path, event({}, *lines))
    before = time.process_time()
    read(path)
    assert time.process_time() - before < 3


# Damage


SAMPLE = calendar(
    event({"DTEND;TZID=Europe/Berlin": "20260310T103000", "RRULE": "FREQ=DAILY"}, "BEGIN:VALARM", "END:VALARM"),
    event({"DTSTART;VALUE=DATE": "20260310", "DURATION": "P2D", "RECURRENCE-ID": "20260310T090000Z"}),
    "BEGIN:VTODO\r\nEND:VTODO\r\n",
    event({"SEQUENCE": "3", "LAST-MODIFIED": "20250101T000000Z", "LOCATION": "Grüße"}),
    head="X-WR-CALNAME:Work\r\n",
).encode()


RETYPE = other_values(
    [b"", b"\0", b"9" * 50, b"[]", b"\xff\xfe", b'"', b"=" * 9, b"20260310T090000Z", b"\xe2\x80\xa8", b"P1D", b";;"]
)


@pytest.mark.parametrize("damage", [cut, flip, without_lines, RETYPE])
def test_damage_gives_records_and_reasons_and_never_another_error(damage: Damage, tmp_path: Path) -> None:
    chance, whole = random.Random(damage.__name__), [SAMPLE, *(path.read_bytes() for path in REAL)]
    path = file(tmp_path, event())
    importer, match = shelf.recognise(exports.members(path)[0])[0]
    for turn in range(50):
        path.write_bytes(damage(whole[turn % len(whole)], chance))
        survived(importer, path, match)
