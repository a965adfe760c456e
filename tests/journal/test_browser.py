"""Browser history: the databases of both families, searches kept apart from visits, damage named."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import browserexport.parse
import pytest
from tests.journal import exports
from tests.journal.exports import NOON, chrome, fact, filed, firefox, gathered, one, read, reasons, unix, webkit

from lifepod.errors import LifepodError
from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Moment, Skipped
from lifepod.journal.importers.browser import IMPORTER
from lifepod.limits import Limits

Make = Callable[..., Path]
Visit = Mapping[str, object]
BOTH = pytest.mark.parametrize(
    ("make", "name", "count"), [(chrome, "History", webkit), (firefox, "places.sqlite", unix)]
)

FIXTURES = Path(__file__).resolve().parents[3] / "shared/fixtures"
_2001 = datetime(2001, 1, 1, tzinfo=UTC)
SAFARI = (
    "CREATE TABLE history_items(id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, visit_count INTEGER);"
    "CREATE TABLE history_visits(id INTEGER PRIMARY KEY, history_item INTEGER, visit_time REAL, title TEXT,"
    " load_successful BOOLEAN DEFAULT 1, redirect_source INTEGER, redirect_destination INTEGER, origin INTEGER);"
    "CREATE TABLE history_tombstones(id INTEGER PRIMARY KEY, url TEXT);"
)


def apple(at: datetime = NOON) -> float:
    """Seconds since 2001."""
    return (at - _2001).total_seconds()


def safari(path: Path, visits: Iterable[Visit] = ({},)) -> Path:
    """A ``History.db`` of visits, each with ``url title time hop origin``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(SAFARI)
        for number, visit in enumerate(visits, 1):
            db.execute(
                "INSERT INTO history_items VALUES (?, ?, 1)", (number, visit.get("url", f"https://s.example/{number}"))
            )
            row = (number, visit.get("time", apple()), visit.get("title", "A page"), *_ends(visit.get("hop")))
            db.execute("INSERT INTO history_visits VALUES (NULL, ?, ?, ?, 1, ?, ?, 0)", row)
        db.commit()
    return path


def _ends(hop: object) -> tuple[object, object]:
    return (7 if hop == "source" else None, 8 if hop == "destination" else None)


@BOTH
def test_a_visit_says_what_when_and_with_which_program(
    make: Make, name: str, count: Callable[..., int], tmp_path: Path
) -> None:
    visit = one(make(tmp_path / name))
    assert (visit.kind, visit.name, visit.start) == ("visit", "A page", Moment(NOON))
    assert fact(visit, "object") == "https://site.example/"
    assert fact(visit, "instrument") == ("Chrome" if make is chrome else "Firefox")
    assert visit.key == ("https://site.example/", "2025-12-01T12:00:00.500000+00:00")
    assert visit.match == ("https://site.example/", "2025-12-01T12:00")


@pytest.mark.parametrize(
    ("how", "said"),
    [(1, "link"), (2, "typed"), (3, "bookmark"), (5, "redirect"), (6, "redirect"), (7, "download"), (9, "reload"),
     (77, None), (None, None)],
)  # fmt: skip
def test_firefox_says_how_a_page_was_reached(how: int | None, said: str | None, tmp_path: Path) -> None:
    assert fact(one(firefox(tmp_path / "places.sqlite", [{"how": how}])), "transition") == said


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (0x30000000, "link"), (0x30000001, "typed"), (2, "bookmark"), (5, "generated"), (7, "form"), (8, "reload"),
        (9, "keyword"), (10, "keyword"),
        (0x40000000, "redirect"), (0x80000001, "redirect"), (0xA0000000 - 2**32, "redirect"),
        (0x30000000 | 11, None), (None, None),
    ],
)  # fmt: skip
def test_chrome_says_how_a_page_was_reached(how: int | None, said: str | None, tmp_path: Path) -> None:
    assert fact(one(chrome(tmp_path / "History", [{"how": how}])), "transition") == said


