"""The privacy report of iOS: one record per contact and per interval, whatever order and damage the lines have."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.journal import exports
from tests.journal.exports import filed, gathered, one, read, reasons

from lifepod.errors import LifepodError
from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Moment, Skipped
from lifepod.journal.importers.ios_privacy import IMPORTER
from lifepod.limits import Limits

FIXTURE = (
    Path(__file__).resolve().parents[3] / "shared/fixtures/log2timeline+plaso/test_data/ios_app_privacy_report.ndjson"
)
THERE = [FIXTURE] if FIXTURE.is_file() else []
NAME = "App_Privacy_Report_v4_2025-12-02T09_00_00.ndjson"
SECRET = "Canary7Hush"
START, END = datetime(2025, 12, 1, 17, 0, 0, 500_000, tzinfo=UTC), datetime(2025, 12, 1, 17, 5, 0, tzinfo=UTC)
Line = dict[str, object]


def told(**changes: object) -> Line:
    """A line about a contact."""
    usual: Line = {
        "timeStamp": "2025-12-01T12:05:00.000-05:00", "firstTimeStamp": "2025-12-01T12:00:00.500-05:00",
        "initiatedType": "AppInitiated", "context": "", "domain": "ads.example", "contextVerificationType": 0,
        "type": "networkActivity", "domainType": 1, "bundleID": "example.shop.app", "domainOwner": "", "hits": 3,
        "domainClassification": 1,
    }  # fmt: skip
    return {name: value for name, value in (usual | changes).items() if value is not ...}


def opened(kind: str = "intervalBegin", **changes: object) -> Line:
    """A line about a sensor or a store."""
    usual: Line = {
        "accessor": {"identifier": "example.map.app", "identifierType": "bundleID"}, "category": "location",
        "identifier": "0E0134C2-8E0C-40AD-8620-099F6D9C0BEB", "kind": kind, "type": "access",
        "timeStamp": "2025-12-01T12:05:00.000-05:00" if kind == "intervalEnd" else "2025-12-01T12:00:00.500-05:00",
    }  # fmt: skip
    return {name: value for name, value in (usual | changes).items() if value is not ...}


def report(path: Path, lines: Iterable[Line | str], name: str = NAME, encoding: str = "utf-8") -> Path:
    """A report of these lines."""
    shown = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.mkdir(exist_ok=True)
    (path / name).write_bytes("".join(f"{line}\n" for line in shown).encode(encoding, "surrogatepass"))
    return path / name


def said(activity: Activity, name: str) -> object:
    return next((value for term, value in activity.facts if term.endswith((f"/{name}", f"#{name}"))), None)


def records(path: Path) -> list[Activity]:
    return [item for item in read(path) if isinstance(item, Activity)]


def test_a_contact_says_which_app_told_whom_when_and_how_often(tmp_path: Path) -> None:
    found = one(report(tmp_path, [told()]))
    assert (found.kind, found.source, found.start, found.end) == ("told", "ios-privacy", Moment(START), Moment(END))
    assert (said(found, "agent"), said(found, "recipient")) == ("example.shop.app", "ads.example")
    assert (said(found, "host"), said(found, "hits")) == ("ads.example", 3)
    assert found.match == ("example.shop.app", "ads.example", "2025-12-01T17:00")
    assert found.native


def test_the_owner_of_a_domain_is_who_was_told(tmp_path: Path) -> None:
    found = one(report(tmp_path, [told(domainOwner=" Ads  Inc. ", domain="ADS.Example.")]))
    assert (said(found, "recipient"), said(found, "host")) == ("Ads Inc.", "ads.example")


def test_a_single_contact_has_no_end(tmp_path: Path) -> None:
    first = told()["firstTimeStamp"]
    assert one(report(tmp_path, [told(timeStamp=first, hits=1)])).end is None


def test_an_older_report_without_a_first_time_has_its_one_time(tmp_path: Path) -> None:
    found = one(report(tmp_path, [told(firstTimeStamp=...)]))
    assert (found.start, found.end) == (Moment(END), None)


@pytest.mark.parametrize(("hits", "expected"), [(1, 1), ("7", 7), (10**9, 10**9), (..., None), (None, None)])
def test_hits_are_counted_where_they_are_said(hits: object, expected: object, tmp_path: Path) -> None:
    assert said(one(report(tmp_path, [told(hits=hits)])), "hits") == expected


NO_HITS: list[object] = [0, -1, 1.5, True, "many", [], {}, 10**10]
NO_HOSTS: list[object] = ["", " ", None, 5, [], "a b", "x" * 300, "a/b", "me@x.y"]
NO_APPS: list[object] = ["", None, 5, {}]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        *((told(hits=hits), "bad-number") for hits in NO_HITS),
        *((told(domain=domain), "no-object") for domain in NO_HOSTS),
        *((told(bundleID=app), "no-object") for app in NO_APPS),
        *(
            (told(domain=domain), "third-party-data")
            for domain in ("192.168.1.7", "10.0.0.1", "127.0.0.1", "169.254.1.1", "fe80::1c2:3ff:fe45:6789",
                           "[fe80::1%25en0]", "printer.local", "fritz.box.lan", "localhost", "nas.home.arpa")
        ),
        (told(timeStamp=...), "no-time"), (told(timeStamp=5), "no-time"), (told(timeStamp="noon"), "bad-time"),
        (told(firstTimeStamp="2025-02-30T00:00:00Z"), "bad-time"), (told(firstTimeStamp=""), "no-time"),
        *((told(firstTimeStamp=f"{year}-01-01T00:00:00Z"), "bad-time") for year in (1601, 1970, 1989, 2001, 2038)),
        (told(firstTimeStamp="2025-12-01T23:59:60Z"), "bad-time"),
        (told(timeStamp="2025-12-01T11:00:00-05:00"), "out-of-range"),
        (told(type="somethingElse"), "not-an-activity"), (told(type=...), "not-an-activity"),
        (told(type="access"), "not-an-activity"), (told(domain=...), "not-an-activity"),
        (opened("event", category=...), "not-an-activity"), (opened("event", category=5), "no-object"),
        (opened("event", accessor="x"), "not-an-activity"), (opened("event", accessor={}), "no-object"),
        (opened("event", identifier=...), "no-object"), (opened("event", identifier=7), "no-object"),
        (opened("event", timeStamp=...), "no-time"), (opened("event", timeStamp="x"), "bad-time"),
        (opened("intervalPause"), "unknown-verb"), (opened(kind=[]), "unknown-verb"),  # type: ignore[arg-type]
        ("[]", "not-an-activity"), ("5", "not-an-activity"), ("null", "not-an-activity"), ('"x"', "not-an-activity"),
        ("{", "not-an-activity"), ("{}", "not-an-activity"), ("nonsense", "not-an-activity"),
        ("[" * 100_000, "not-an-activity"), ("9" * 5000, "not-an-activity"),
    ],
)  # fmt: skip
def test_what_is_no_record_is_counted_with_its_reason(line: Line | str, reason: str, tmp_path: Path) -> None:
    path = report(tmp_path, [told(), line, told(domain="b.example")])
    assert reasons(path) == [reason]
    assert len(records(path)) == 2
    assert [item.where for item in read(path) if isinstance(item, Skipped)] == [f"{path.as_posix()}#2"]


def test_a_public_address_of_version_four_is_a_host(tmp_path: Path) -> None:
    assert said(one(report(tmp_path, [told(domain="1.1.1.1")])), "host") == "1.1.1.1"


def test_an_interval_of_two_lines_is_one_record(tmp_path: Path) -> None:
    path = report(tmp_path, [opened(), told(), opened("intervalEnd")])
    access = next(item for item in records(path) if item.kind == "opened")
    assert (access.start, access.end, access.key) == (Moment(START), Moment(END), (opened()["identifier"],))
    assert (said(access, "agent"), said(access, "object")) == ("example.map.app", "location")
    assert reasons(path) == ["duplicate"]
    assert len(read(path)) == 3


def test_an_interval_may_stand_with_its_end_first(tmp_path: Path) -> None:
    forth, back = (
        records(report(tmp_path, lines))[0]
        for lines in ([opened(), opened("intervalEnd")], [opened("intervalEnd"), opened()])
    )
    assert forth == back


@pytest.mark.parametrize(
    ("line", "start", "end"),
    [(opened(), START, None), (opened("intervalEnd"), None, END), (opened("event"), START, None)],
)
def test_half_an_interval_is_a_record_of_what_is_known(
    line: Line, start: datetime | None, end: datetime | None, tmp_path: Path
) -> None:
    found = one(report(tmp_path, [line]))
    assert (found.start, found.end) == (Moment(start) if start else None, Moment(end) if end else None)


def test_two_intervals_are_joined_each_with_its_own(tmp_path: Path) -> None:
    lines = [opened(identifier="a"), opened(identifier="b"), opened("intervalEnd", identifier="a")]
    found = {item.key[0]: item.end for item in records(report(tmp_path, lines))}
    assert found == {"a": Moment(END), "b": None}


def test_two_beginnings_of_one_identifier_are_two_records(tmp_path: Path) -> None:
    later = opened(timeStamp="2025-12-01T12:01:00-05:00")
    path = report(tmp_path, [opened(), later, opened("intervalEnd")])
    assert [item.end for item in records(path)] == [None, Moment(END)]
    assert len(read(path)) == 3


def test_an_interval_that_ends_before_it_begins_has_no_end(tmp_path: Path) -> None:
    path = report(tmp_path, [opened(), opened("intervalEnd", timeStamp="2025-12-01T11:00:00-05:00")])
    assert [item.end for item in records(path)] == [None]
    assert reasons(path) == ["out-of-range"]


def test_intervals_that_never_end_do_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lifepod.journal.importers.ios_privacy._OPEN", 5)
    path = report(tmp_path, [opened(identifier=f"i{n}") for n in range(50)])
    match = IMPORTER.recognise(exports.members(path)[0])
    assert match is not None
    found = [item.key[0] for item in IMPORTER.activities(match, {}) if isinstance(item, Activity)]
    assert found == [f"i{n}" for n in range(50)]


def test_the_first_reports_without_types_are_read(tmp_path: Path) -> None:
    line: Line = {
        "stream": "com.apple.privacy.accounting.stream.tcc", "tccService": "kTCCServiceAddressBook", "kind": "event",
        "accessor": {"identifier": "example.app", "identifierType": "bundleID"}, "identifier": "BE766661",
        "timestamp": "2021-06-09T14:19:48.270-05:00", "version": 3,
    }  # fmt: skip
    found = one(report(tmp_path, [line]))
    assert (found.kind, said(found, "object")) == ("opened", "AddressBook")
    assert found.start == Moment(datetime(2021, 6, 9, 19, 19, 48, 270_000, tzinfo=UTC))


@pytest.mark.parametrize("text", ["2025-03-30T02:30:00.000+01:00", "2025-11-02T01:30:00.000-04:00", "2025-12-01"])
def test_a_time_in_a_gap_of_the_clock_or_a_mere_day_is_read(text: str, tmp_path: Path) -> None:
    assert one(report(tmp_path, [told(firstTimeStamp=text)])).start is not None


def test_pages_of_two_contacts_tell_them_apart_and_are_in_no_record(tmp_path: Path) -> None:
    path = report(tmp_path, [told(context=f"{SECRET}.example"), told(context="b.example")])
    found = records(path)
    assert len({item.key for item in found}) == 2
    assert SECRET not in "".join(data.decode() for data in filed([found]).values())


def test_a_later_report_that_counts_on_is_the_same_record(tmp_path: Path) -> None:
    first = records(report(tmp_path / "a", [told()]))
    second = records(report(tmp_path / "b", [told(hits=9, timeStamp="2025-12-02T12:00:00Z")]))
    pods = [filed([first], [second]), filed([second], [first]), filed([first, second])]
    assert pods[0] == pods[1] == pods[2]
    assert sum(data.count(b"a lp:TrackedInteraction") for data in pods[0].values()) == 1


@pytest.mark.parametrize(
    ("name", "sure", "version"), [(NAME, 0.9, "4"), ("x.txt", 0.7, ""), ("AppActivityReport.ndjson", 0.9, "")]
)
@pytest.mark.parametrize("line", [told(), opened()])
def test_a_report_is_known_by_its_keys_and_surer_by_its_name(
    name: str, sure: float, version: str, line: Line, tmp_path: Path
) -> None:
    (importer, match), *others = shelf.recognise(exports.members(report(tmp_path, [line], name))[0])
    assert (importer.name, match.confidence, match.version, others) == ("ios-privacy", sure, version, [])


@pytest.mark.parametrize(
    "content",
    [
        "", "\n\n", "{}", "[]", '{"type": "networkActivity"}\n', '{"type": "access"}\n', '{"accessor": 5}\n',
        '[{"type": "networkActivity", "bundleID": "x", "domain": "y"}]', "a,b\n1,2\n", "\x00" * 500,
        '{"locations": [{"domain": "x", "bundleID": "y"}]}',
    ],
)  # fmt: skip
def test_another_file_is_not_known(content: str, tmp_path: Path) -> None:
    (tmp_path / "x.ndjson").write_text(content)
    assert IMPORTER.recognise(exports.members(tmp_path / "x.ndjson")[0]) is None


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf\r\n", b"\n\n"])
def test_a_report_with_nothing_in_it_says_how_to_turn_it_on(content: bytes, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(content)
    (found,) = gathered(tmp_path)
    assert (found.importer, found.problem) == ("ios-privacy", "empty-export")
    assert "Turn the report on" in found.hint


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["", "\r", "\n\n  "])
def test_encodings_and_line_ends_change_nothing(encoding: str, end: str, tmp_path: Path) -> None:
    lines = [json.dumps(told(domainOwner="Ädß ☃")) + end, json.dumps(opened()) + end]
    path = report(tmp_path, lines, encoding=encoding)
    assert [said(item, "recipient") for item in records(path)] == ["Ädß ☃", None]
    assert reasons(path) == []


def test_a_line_that_is_too_long_is_one_skip_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lifepod.journal.importers.ios_privacy.LIMITS", Limits(field_bytes=1000))
    path = report(tmp_path, [told(), told(context="x" * 5000), told(domain="b.example"), "y" * 999, "z" * 1000])
    assert reasons(path) == ["too-long", "not-an-activity", "too-long"]
    assert [said(item, "host") for item in records(path)] == ["ads.example", "b.example"]


def test_a_report_that_was_cut_off_gives_what_was_there_and_says_so(tmp_path: Path) -> None:
    path = report(tmp_path, [opened(), told(), told(domain="b.example")])
    path.write_bytes(path.read_bytes()[:-40])
    assert reasons(path) == ["malformed"]
    assert sorted(item.kind for item in records(path)) == ["opened", "told"]
    (found,) = gathered(path)
    assert (found.problem, found.records) == ("malformed", 2)


def test_a_last_line_without_its_end_is_read(tmp_path: Path) -> None:
    path = report(tmp_path, [told()])
    path.write_bytes(path.read_bytes().rstrip())
    assert one(path).kind == "told"


def test_texts_are_made_harmless(tmp_path: Path) -> None:
    owner = "🛰" * 300 + "\u202eאב\x00\x1b[31m DE89 3704 0044 0532 0130 00 \ud800"
    line = json.dumps(told(domainOwner=owner))
    (data,) = filed([records(report(tmp_path, [line]))]).values()
    assert not [c for c in ("\u202e", "\x1b", "3704", "\x00") if c in data.decode()]


def test_what_is_not_kept_is_nowhere(tmp_path: Path) -> None:
    extra: Line = dict.fromkeys(
        ("context", "contextVerificationType", "domainClassification", "serial", "ip_addr"), SECRET
    )
    lines = [
        told(**extra),
        opened("intervalBegin", **extra, stream=SECRET),
        opened("event", identifier="b", broadcaster=SECRET),
    ]
    lines += [told(timeStamp=SECRET), told(domain=f"me:{SECRET}@x.example"), told(type=SECRET), opened(kind=SECRET)]
    path = report(tmp_path, [*lines, SECRET, f'{{"{SECRET}": 1}}', f'{{"{SECRET}'])
    found = read(path)
    kept = [item for item in found if isinstance(item, Activity)]
    assert len(kept) == 3
    text = "".join(data.decode() for data in filed([kept]).values())
    assert SECRET not in f"{text} {[item for item in found if isinstance(item, Skipped)]} {gathered(path)}"


def test_reading_twice_or_in_halves_gives_the_same_pod(tmp_path: Path) -> None:
    lines = [told(domain=f"d{n}.example") for n in range(5)] + [opened(), opened("intervalEnd")]
    found = records(report(tmp_path, lines))
    assert len(found) == 6
    assert filed([found]) == filed([found, found]) == filed([found], [found]) == filed([found[3:]], [found[:4]])


@pytest.mark.parametrize("path", THERE)
def test_a_report_made_by_a_phone_is_read_whole(path: Path) -> None:
    found = read(path)
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert len(found) == len(lines) == 72
    assert Counter(item.kind if isinstance(item, Activity) else item.reason for item in found) == Counter(
        told=64, opened=4, duplicate=4
    )
    kept = [item for item in found if isinstance(item, Activity)]
    assert len({said(item, "host") for item in kept} - {None}) == 58
    assert len({said(item, "agent") for item in kept if item.kind == "told"}) == 8
    assert sum(said(item, "recipient") != said(item, "host") for item in kept if item.kind == "told") == 5


@pytest.mark.parametrize("path", THERE)
def test_a_report_made_by_a_phone_says_line_by_line_what_it_says(path: Path) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).astimezone(UTC)

    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    theirs = Counter(
        (line["bundleID"], line["domain"], line["hits"], at(line["firstTimeStamp"]), at(line["timeStamp"]))
        for line in lines
        if line["type"] == "networkActivity"
    )
    ours = Counter(
        (said(item, "agent"), said(item, "host"), said(item, "hits"), item.start.value, (item.end or item.start).value)
        for item in records(path)
        if item.kind == "told" and item.start
    )
    assert ours == theirs
    begun = {line["identifier"]: at(line["timeStamp"]) for line in lines if line.get("kind") == "intervalBegin"}
    opened_at = {item.key[0]: item.start.value for item in records(path) if item.kind == "opened" and item.start}
    assert opened_at == begun


def test_damage_of_any_kind_gives_records_and_reasons(tmp_path: Path) -> None:
    chance = random.Random("ios")
    sample = report(tmp_path, [told(), opened(), opened("intervalEnd"), told(domain="b.example")]).read_bytes()
    whole, path = [sample, *(file.read_bytes() for file in THERE)], tmp_path / "broken" / NAME
    path.parent.mkdir()
    for turn in range(200):
        data = bytearray(whole[turn % len(whole)])
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        for _ in range(chance.randint(1, 40) if data else 0):
            at = chance.randrange(len(data))
            data[at : at + chance.choice([1, 1, 9])] = chance.choice(
                [b"\0", b"\xff\xfe", b'"', b"{", b"\n", b"9" * 50, b""]
            )
        path.write_bytes(data or b"x")
        try:
            match = IMPORTER.recognise(exports.members(path)[0])
            items = list(IMPORTER.activities(match, {"now": exports.NOW})) if match and not match.problem else []
        except LifepodError:
            continue
        assert match is None or match.problem or items
        assert all(isinstance(item, Activity | Skipped) for item in items)


ODD: list[object] = [
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    "x",
    "\x00",
    "²",
    [],
    [[]],
    {},
    {"identifier": 5},
    "x" * 20_000,
    "2025-13-45",
]


@pytest.mark.parametrize("seed", range(20))
def test_dropped_keys_and_changed_types_are_reasons(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    lines: list[Line | str] = [told()]
    for number in range(40):
        line = told(domain=f"d{number}.example") if number % 2 else opened("event", identifier=f"i{number}")
        lines.append(
            {k: chance.choice(ODD) if chance.random() < 0.2 else v for k, v in line.items() if chance.random() > 0.05}
        )
    (found,) = gathered(report(tmp_path, lines))
    assert found.seen == 41 == found.records + sum(count for _, count in found.skipped)
    assert "failed on it" not in found.hint
