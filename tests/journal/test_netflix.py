"""Netflix: one person's rows of four tables, and the short list of titles and days with nothing guessed."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.journal.exports import NOW, Item, fact, filed, gathered, members, one, read, reasons, written
from tests.journal.test_transfers import damaged, fixtures, only

from lifepod.errors import TooBig, Undecided
from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Duration, Moment
from lifepod.journal.importers.netflix import IMPORTER
from lifepod.journal.record import match_key, name_of
from lifepod.names import SCHEMA

Cells = Mapping[str, str]
VIEW = {
    "Profile Name": "Alice", "Start Time": "2025-12-01 20:15:00", "Duration": "01:02:30", "Attributes": "",
    "Title": "The Great Adventure: Season 1: Pilot", "Supplemental Video Type": "", "Device Type": "Apple iPad",
    "Bookmark": "01:02:30", "Latest Bookmark": "Not latest view", "Country": "DE (Germany)",
}  # fmt: skip
SEARCH = {
    "Profile Name": "Alice", "Country Iso Code": "DE", "Device": "Apple iPad", "Is Kids": "0",
    "Query Typed": "passport", "Displayed Name": "A film", "Action": "select", "Section": "Titles",
    "Utc Timestamp": "2025-12-01 20:15:00",
}  # fmt: skip
RATING = {
    "Profile Name": "Alice", "Title Name": "A film", "Rating Type": "thumb", "Star Value": "", "Thumbs Value": "2",
    "Device Model": "Smart TV", "Event Utc Ts": "2025-12-01 20:15:00", "Region View Date": "",
}  # fmt: skip
LISTED = {"Profile Name": "Alice", "Title Name": "A film", "Country": "DE", "Utc Title Add Date": "2025-12-01"}
TABLES = {"ViewingActivity": VIEW, "SearchHistory": SEARCH, "Ratings": RATING, "MyList": LISTED}
EVERY = pytest.mark.parametrize("name", TABLES)
FIXTURES = fixtures("onfabric+context-use/**/ViewingActivity.csv")
SECRET = "Canary7Hush"


def table(usual: Cells, *rows: Cells, columns: Sequence[str] = ()) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(columns or usual), extrasaction="ignore")
    writer.writeheader()
    writer.writerows({**usual, **row} for row in rows or ({},))
    return out.getvalue()


def full(path: Path, name: str, *rows: Cells, encoding: str = "utf-8") -> Path:
    return written(path / f"netflix/CONTENT_INTERACTION/{name}.csv", table(TABLES[name], *rows), encoding)


def short(path: Path, *rows: tuple[str, str], columns: tuple[str, str] = ("Title", "Date")) -> Path:
    lines = [columns, *(rows or (("A film", "12/31/25"),))]
    text = "".join(f'"{title}","{day}"\n' if at else f"{title},{day}\n" for at, (title, day) in enumerate(lines))
    return written(path / "NetflixViewingHistory.csv", text)


def about(found: Activity) -> tuple[str, dict[str, object]]:
    (thing,) = found.things
    assert thing.link == SCHEMA + "object"
    return thing.types[0].removeprefix(SCHEMA), {name.removeprefix(SCHEMA): value for name, value in thing.facts}


def days(items: Sequence[Item]) -> list[object]:
    return [item.start.value.isoformat() if isinstance(item, Activity) and item.start else item for item in items]


# What was watched


def test_an_episode_says_what_was_watched_when_how_long_and_on_what(tmp_path: Path) -> None:
    found = one(full(tmp_path, "ViewingActivity"))
    assert (found.kind, found.source, found.name) == ("watch", "netflix-alice", VIEW["Title"])
    assert found.start == Moment(datetime(2025, 12, 1, 20, 15, tzinfo=UTC))
    assert (fact(found, "playedFor"), fact(found, "instrument")) == (Duration("PT1H2M30S"), "Apple iPad")
    assert fact(found, "provider") == "https://www.netflix.com/"
    assert about(found) == (
        "TVEpisode", {"partOfSeries": "The Great Adventure", "partOfSeason": "Season 1", "name": "Pilot"},
    )  # fmt: skip
    assert found.match == (VIEW["Title"].casefold(), "2025-12-01")


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("A film", "Movie"), ("Comedy Hour: Special Edition", "CreativeWork"),
        ("DAHMER: Monster: The Jeffrey Dahmer Story: The Good Boy Box (Episode 4)", "CreativeWork"),
        ("DAHMER: Monster: The Jeffrey Dahmer Story", "CreativeWork"), ("Star Wars: A: B", "CreativeWork"),
        (": : ", "CreativeWork"), ("Series: Season: Episode", "TVEpisode"),
        ("Dark: Staffel 1: Geheimnisse", "TVEpisode"),
        ("Tiger King: Tiger King 2: Beg Your Pardon", "TVEpisode"), ("X: Limited Series: Y", "TVEpisode"),
        ("Lupin: Partie 1: Chapitre 1", "TVEpisode"), ("X: Season 1:Y", "CreativeWork"), ("12:01", "Movie"),
        ("X: シーズン1: Y", "TVEpisode"),
    ],
)  # fmt: skip
def test_a_title_is_split_only_where_it_has_three_parts_and_a_season(title: str, kind: str, tmp_path: Path) -> None:
    found = one(full(tmp_path, "ViewingActivity", {"Title": title}))
    assert about(found)[0] == kind
    assert found.name == title.strip()
    if kind != "TVEpisode":
        assert about(found)[1] == {"name": title.strip()}


@pytest.mark.parametrize(
    "kind", ["HOOK", "hook", "TRAILER", "TEASER_TRAILER", "CINEMAGRAPH", "PROMOTIONAL", "recap", "anything"]
)
def test_a_clip_that_advertises_is_not_watched(kind: str, tmp_path: Path) -> None:
    assert reasons(full(tmp_path, "ViewingActivity", {"Supplemental Video Type": kind})) == ["promo-clip"]


@pytest.mark.parametrize(
    ("text", "length"),
    [("00:43:26", "PT43M26S"), ("00:00:00", "PT0S"), ("02:00:00", "PT2H"), ("00:00:05", "PT5S"), ("1:00:01", "PT1H1S"),
     ("26:00:00", "PT26H"), ("", None)],
)  # fmt: skip
def test_a_length_is_a_duration(text: str, length: str | None, tmp_path: Path) -> None:
    found = one(full(tmp_path, "ViewingActivity", {"Duration": text}))
    assert fact(found, "playedFor") == (Duration(length) if length else None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Duration": "43 min"}, "bad-number"), ({"Duration": "00:99:00"}, "bad-number"),
        ({"Duration": "-1:00:00"}, "bad-number"), ({"Start Time": ""}, "no-time"), ({"Start Time": "x"}, "bad-time"),
        ({"Start Time": "01/12/2025 20:15"}, "bad-time"), ({"Start Time": "1601-01-01 00:00:00"}, "bad-time"),
        ({"Start Time": "1970-01-01 00:00:00"}, "bad-time"), ({"Start Time": "2001-01-01 00:00:00"}, "bad-time"),
        ({"Start Time": "2038-01-19 03:14:07"}, "bad-time"), ({"Start Time": "2016-12-31 23:59:60"}, "bad-time"),
        ({"Start Time": "2025-02-30 00:00:00"}, "bad-time"), ({"Title": ""}, "no-object"),
        ({"Title": "\u202e"}, "no-object"),
    ],
)  # fmt: skip
def test_a_view_that_cannot_be_read_is_counted(change: Cells, reason: str, tmp_path: Path) -> None:
    assert reasons(full(tmp_path, "ViewingActivity", change, {})) == [reason]


def test_a_time_that_a_clock_at_home_never_showed_is_an_instant(tmp_path: Path) -> None:
    found = one(full(tmp_path, "ViewingActivity", {"Start Time": "2025-03-30 02:30:00"}))
    assert found.start == Moment(datetime(2025, 3, 30, 2, 30, tzinfo=UTC))


def test_two_views_that_start_in_one_second_are_two(tmp_path: Path) -> None:
    items = only(read(full(tmp_path, "ViewingActivity", {}, {}, {"Title": "Other"}, {"Duration": "00:01:00"})))
    ((_, data),) = filed([items]).items()
    assert data.count(b"schema:WatchAction") == 4


def test_a_device_that_is_called_another_name_later_is_the_same_view(tmp_path: Path) -> None:
    items = only(read(full(tmp_path, "ViewingActivity", {}, {"Device Type": "iPad (Safari)"})))
    assert len({name_of(item) for item in items}) == 1


def test_a_view_in_the_short_list_is_the_same_happening(tmp_path: Path) -> None:
    long, brief = (
        one(full(tmp_path / "a", "ViewingActivity", {"Start Time": "2025-12-31 01:00:00"})),
        one(short(tmp_path / "b", (VIEW["Title"], "12/31/25"))),
    )
    assert match_key(long) == match_key(brief)
    assert long.source != brief.source


# What was searched for, rated and put on the list


def test_a_search_says_what_was_typed(tmp_path: Path) -> None:
    found = one(full(tmp_path, "SearchHistory"))
    assert (found.kind, found.source, fact(found, "query")) == ("search", "netflix-alice", "passport")
    assert (fact(found, "provider"), fact(found, "instrument")) == ("https://www.netflix.com/", "Apple iPad")
    assert found.match == ("passport", "2025-12-01T20:15")
    assert "A film" not in repr(found)


def test_something_looked_at_without_typing_is_no_search(tmp_path: Path) -> None:
    assert reasons(full(tmp_path, "SearchHistory", {"Query Typed": " "})) == ["not-an-activity"]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, "like"), ({"Thumbs Value": "1"}, "dislike"), ({"Thumbs Value": "3"}, "like"),
        ({"Rating Type": "star", "Star Value": "5", "Thumbs Value": "2"}, "like"),
    ],
)  # fmt: skip
def test_thumbs_are_likes_and_dislikes(change: Cells, kind: str, tmp_path: Path) -> None:
    found = one(full(tmp_path, "Ratings", change))
    assert (found.kind, found.name, about(found)) == (kind, "A film", ("CreativeWork", {"name": "A film"}))
    assert found.start == Moment(datetime(2025, 12, 1, 20, 15, tzinfo=UTC))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Thumbs Value": "0"}, "not-an-activity"), ({"Thumbs Value": ""}, "not-an-activity"),
        ({"Thumbs Value": "", "Star Value": "-2"}, "not-an-activity"), ({"Thumbs Value": "7"}, "bad-number"),
        ({"Thumbs Value": "", "Star Value": "4"}, "unknown-verb"), ({"Thumbs Value": "up"}, "bad-number"),
        ({"Star Value": "five"}, "bad-number"), ({"Title Name": ""}, "no-object"), ({"Event Utc Ts": ""}, "no-time"),
    ],
)  # fmt: skip
def test_what_is_no_thumb_is_counted(change: Cells, reason: str, tmp_path: Path) -> None:
    assert reasons(full(tmp_path, "Ratings", change, {})) == [reason]


def test_the_list_says_a_day_and_stays_a_day(tmp_path: Path) -> None:
    found = one(full(tmp_path, "MyList"))
    assert (found.kind, found.start, found.match) == (
        "save", Moment(date(2025, 12, 1), "day"), ("a film", "2025-12-01"),
    )  # fmt: skip
    assert about(found) == ("CreativeWork", {"name": "A film"})


# Whose rows


@EVERY
def test_with_several_profiles_the_person_says_which_is_theirs(name: str, tmp_path: Path) -> None:
    path = full(tmp_path, name, {}, {"Profile Name": "Bob Müller"}, {"Profile Name": "alice "})
    with pytest.raises(Undecided) as raised:
        read(path)
    assert raised.value.choices == ("Alice", "Bob Müller")
    assert "--answer netflix.profile=Alice (or 'netflix.profile=Bob Müller')" in raised.value.advice
    assert "Alice, Bob Müller" in str(raised.value)
    mine = read(path, **{"netflix.profile": " bob mu\u0308ller"})
    assert [getattr(item, "source", None) or getattr(item, "reason", "") for item in mine] == [
        "other-person", "netflix-bob-muller", "other-person",
    ]  # fmt: skip


def test_what_the_question_shows_can_be_given_as_the_answer(tmp_path: Path) -> None:
    odd = ["\u202eA\u200b", "👨\u200d👩\u200d👧", "x" * 90, 'O\'Neil "Q"']
    path = full(tmp_path, "MyList", *({"Profile Name": name} for name in odd))
    with pytest.raises(Undecided) as raised:
        read(path)
    assert "\u202e" not in str(raised.value) + raised.value.advice
    for at, shown in enumerate(raised.value.choices):
        assert [isinstance(item, Activity) for item in read(path, **{"netflix.profile": shown})].index(True) == at


@EVERY
def test_one_profile_alone_is_the_persons(name: str, tmp_path: Path) -> None:
    assert one(full(tmp_path, name, {"Profile Name": "Zoë"})).source == "netflix-zoe"


@EVERY
def test_a_row_of_nobody_and_a_file_of_somebody_else_are_other_people(name: str, tmp_path: Path) -> None:
    items = read(full(tmp_path, name, {"Profile Name": ""}, {"Title": "x"}))
    assert [getattr(item, "reason", "") for item in items] == ["other-person", ""]
    others = read(full(tmp_path, name), **{"netflix.profile": "Bob"})
    assert [getattr(item, "reason", "") for item in others] == ["other-person"]


@pytest.mark.parametrize(
    ("profile", "source"),
    [("alice@mail.example", "netflix-profile"), ("+49 170 1234567", "netflix-profile"), ("太郎", "netflix-profile"),
     ("Max2009", "netflix-max2009"), ("Für Kinder", "netflix-fur-kinder"), ("x" * 90, "netflix-" + "x" * 24)],
)  # fmt: skip
def test_a_profile_is_an_address_only_where_it_is_no_number_or_e_mail(
    profile: str, source: str, tmp_path: Path
) -> None:
    assert one(full(tmp_path, "MyList", {"Profile Name": profile})).source == source


def test_very_many_profiles_are_not_all_named(tmp_path: Path) -> None:
    path = full(tmp_path, "MyList", *({"Profile Name": f"P{n}"} for n in range(300)))
    with pytest.raises(Undecided) as raised:
        read(path)
    assert len(raised.value.choices) == 8


def test_the_engine_asks_and_says_how_to_answer(tmp_path: Path) -> None:
    (report,) = gathered(full(tmp_path, "ViewingActivity", {}, {"Profile Name": "Bob"}))
    assert (report.importer, report.problem, report.records) == ("netflix", "needs-answer", 0)
    assert "--answer netflix.profile=Alice (or netflix.profile=Bob)" in report.hint


# The short list


@pytest.mark.parametrize("columns", [("Title", "Date"), ("Titel", "Datum"), ("Titre", "Date"), ("Título", "Fecha")])
def test_the_short_list_says_a_title_and_a_day(columns: tuple[str, str], tmp_path: Path) -> None:
    found = one(short(tmp_path, ("A film", "12/31/25"), columns=columns))
    assert (found.kind, found.source, found.name) == ("watch", "netflix", "A film")
    assert found.start == Moment(date(2025, 12, 31), "day")
    assert (fact(found, "playedFor"), fact(found, "instrument")) == (None, None)


@pytest.mark.parametrize(
    ("told", "answer", "expected"),
    [
        (("12/31/25", "1/2/25"), None, ["2025-12-31", "2025-01-02"]),
        (("31/12/2025", "1/2/2025"), None, ["2025-12-31", "2025-02-01"]),
        (("1.2.25", "13.1.25"), None, ["2025-02-01", "2025-01-13"]),
        (("15-12-2025", "01-02-2025"), None, ["2025-12-15", "2025-02-01"]),
        (("2021-12-15", "2021.12.05", "2021/1/2"), None, ["2021-12-15", "2021-12-05", "2021-01-02"]),
        (("3/3/25", "2021-12-15"), None, ["2025-03-03", "2021-12-15"]),
        (("1/2/25", "3/4/25"), "dmy", ["2025-02-01", "2025-04-03"]),
        (("1/2/25", "3/4/25"), "MDY", ["2025-01-02", "2025-03-04"]),
        # What the file shows counts for more than the answer.
        (("12/31/25", "1/2/25"), "dmy", ["2025-12-31", "2025-01-02"]),
    ],
)  # fmt: skip
def test_a_part_above_twelve_or_the_person_decides_the_order(
    told: Sequence[str], answer: str | None, expected: Sequence[str], tmp_path: Path
) -> None:
    path = short(tmp_path, *(("A film", text) for text in told))
    assert days(read(path, **({"netflix.dates": answer} if answer else {}))) == expected


@pytest.mark.parametrize(
    ("told", "answer"), [(("1/2/25", "3/4/25"), ""), (("1/2/25",), "ymd"), (("13/1/25", "1/13/25"), "")]
)
def test_dates_that_can_be_read_both_ways_are_asked_about(told: Sequence[str], answer: str, tmp_path: Path) -> None:
    path = short(tmp_path, *(("A film", text) for text in told))
    with pytest.raises(Undecided) as raised:
        read(path, **{"netflix.dates": answer})
    assert raised.value.choices == ("dmy", "mdy")
    assert "--answer netflix.dates=dmy (or =mdy)" in raised.value.advice


def test_a_date_against_the_order_of_the_file_is_no_date(tmp_path: Path) -> None:
    path = short(tmp_path, ("a", "1/13/25"), ("b", "13/1/25"), ("c", "1/2/25"))
    items = read(path, **{"netflix.dates": "mdy"})
    assert [getattr(item, "reason", "") for item in items] == ["", "bad-time", ""]


@pytest.mark.parametrize(
    ("day", "reason"),
    [("", "no-time"), ("yesterday", "bad-time"), ("0/5/25", "bad-time"), ("45/1/25", "bad-time"),
     ("13/14/25", "bad-time"), ("2/30/2025", "bad-time"), ("1/1/1970", "bad-time"), ("1/1/2038", "bad-time"),
     ("1/31/225", "bad-time"), ("12/31/25 20:15", "bad-time"), ("١/٣١/٢٥", "bad-time")],
)  # fmt: skip
def test_a_day_that_is_none_is_counted(day: str, reason: str, tmp_path: Path) -> None:
    assert reasons(short(tmp_path, ("a", "12/31/25"), ("b", day))) == [reason]


def test_one_title_twice_on_a_day_stays_two(tmp_path: Path) -> None:
    items = only(read(short(tmp_path, ("A film", "12/31/25"), ("A film", "12/31/25"))))
    (data,) = filed([items], [items]).values()
    assert data.count(b"schema:WatchAction") == 2


# Recognising


@EVERY
@pytest.mark.parametrize(("path", "confidence"), [("", 0.9), ("renamed.txt", 0.7)])
def test_a_table_is_known_by_its_columns_and_surer_by_its_name(
    name: str, path: str, confidence: float, tmp_path: Path
) -> None:
    text = table(TABLES[name], columns=sorted(TABLES[name], reverse=True))
    found = shelf.recognise(members(written(tmp_path / (path or f"{name} (1).csv"), text))[0])
    assert [(known.name, match.confidence) for known, match in found] == [("netflix", confidence)]


@EVERY
def test_the_order_of_columns_changes_nothing(name: str, tmp_path: Path) -> None:
    text = table(TABLES[name], columns=sorted(TABLES[name], reverse=True))
    assert one(written(tmp_path / "a.csv", text)) == one(full(tmp_path, name))


@EVERY
def test_a_table_without_a_needed_column_is_not_known(name: str, tmp_path: Path) -> None:
    match = {"Duration", "Start Time", "Title", "Profile Name", "Query Typed", "Utc Timestamp", "Title Name",
             "Thumbs Value", "Event Utc Ts", "Utc Title Add Date"}  # fmt: skip
    for missing in match & set(TABLES[name]):
        columns = [column for column in TABLES[name] if column != missing]
        path = written(tmp_path / f"{name}.csv", table(TABLES[name], columns=columns))
        assert IMPORTER.recognise(members(path)[0]) is None


@pytest.mark.parametrize(
    "content",
    ["", "\n", "Title\nA film\n", "Title,Date,Other\nA,1/13/25,x\n", "Title,Date\nA meeting,next week\n",
     "Date,Amount\n", "\x00,\x00", '"', "Name,Date\nA,1/13/25\n"],
)  # fmt: skip
def test_other_tables_are_not_known(content: str, tmp_path: Path) -> None:
    assert IMPORTER.recognise(members(written(tmp_path / "NetflixViewingHistory.csv", content))[0]) is None


@pytest.mark.parametrize(
    "path",
    ["netflix-report/IP_ADDRESSES/IpAddressesStreaming.csv", "PAYMENT_AND_BILLING/BillingHistory.csv",
     "netflix/DEVICES/Devices.csv", "netflix/PROFILES/Profiles.csv"],
)  # fmt: skip
def test_a_file_of_the_export_that_stays_out_is_named_and_not_read(path: str, tmp_path: Path) -> None:
    (report,) = gathered(written(tmp_path / path, f"Profile Name,Ip\nAlice,{SECRET}\n"))
    assert (report.importer, report.problem, report.records) == ("netflix", "unsupported-version", 0)
    assert report.hint
    assert SECRET not in repr(report)


@EVERY
def test_a_table_without_rows_is_empty_and_not_a_success(name: str, tmp_path: Path) -> None:
    (report,) = gathered(written(tmp_path / f"{name}.csv", table(TABLES[name]).splitlines()[0] + "\n"))
    assert (report.importer, report.problem) == ("netflix", "empty-export")
    (report,) = gathered(written(tmp_path / "x/NetflixViewingHistory.csv", "Title,Date\n"))
    assert (report.importer, report.problem) == ("netflix", "empty-export")


# Texts, damage, repetition


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    found = one(full(tmp_path, "ViewingActivity", {"Title": "Für Élise"}, encoding=encoding))
    assert found.name == "Für Élise"


def test_an_odd_text_is_a_text_and_a_long_one_is_cut(tmp_path: Path) -> None:
    items = read(full(tmp_path, "ViewingActivity", {"Title": "😀ש\u202e" * 100}, {"Title": "x" * 9000}))
    names = [item.name or "" for item in only(items)]
    assert ["\u202e" in names[0], len(names[0]) > 190, len(names[1])] == [False, True, 4000]


def test_a_field_past_the_bound_ends_the_file_with_a_reason(tmp_path: Path) -> None:
    items = read(full(tmp_path, "ViewingActivity", {}, {"Title": "x" * 1_100_000}, {}))
    assert [getattr(item, "reason", "") for item in items] == ["", "malformed"]
    items = read(short(tmp_path, ("a", "12/31/25"), ("x" * 1_100_000, "12/31/25")))
    assert [getattr(item, "reason", "") for item in items] == ["", "malformed"]


def test_a_file_that_unpacks_to_too_much_ends_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (member,) = members(full(tmp_path, "ViewingActivity"))
    match = IMPORTER.recognise(member)
    assert match is not None

    def refuse(self: object) -> None:
        raise TooBig("too much")

    monkeypatch.setattr(type(member), "open", refuse)
    items = list(IMPORTER.activities(match, {"now": NOW, "netflix.profile": "Alice"}))
    assert [getattr(item, "reason", "") for item in items] == ["too-large"]


def test_short_long_and_empty_rows_are_rows_or_nothing(tmp_path: Path) -> None:
    header, row = table(LISTED).splitlines()
    path = written(tmp_path / "MyList.csv", f"{header}\r\n\r\nAlice\r\n{row},x,y\r\n,,,\r\n")
    assert [getattr(item, "reason", "") for item in read(path)] == ["no-object", "", "other-person"]


@EVERY
def test_imported_twice_in_halves_and_in_any_order_it_is_the_same(name: str, tmp_path: Path) -> None:
    time = next(column for column in TABLES[name] if "Ts" in column or "Time" in column or "Utc" in column)
    days = [TABLES[name][time].replace("-01", f"-{n % 3 + 1:02}") for n in range(7)]
    items = only(read(full(tmp_path, name, *({time: day} for day in days))))
    assert len(items) == 7
    assert filed([items]) == filed([items], [items]) == filed([items[4:]], [items[:4]], [items]) == filed([items[::-1]])


@EVERY
def test_what_is_not_kept_is_nowhere(name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    kept = {
        "Profile Name",
        "Start Time",
        "Duration",
        "Title",
        "Supplemental Video Type",
        "Device Type",
        "Query Typed",
        "Utc Timestamp",
        "Device",
        "Title Name",
        "Event Utc Ts",
        "Thumbs Value",
        "Star Value",
        "Utc Title Add Date",
    }
    planted = {column: SECRET for column in TABLES[name] if column not in kept}
    rows: list[Cells] = [planted, {**planted, "Profile Name": "Bob", "Title": SECRET, "Title Name": SECRET,
                                   "Query Typed": SECRET}]  # fmt: skip
    rows += [{column: SECRET} for column in ("Duration", "Start Time", "Utc Timestamp", "Event Utc Ts",
                                             "Utc Title Add Date", "Thumbs Value")]  # fmt: skip
    items = read(full(tmp_path, name, *rows), **{"netflix.profile": "Alice"})
    shown = b"".join(filed([only(items)]).values()).decode() + repr(items) + caplog.text
    assert "Alice" not in shown
    assert SECRET not in shown


def test_login_secrets_and_account_numbers_in_texts_are_cut(tmp_path: Path) -> None:
    change = {"Title": f"https://x.example/?token={SECRET}", "Device Type": "DE89370400440532013000"}
    shown = repr(read(full(tmp_path, "ViewingActivity", change)))
    assert SECRET not in shown
    assert "370400440532" not in shown


# Files of others


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_a_file_of_others_has_as_many_rows_as_others_count(path: Path) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        theirs = list(csv.DictReader(file))
    for person in {row["Profile Name"] for row in theirs}:
        items = read(path, **{"netflix.profile": person})
        mine = [row for row in theirs if row["Profile Name"] == person and not row["Supplemental Video Type"]]
        assert len(items) == len(theirs) == 3
        assert [(item.name, item.start) for item in only(items)] == [
            (row["Title"], Moment(datetime.fromisoformat(row["Start Time"]).replace(tzinfo=UTC))) for row in mine
        ]
    counted = [getattr(item, "reason", "record") for item in read(path, **{"netflix.profile": "Alice"})]
    assert counted == ["record", "promo-clip", "other-person"]


SHORT_SAMPLE = 'Title,Date\n"A film","1/13/25"\n"B: Season 1: C","1/2/25"\n"D ""E""","1/31/25"\n'


def test_damage_of_every_kind_gives_records_and_reasons(tmp_path: Path) -> None:
    rows: list[Cells] = [{}, {"Profile Name": "Bob"}, {"Title": "x,\ny", "Title Name": "x,\ny"}, {}]
    samples = [table(usual, *rows).encode() for usual in TABLES.values()]
    samples += [SHORT_SAMPLE.encode(), SHORT_SAMPLE.encode("utf-16"), *(path.read_bytes() for path in FIXTURES)]
    damaged(samples, tmp_path / "NetflixViewingHistory.csv", 200, {"netflix.profile": "Alice"})
    damaged(samples, tmp_path / "NetflixViewingHistory.csv", 50, {})