@pytest.mark.parametrize(
    ("make", "how"),
    [(firefox, 4), (firefox, 8), (chrome, 3), (chrome, 4), (chrome, 0x80000003), (chrome, 0xA0000004 - 2**32)],
)
def test_frames_are_no_visits(make: Make, how: int, tmp_path: Path) -> None:
    assert reasons(make(tmp_path / "places.sqlite", [{"how": how}])) == ["not-an-activity"]


@BOTH
@pytest.mark.parametrize(
    ("visit", "reason"),
    [
        ({"url": None}, "no-object"), ({"url": 5}, "no-object"), ({"url": b"https://x/"}, "no-object"),
        ({"url": ""}, "no-object"),
        ({"url": "no address"}, "no-object"), ({"time": None}, "no-time"), ({"time": "noon"}, "no-time"),
        ({"time": 0}, "no-time"),
        ({"time": float("inf")}, "bad-time"), ({"time": -(2**63)}, "bad-time"), ({"time": 2**63 - 1}, "bad-time"),
        ({"url": "about:blank"}, "internal-url"), ({"url": "chrome://newtab/"}, "internal-url"),
        ({"url": "file:///etc/passwd"}, "internal-url"),
        ({"url": "data:text/html,x"}, "internal-url"),
        ({"url": "moz-extension://x/"}, "internal-url"),
    ],
)  # fmt: skip
def test_what_is_no_visit_is_counted_with_its_reason(
    make: Make, name: str, count: Callable[..., int], visit: Visit, reason: str, tmp_path: Path
) -> None:
    items = read(make(tmp_path / name, [visit, {}]))
    assert [item.reason for item in items if isinstance(item, Skipped)] == [reason]
    assert sum(isinstance(item, Activity) for item in items) == 1


@BOTH
@pytest.mark.parametrize("year", [1601, 1970, 1989, 2001, 2027])
def test_an_epoch_and_what_cannot_have_happened_are_bad_times(
    make: Make, name: str, count: Callable[..., int], year: int, tmp_path: Path
) -> None:
    at = count(datetime(year, 1, 1, tzinfo=UTC)) or 1
    assert reasons(make(tmp_path / name, [{"time": at}])) == ["bad-time"]


def test_old_android_databases_count_milliseconds(tmp_path: Path) -> None:
    visit = one(firefox(tmp_path / "browser.db", [{"time": unix() // 1000}]))
    assert visit.start == Moment(NOON)


def test_a_time_kept_as_a_floating_number_is_read(tmp_path: Path) -> None:
    assert one(chrome(tmp_path / "History", [{"time": float(webkit())}])).start == Moment(NOON)


@BOTH
def test_a_page_of_results_is_a_search_and_no_visit(
    make: Make, name: str, count: Callable[..., int], tmp_path: Path
) -> None:
    url = "https://www.google.com/search?q=passport+renewal"
    search = one(make(tmp_path / name, [{"url": url, "title": "passport renewal - Search"}]))
    assert (search.kind, search.name) == ("search", None)
    assert (fact(search, "query"), fact(search, "provider"), fact(search, "target")) == (
        "passport renewal", "https://www.google.com/", url,
    )  # fmt: skip
    assert search.match == ("passport renewal", "2025-12-01T12:00")


def test_a_search_term_that_chrome_knows_makes_a_search_of_any_page(tmp_path: Path) -> None:
    search = one(chrome(tmp_path / "History", [{"url": "https://shop.example/find?w=x", "term": " Passport  photo "}]))
    assert (search.kind, fact(search, "query"), fact(search, "provider")) == (
        "search",
        "Passport photo",
        "https://shop.example/",
    )
    assert search.match[0] == "passport photo"


@pytest.mark.parametrize("term", ["", "  ", None, b"x"])
def test_a_search_term_that_says_nothing_makes_none(term: object, tmp_path: Path) -> None:
    assert one(chrome(tmp_path / "History", [{"term": term}])).kind == "visit"


def test_several_terms_of_one_page_make_one_search(tmp_path: Path) -> None:
    path = chrome(tmp_path / "History", [{"term": "b"}])
    with closing(sqlite3.connect(path)) as db, db:
        db.executemany("INSERT INTO keyword_search_terms VALUES (?, 1, ?)", [(3, "a"), (4, "c")])
    assert fact(one(path), "query") == "a"


def test_many_terms_without_an_index_take_no_time(tmp_path: Path) -> None:
    path = chrome(tmp_path / "History", [{"url": f"https://x.example/{n}", "term": str(n)} for n in range(4000)])
    found = read(path)
    assert len({fact(item, "query") for item in found if isinstance(item, Activity)}) == 4000


@pytest.mark.parametrize(
    "url",
    [
        "https://consent.google.com/ml?continue=https%3A%2F%2Fwww.google.com%2Fsearch%3Fq%3Dpassport",
        "https://www.amazon.de/dp/B0?keywords=passport",
        "https://www.google.com/url?q=https://www.bing.com/search%3Fq%3Dpassport",
    ],
)
def test_no_visit_tells_a_query(url: str, tmp_path: Path) -> None:
    found = one(chrome(tmp_path / "History", [{"url": url}]))
    assert found.kind == "search" or "passport" not in repr(found)


def test_visits_come_in_order_of_time(tmp_path: Path) -> None:
    times = [webkit() + n for n in (5, 1, 3)]
    found = [
        i.start.value.microsecond
        for i in read(chrome(tmp_path / "History", [{"time": t} for t in times]))
        if isinstance(i, Activity) and i.start and isinstance(i.start.value, datetime)
    ]
    assert found == [500_001, 500_003, 500_005]


def test_one_page_visited_at_two_times_is_two_records(tmp_path: Path) -> None:
    items = read(chrome(tmp_path / "History", [{}, {"time": webkit() + 1}]))
    assert len({item.key for item in items if isinstance(item, Activity)}) == 2


def test_a_title_that_is_no_text_is_left_out_or_mended(tmp_path: Path) -> None:
    path = chrome(tmp_path / "History", [{"title": None}, {"title": b"x"}, {"title": "\x00\x07"}, {}])
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE urls SET title = CAST(x'4180ff42' AS TEXT) WHERE id = 4")
    assert [item.name for item in read(path) if isinstance(item, Activity)] == [None, None, None, "A\ufffd\ufffdB"]


def test_an_address_that_is_no_text_spoils_only_itself(tmp_path: Path) -> None:
    path = chrome(tmp_path / "History", [{}, {"time": webkit() + 1}])
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE urls SET url = CAST(x'68747470733a2f2f782fff' AS TEXT) WHERE id = 1")
    assert [fact(item, "object") for item in read(path) if isinstance(item, Activity)] == [
        "https://x/%EF%BF%BD",
        "https://site.example/",
    ]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (".mozilla/firefox/ab12cd34.default-release/places.sqlite", "firefox-default-release"),
        (".librewolf/ab12cd34.default/places.sqlite", "librewolf-default"),
        ("snap/firefox/common/.mozilla/firefox/x0x0x0x0.Work Äb/places.sqlite", "firefox-work-ab"),
        (".var/app/org.mozilla.firefox/.mozilla/firefox/x0x0x0x0.default/places.sqlite", "firefox-default"),
        (".var/app/io.gitlab.librewolf-community/.librewolf/x0x0x0x0.default/places.sqlite", "librewolf-default"),
        (".waterfox/x0x0x0x0.68-edition-default/places.sqlite", "waterfox-68-edition-default"),
        (".var/app/one.ablaze.floorp/.floorp/x0x0x0x0.default-release/places.sqlite", "floorp-default-release"),
        (".moonchild productions/pale moon/x0x0x0x0.default/places.sqlite", "palemoon-default"),
        ("Moonchild Productions/Pale Moon/Profiles/x0x0x0x0.default/places.sqlite", "palemoon-default"),
        (".zen/x0x0x0x0.Default (release)/places.sqlite", "zen-default-release"),
        (".mozilla/firefox/ab12cd34.sam@mail.example/places.sqlite", "firefox-named"),
        (".mozilla/firefox/ab12cd34.491701234567/places.sqlite", "firefox-named"),
        ("chrome-stuff/places.sqlite", "firefox-default"),
        ("places.sqlite", "firefox-default"),
        ("google-chrome/Default/History", "chrome-default"),
        ("Google/Chrome/User Data/Profile 1/History", "chrome-profile-1"),
        ("BraveSoftware/Brave-Browser/Default/History", "brave-default"),
        ("Microsoft/Edge/User Data/Default/History", "edge-default"),
        ("snap/chromium/common/chromium/Default/History", "chromium-default"),
        ("Arc/User Data/Default/History", "arc-default"),
        ("vivaldi/Default/History", "vivaldi-default"),
        (".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser/Profile 2/History", "brave-profile-2"),
        (".var/app/com.microsoft.Edge/config/microsoft-edge/Default/History", "edge-default"),
        (".var/app/org.chromium.Chromium/config/chromium/Guest Profile/History", "chromium-guest-profile"),
        (".config/google-chrome-beta/Default/History", "chrome-default"),
        ("Opera Software/Opera Stable/Default/History", "opera-default"),
        ("Opera Software/Opera GX Stable/History", "operagx-default"),
        ("Library/Safari/History.db", "safari-default"),
        ("Library/Safari/Profiles/0A1B2C3D-1111-2222-3333-444455556666/History.db", "safari-0a1b2c3d"),
        ("sam.sample@mail.example/491701234567/History.db", "safari-default"),
        ("sam.sample@mail.example/491701234567/History", "chrome-default"),
        ("com.operasoftware.Opera/History", "opera-default"),
        ("research/archive/knowledge/History", "chrome-default"),
        ("firefox/backup of chrome/History", "chrome-default"),
        ("edge/then/chrome/History", "chrome-default"),
    ],
)  # fmt: skip
def test_a_source_is_named_after_program_and_profile(path: str, source: str, tmp_path: Path) -> None:
    make = {"places.sqlite": firefox, "History": chrome, "History.db": safari}[path.rsplit("/", 1)[-1]]
    found = one(make(tmp_path / "x" / path))
    assert found.source == source
    names = {"librewolf": "LibreWolf", "palemoon": "Pale Moon", "operagx": "Opera GX"}
    program = source.split("-")[0]
    assert fact(found, "instrument") == names.get(program, program.capitalize())


@BOTH
def test_it_is_recognised_by_its_tables_and_surer_by_its_name(
    make: Make, name: str, count: Callable[..., int], tmp_path: Path
) -> None:
    sure = [shelf.recognise(exports.members(make(tmp_path / n))[0])[0][1].confidence for n in ("copy.db", name)]
    assert sure == [0.7, 0.9]


def test_another_database_is_not_known(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "History")) as db, db:
        db.execute("CREATE TABLE urls(x)")
    assert shelf.recognise(exports.members(tmp_path / "History")[0]) == ()


@BOTH
def test_rows_that_are_only_in_the_wal_are_read(
    make: Make, name: str, count: Callable[..., int], tmp_path: Path
) -> None:
    path = make(tmp_path / name)
    with closing(sqlite3.connect(path)) as live:
        live.execute("PRAGMA journal_mode=WAL")
        live.execute("PRAGMA wal_autocheckpoint=0")
        table = "visits" if make is chrome else "moz_historyvisits"
        with live:
            live.execute(
                f"INSERT INTO {table} SELECT 9, 0, 1, {count() + 1}, 1"
                if make is firefox
                else f"INSERT INTO {table} SELECT 9, 1, {count() + 1}, 0, 1"
            )
        before = path.read_bytes()
        assert len(read(path)) == 2
        assert path.read_bytes() == before


def test_a_database_that_its_program_locks_is_read_all_the_same(tmp_path: Path) -> None:
    path = chrome(tmp_path / "History")
    with closing(sqlite3.connect(path, isolation_level=None)) as live:
        live.execute("BEGIN EXCLUSIVE")
        assert len(read(path)) == 1


def test_a_write_that_was_never_finished_is_not_read(tmp_path: Path) -> None:
    path = chrome(tmp_path / "History", [{"url": f"https://x.example/{n}" + "y" * 300} for n in range(500)])
    with closing(sqlite3.connect(path, isolation_level=None)) as live:
        live.execute("PRAGMA cache_size = 1")
        live.execute("PRAGMA cache_spill = 1")
        live.execute("BEGIN")
        live.execute("UPDATE urls SET url = replace(url, 'x.example', 'z.example')")
        assert b"z.example" in path.read_bytes()
        assert (tmp_path / "History-journal").stat().st_size
        found = [fact(item, "object") for item in read(path) if isinstance(item, Activity)]
    assert len(found) == 500
    assert not [address for address in found if "z.example" in str(address)]


@pytest.mark.parametrize("cut", [100, 4096, 9000])
def test_a_database_that_was_cut_off_is_said_to_be_damaged(cut: int, tmp_path: Path) -> None:
    path = chrome(tmp_path / "History", [{"url": f"https://x.example/{n}"} for n in range(400)])
    path.write_bytes(path.read_bytes()[:cut])
    (report,) = gathered(path)
    assert (report.importer, report.problem) == ("browser", "malformed")
    assert "Close the browser" in report.hint or "damaged" in report.hint


def test_what_was_read_before_the_damage_stands(tmp_path: Path) -> None:
    path = chrome(tmp_path / "History", [{"url": f"https://x.example/{n}" + "y" * 900} for n in range(400)])
    data = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as db:
        page = db.execute(
            "SELECT pageno FROM dbstat WHERE name = 'urls' AND pagetype = 'leaf' ORDER BY pageno DESC"
        ).fetchone()[0]
    data[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    path.write_bytes(data)
    (report,) = gathered(path)
    assert report.problem == "malformed"
    assert 0 < report.records < 400


@pytest.mark.parametrize("content", [b"", b"SQLite", b"<html>", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_with_its_name_that_is_no_database_is_said_to_be_broken(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "places.sqlite").write_bytes(content)
    (report,) = gathered(tmp_path)
    assert (report.importer, report.problem, report.records) == ("browser", "malformed", 0)
    assert "Close the browser" in report.hint


@BOTH
def test_a_history_without_visits_is_empty_and_not_a_success(
    make: Make, name: str, count: Callable[..., int], tmp_path: Path
) -> None:
    (report,) = gathered(make(tmp_path / name, []))
    assert (report.importer, report.problem) == ("browser", "empty-export")


def test_tables_without_their_columns_are_damaged(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "History")) as db, db:
        db.executescript("CREATE TABLE urls(x); CREATE TABLE visits(x);")
    assert reasons(tmp_path / "History") == ["malformed"]


def test_a_database_that_computes_for_ever_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = chrome(tmp_path / "History")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DROP TABLE urls")
        db.execute("CREATE TABLE urls(id, title, url)")
        # Every visit has every page: three thousand times three thousand rows.
        db.executemany("INSERT INTO urls VALUES (1, 't', 'https://x.example/')", [()] * 3000)
        db.executemany("INSERT INTO visits VALUES (NULL, 1, 1, 0, 0)", [()] * 3000)
    monkeypatch.setattr("lifepod.journal.importers.sqlite_export._STEPS", 100)
    monkeypatch.setattr("lifepod.journal.importers.sqlite_export.LIMITS", Limits(sqlite_steps=50))
    assert reasons(path) == ["malformed"]


def test_a_cell_that_fills_the_memory_ends_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = firefox(tmp_path / "places.sqlite", [{}, {}, {}, {"title": "x" * 200_000}])
    monkeypatch.setattr("lifepod.journal.importers.sqlite_export.LIMITS", Limits(entry_chars=100_000))
    found = read(path)
    assert isinstance(found[0], Activity)
    assert found[-1] == Skipped("too-large", path.as_posix())


def test_nothing_that_a_schema_holds_is_run(tmp_path: Path) -> None:
    path = chrome(tmp_path / "History")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("ALTER TABLE urls RENAME TO hidden")
        db.execute("CREATE VIEW urls AS SELECT * FROM hidden")
    assert shelf.recognise(exports.members(path)[0]) == ()


def test_a_table_that_a_module_computes_is_none(tmp_path: Path) -> None:
    path = chrome(tmp_path / "History")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DROP TABLE visits")
        db.execute("CREATE VIRTUAL TABLE visits USING fts4(visit_time)")
    assert shelf.recognise(exports.members(path)[0]) == ()


def test_a_visit_of_safari_says_what_when_and_with_which_program(tmp_path: Path) -> None:
    visit = one(safari(tmp_path / "Safari/History.db", [{"url": "https://site.example/"}]))
    assert (visit.kind, visit.source, visit.name, visit.start) == ("visit", "safari-default", "A page", Moment(NOON))
    assert fact(visit, "object") == "https://site.example/"
    assert (fact(visit, "instrument"), fact(visit, "transition")) == ("Safari", None)


def test_the_same_visit_in_three_browsers_has_one_match_key(tmp_path: Path) -> None:
    visit = {"url": "https://site.example/"}
    made = [safari(tmp_path / "History.db", [visit]), chrome(tmp_path / "History", [visit])]
    made.append(firefox(tmp_path / "places.sqlite", [visit]))
    assert len({one(path).match for path in made}) == 1
    assert len({one(path).source for path in made}) == 3


@pytest.mark.parametrize(("hop", "said"), [("source", "redirect"), ("destination", "redirect"), (None, None)])
def test_safari_says_which_visits_are_ends_of_a_redirect(hop: str | None, said: str | None, tmp_path: Path) -> None:
    assert fact(one(safari(tmp_path / "History.db", [{"hop": hop}])), "transition") == said


def test_an_older_safari_without_redirects_is_read(tmp_path: Path) -> None:
    path = safari(tmp_path / "History.db")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("ALTER TABLE history_visits DROP COLUMN redirect_source")
        db.execute("ALTER TABLE history_visits DROP COLUMN redirect_destination")
    assert one(path).kind == "visit"


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        (0, "no-time"), ("noon", "no-time"), (None, "no-time"), (float("inf"), "bad-time"), (1e308, "bad-time"),
        (-1e308, "bad-time"), (2**63 - 1, "bad-time"), (apple(datetime(1989, 1, 1, tzinfo=UTC)), "bad-time"),
        (apple(datetime(2027, 1, 1, tzinfo=UTC)), "bad-time"),
        (-978307200, "bad-time"), (-12622780800, "bad-time"),
    ],
)  # fmt: skip
def test_a_time_of_safari_that_cannot_have_been_is_none(time: object, reason: str, tmp_path: Path) -> None:
    assert reasons(safari(tmp_path / "History.db", [{"time": time}])) == [reason]


def test_a_page_of_results_in_safari_is_a_search(tmp_path: Path) -> None:
    search = one(safari(tmp_path / "History.db", [{"url": "https://duckduckgo.com/?q=passport"}]))
    assert (search.kind, fact(search, "query")) == ("search", "passport")


def test_what_safari_needs_is_said() -> None:
    assert "Full Disk Access" in IMPORTER.how_to_get


@pytest.mark.parametrize("make", [chrome, firefox, safari])
def test_reading_twice_or_in_halves_gives_the_same_pod(make: Make, tmp_path: Path) -> None:
    count = {chrome: webkit, firefox: unix, safari: apple}[make]
    visits = [{"url": f"https://x.example/{n}", "time": count(NOON + timedelta(hours=n))} for n in range(8)]
    records = [i for i in read(make(tmp_path / "History.db", visits)) if isinstance(i, Activity)]
    assert len(records) == 8
    assert filed([records]) == filed([records, records]) == filed([records[4:]], [records[:5]])


def theirs_of(path: Path) -> set[tuple[str, datetime]]:
    """What an independent reader sees; it decodes addresses."""
    return {(unquote(v.url), v.dt.astimezone(UTC)) for v in browserexport.parse.read_visits(path)}


def pairs(path: Path) -> set[tuple[str, datetime]]:
    """What we see, in the same form."""
    return {
        (unquote(str(fact(i, "object") or fact(i, "target"))), i.start.value)
        for i in read(path)
        if isinstance(i, Activity) and i.start and isinstance(i.start.value, datetime)
    }


DATABASES = FIXTURES / "purarue+browserexport/tests/databases"
COUNTS = {"chrome.sqlite": 6, "firefox.sqlite": 4} if DATABASES.is_dir() else {}


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_databases_made_by_browsers_give_what_another_reader_sees(name: str, count: int) -> None:
    found = read(DATABASES / name)
    assert len(found) == count
    ours, theirs = pairs(DATABASES / name), theirs_of(DATABASES / name)
    assert len(theirs) == count
    kept = {url for url, _ in ours}
    assert alike(ours, {pair for pair in theirs if pair[0] in kept})
    assert len(ours) + sum(isinstance(item, Skipped) for item in found) == count


def alike(ours: set[tuple[str, datetime]], theirs: set[tuple[str, datetime]]) -> bool:
    """Whether they are the same; the other reader counts in floating numbers and loses a microsecond."""
    near = timedelta(microseconds=5)
    pairs = zip(sorted(ours), sorted(theirs), strict=True)
    return all(one[0] == other[0] and abs(one[1] - other[1]) < near for one, other in pairs)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("make", [chrome, firefox, safari])
def test_another_reader_sees_the_same_pages_at_the_same_times(make: Make, seed: int, tmp_path: Path) -> None:
    chance, count = random.Random(seed), {chrome: webkit, firefox: unix, safari: apple}[make]
    visits = [
        {
            "url": f"https://x.example/{n}/ä%20b?x={chance.random()}",
            "time": count(NOON - timedelta(microseconds=chance.randrange(10**14))),
        }
        for n in range(50)
    ]
    path = make(tmp_path / "History.db", visits)
    with closing(sqlite3.connect(path)) as db, db:
        # What it knows the families by, and wants to see; we need none of it.
        if make is firefox:
            db.executescript("CREATE TABLE moz_meta(x); CREATE TABLE moz_annos(x);")
            db.executescript("ALTER TABLE moz_places ADD description; ALTER TABLE moz_places ADD preview_image_url;")
        if make is chrome:
            db.execute("ALTER TABLE visits ADD visit_duration INTEGER DEFAULT 0")
    assert len(theirs_of(path)) == 50
    assert alike(pairs(path), theirs_of(path))


def test_damage_of_any_kind_gives_records_and_reasons(tmp_path: Path) -> None:
    chance = random.Random("browser")
    visits = [{"url": f"https://x.example/{n}", "title": "t" * n} for n in range(60)]
    whole = [make(tmp_path / make.__name__, visits).read_bytes() for make in (chrome, firefox, safari)]
    whole += [(DATABASES / name).read_bytes() for name in COUNTS]
    path = tmp_path / "broken/History"
    path.parent.mkdir()
    for turn in range(60):
        data = bytearray(whole[turn % len(whole)])
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        for _ in range(chance.randint(1, 60)):
            if data:
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        member = exports.members(path)[0]
        try:
            match = IMPORTER.recognise(member)
            items = list(IMPORTER.activities(match, {"now": exports.NOW})) if match and not match.problem else []
        except LifepodError:
            continue
        assert all(isinstance(item, Activity | Skipped) for item in items)


def test_what_was_recognised_as_broken_is_not_read_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "places.sqlite").write_bytes(b"nothing")
    match = IMPORTER.recognise(exports.members(tmp_path)[0])
    assert match is not None
    assert list(IMPORTER.activities(match, {})) == [match.problem]
