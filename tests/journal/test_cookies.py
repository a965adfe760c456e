"""Cookies: who keeps one, since when and until when; never a value, in any schema of either family."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.journal import exports
from tests.journal.exports import NOON, filed, gathered, one, read, reasons, unix, webkit, zipped

from lifepod.errors import LifepodError
from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Moment, Skipped
from lifepod.journal.importers import cookies, sqlite_export
from lifepod.journal.importers.cookies import IMPORTER
from lifepod.names import LP

FIXTURES = Path(__file__).resolve().parents[3] / "shared/fixtures/log2timeline+plaso/test_data"
SECRET = "Canary7Hush"
LATER = NOON + timedelta(days=400)
Cookie = dict[str, object]
Make = Callable[..., Path]

FIREFOX = (
    "CREATE TABLE moz_cookies(id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT, value TEXT,"
    " host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER,"
    " isHttpOnly INTEGER, inBrowserElement INTEGER DEFAULT 0, sameSite INTEGER DEFAULT 0, schemeMap INTEGER DEFAULT 0)"
)
OLD_FIREFOX = (
    "CREATE TABLE moz_cookies(id INTEGER PRIMARY KEY, baseDomain TEXT, name TEXT, value TEXT, host TEXT, path TEXT,"
    " expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER, isHttpOnly INTEGER)"
)
CHROME = (
    "CREATE TABLE cookies(creation_utc INTEGER NOT NULL, host_key TEXT NOT NULL, top_frame_site_key TEXT NOT NULL,"
    " name TEXT NOT NULL, value TEXT NOT NULL, encrypted_value BLOB NOT NULL, path TEXT NOT NULL, expires_utc INTEGER,"
    " is_secure INTEGER, is_httponly INTEGER, last_access_utc INTEGER, has_expires INTEGER, is_persistent INTEGER,"
    " priority INTEGER, samesite INTEGER, source_scheme INTEGER, source_port INTEGER, last_update_utc INTEGER,"
    " source_type INTEGER, has_cross_site_ancestor INTEGER)"
)
OLD_CHROME = (
    "CREATE TABLE cookies(creation_utc INTEGER NOT NULL UNIQUE PRIMARY KEY, host_key TEXT NOT NULL, name TEXT NOT NULL,"
    " value TEXT NOT NULL, path TEXT NOT NULL, expires_utc INTEGER NOT NULL, secure INTEGER NOT NULL,"
    " httponly INTEGER NOT NULL, last_access_utc INTEGER NOT NULL, has_expires INTEGER, persistent INTEGER,"
    " firstpartyonly INTEGER, encrypted_value BLOB)"
)


def stored(path: Path, schema: str, rows: Iterable[Cookie], version: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = "moz_cookies" if "moz_" in schema else "cookies"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(schema.replace(" NOT NULL", ""))
        db.execute(f"PRAGMA user_version = {version}")
        there = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
        for row in rows:
            kept = {name: value for name, value in row.items() if name in there}
            marks = ", ".join("?" * len(kept))
            db.execute(f"INSERT INTO {table} ({', '.join(kept)}) VALUES ({marks})", list(kept.values()))
    return path


def firefox(
    path: Path, rows: Iterable[Cookie] = ({},), schema: str = FIREFOX, version: int = 16, unit: int = 1000
) -> Path:
    """A ``cookies.sqlite``; ``unit`` is how many expiry counts make a second."""
    usual = {
        "originAttributes": "", "name": "id", "value": SECRET, "host": ".ads.example", "path": "/",
        "expiry": int(LATER.timestamp() * unit), "lastAccessed": unix(NOON + timedelta(hours=1)),
        "creationTime": unix(), "isSecure": 1, "isHttpOnly": 0, "sameSite": 0,
    }  # fmt: skip
    return stored(path, schema, [usual | row for row in rows], version)


def chrome(path: Path, rows: Iterable[Cookie] = ({},), schema: str = CHROME) -> Path:
    """A ``Cookies``."""
    usual = {
        "creation_utc": webkit(), "host_key": ".ads.example", "name": "id", "value": SECRET,
        "encrypted_value": b"v10" + SECRET.encode(), "path": "/", "expires_utc": webkit(LATER),
        "last_access_utc": webkit(NOON + timedelta(hours=1)), "is_secure": 1, "is_httponly": 0, "secure": 1,
        "httponly": 0, "top_frame_site_key": "", "samesite": -1, "firstpartyonly": 0,
    }  # fmt: skip
    return stored(path, schema, [usual | row for row in rows])


SHAPES: dict[str, Make] = {
    "firefox 16": firefox,
    "firefox 12": lambda path, rows=({},): firefox(path, rows, FIREFOX, 12, 1),
    "firefox 4": lambda path, rows=({},): firefox(path, rows, OLD_FIREFOX, 4, 1),
    "chrome 24": chrome,
    "chrome 5": lambda path, rows=({},): chrome(path, rows, OLD_CHROME),
}
EVERY = pytest.mark.parametrize("make", SHAPES.values(), ids=SHAPES)
BOTH = pytest.mark.parametrize("make", [firefox, chrome])


def said(cookie: Activity, name: str) -> object:
    return next((value for term, value in cookie.facts if term == LP + name), None)


@EVERY
def test_a_cookie_says_who_keeps_it_since_when_and_until_when(make: Make, tmp_path: Path) -> None:
    cookie = one(make(tmp_path / "store.db"))
    assert (cookie.kind, cookie.name, cookie.key) == ("cookie", "id", (".ads.example", "id", "/", ""))
    assert (cookie.start, cookie.end) == (Moment(NOON), Moment(LATER.replace(microsecond=cookie_micro(cookie))))
    assert (said(cookie, "host"), said(cookie, "cookiePath")) == (".ads.example", "/")
    assert said(cookie, "lastAccess") == Moment(NOON + timedelta(hours=1))
    assert (said(cookie, "secure"), said(cookie, "httpOnly")) == (True, False)
    assert (said(cookie, "partitionKey"), said(cookie, "thirdParty")) == (None, None)
    assert cookie.native


def cookie_micro(cookie: Activity) -> int:
    """What of a second the store keeps."""
    assert cookie.end is not None
    assert isinstance(cookie.end.value, datetime)
    assert cookie.end.value.microsecond in (0, 500_000)
    return cookie.end.value.microsecond


@pytest.mark.parametrize(
    ("version", "count", "year"),
    [
        (4, 1_800_000_000, 2027), (12, 1_800_000_000, 2027), (15, 1_800_000_000, 2027),
        (16, 1_800_000_000_000, 2027), (17, 1_800_000_000_000, 2027),
        (0, 1_800_000_000, 2027), (0, 1_800_000_000_000, 2027),
        (15, 253_402_300_799, 9999), (16, 253_402_300_799_000, 9999),
    ],
)  # fmt: skip
def test_firefox_counts_expiry_in_seconds_and_from_16_on_in_milliseconds(
    version: int, count: int, year: int, tmp_path: Path
) -> None:
    cookie = one(firefox(tmp_path / "cookies.sqlite", [{"expiry": count}], version=version))
    assert cookie.end is not None
    assert cookie.end.value.year == year


@pytest.mark.parametrize("count", [0, None, "never", b"x", -1, 2**63 - 1, -(2**63), float("inf"), 1e300])
@EVERY
def test_an_expiry_that_no_calendar_holds_is_left_out(make: Make, count: object, tmp_path: Path) -> None:
    cookie = one(make(tmp_path / "store.db", [{"expiry": count, "expires_utc": count}]))
    assert cookie.end is None
    assert "expires" not in filed([[cookie]]).popitem()[1].decode()


@EVERY
def test_a_cookie_that_has_expired_is_still_told(make: Make, tmp_path: Path) -> None:
    past = datetime(2011, 5, 1, tzinfo=UTC)
    changed: Cookie = {"expires_utc": webkit(past), "expiry": int(past.timestamp()) * (1000 if make is firefox else 1)}
    assert one(make(tmp_path / "store.db", [changed])).end == Moment(past)


@EVERY
@pytest.mark.parametrize("year", [1601, 1970, 1989, 2001, 2027, 2038])
def test_a_creation_that_cannot_have_happened_is_a_bad_time(make: Make, year: int, tmp_path: Path) -> None:
    at = datetime(year, 1, 1, tzinfo=UTC)
    path = make(tmp_path / "store.db", [{"creationTime": unix(at) or 1, "creation_utc": webkit(at) or 1}])
    assert reasons(path) == ["bad-time"]


@EVERY
@pytest.mark.parametrize("count", [0, "", "soon", b"x", None])
def test_a_creation_that_was_never_set_is_left_out(make: Make, count: object, tmp_path: Path) -> None:
    if make is SHAPES["chrome 5"]:
        count = 0  # there it is the row's own number
    assert one(make(tmp_path / "store.db", [{"creationTime": count, "creation_utc": count}])).start is None


@EVERY
@pytest.mark.parametrize("count", [0, None, "x", 2**62, -5])
def test_a_last_access_that_is_none_is_left_out(make: Make, count: object, tmp_path: Path) -> None:
    cookie = one(make(tmp_path / "store.db", [{"lastAccessed": count, "last_access_utc": count}]))
    assert said(cookie, "lastAccess") is None


def test_numbers_that_are_kept_as_text_or_as_fractions_are_read(tmp_path: Path) -> None:
    path = firefox(
        tmp_path / "cookies.sqlite", schema="CREATE TABLE moz_cookies(host, name, path, expiry, creationTime)"
    )
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE moz_cookies SET creationTime = ?, expiry = ?", (str(unix()), LATER.timestamp() * 1000.0))
    cookie = one(path)
    assert (cookie.start, cookie.end) == (Moment(NOON), Moment(LATER))


@pytest.mark.parametrize(
    ("attributes", "site", "third"),
    [
        ("^partitionKey=%28https%2Cshop.example%29", "https://shop.example", True),
        ("^partitionKey=%28http%2Cshop.example%2C8080%29", "http://shop.example:8080", True),
        ("^userContextId=2&partitionKey=%28https%2Cshop.example%2Cf%29", "https://shop.example", True),
        ("^partitionKey=%28https%2Cads.example%2Cf%29", "https://ads.example", False),
        ("^firstPartyDomain=shop.example", "shop.example", True),
        ("^firstPartyDomain=ads.example", "ads.example", False),
        ("^firstPartyDomain=ds.example", "ds.example", True),
        ("^userContextId=2", None, None),
        ("^privateBrowsingId=1", None, None),
        ("^partitionKey=nonsense", None, None),
        ("^partitionKey=" + "%28" * 3000, None, None),
        ("&" * 5000, None, None),
        ("", None, None),
        (None, None, None),
        (b"\xff", None, None),
    ],
)
def test_firefox_says_for_which_site_a_cookie_is_kept_apart(
    attributes: object, site: str | None, third: bool | None, tmp_path: Path
) -> None:
    cookie = one(firefox(tmp_path / "cookies.sqlite", [{"originAttributes": attributes}]))
    assert (said(cookie, "partitionKey"), said(cookie, "thirdParty")) == (site, third)


@pytest.mark.parametrize(
    ("key", "site", "third"),
    [
        ("https://shop.example", "https://shop.example", True),
        ("https://shop.example/", "https://shop.example", True),
        ("http://shop.example:8080", "http://shop.example:8080", True),
        ("https://ads.example", "https://ads.example", False),
        ("https://s.example", "https://s.example", True),
        ("null_8F3A", None, None),
        ("https://me:pass@shop.example", "https://shop.example", True),
        ("", None, None),
        (None, None, None),
        (7, None, None),
    ],
)
def test_chrome_says_for_which_site_a_cookie_is_kept_apart(
    key: object, site: str | None, third: bool | None, tmp_path: Path
) -> None:
    cookie = one(chrome(tmp_path / "Cookies", [{"top_frame_site_key": key}]))
    assert (said(cookie, "partitionKey"), said(cookie, "thirdParty")) == (site, third)


def test_a_container_and_a_site_of_its_own_make_another_cookie(tmp_path: Path) -> None:
    attributes = ["", "^userContextId=1", "^userContextId=2", "^partitionKey=%28https%2Cshop.example%29"]
    found = read(firefox(tmp_path / "cookies.sqlite", [{"originAttributes": a} for a in attributes]))
    assert len({item.key for item in found if isinstance(item, Activity)}) == 4


@pytest.mark.parametrize(
    ("make", "value", "expected"),
    [
        (firefox, 0, "none"), (firefox, 1, "lax"), (firefox, 2, "strict"), (firefox, 256, None), (firefox, None, None),
        (chrome, -1, None), (chrome, 0, "none"), (chrome, 1, "lax"), (chrome, 2, "strict"), (chrome, "x", None),
        (SHAPES["chrome 5"], 0, None), (SHAPES["chrome 5"], 1, "lax"), (SHAPES["chrome 5"], 2, "strict"),
    ],
)  # fmt: skip
def test_it_is_said_when_a_cookie_goes_along_from_other_sites(
    make: Make, value: object, expected: str | None, tmp_path: Path
) -> None:
    names = ("sameSite", "samesite", "firstpartyonly")
    assert said(one(make(tmp_path / "store.db", [dict.fromkeys(names, value)])), "sameSite") == expected


@BOTH
@pytest.mark.parametrize("flag", [None, 7, "yes", b"\1"])
def test_a_flag_that_is_none_is_left_out(make: Make, flag: object, tmp_path: Path) -> None:
    cookie = one(make(tmp_path / "store.db", [{"isSecure": flag, "is_secure": flag}]))
    assert said(cookie, "secure") is None


@BOTH
@pytest.mark.parametrize("host", ["", "  ", None, b"x", "a b.example", "me@mail.example", "x" * 300])
def test_a_host_that_is_none_is_no_object(make: Make, host: object, tmp_path: Path) -> None:
    assert reasons(make(tmp_path / "store.db", [{"host": host, "host_key": host}, {}])) == ["no-object"]


def test_a_cookie_may_be_without_a_name_and_a_path(tmp_path: Path) -> None:
    cookie = one(firefox(tmp_path / "cookies.sqlite", [{"name": "", "path": None}]))
    assert (cookie.name, said(cookie, "cookiePath"), cookie.key) == (None, None, (".ads.example", "", "", ""))


def test_a_name_of_emoji_and_of_right_to_left_letters_is_kept_without_what_turns_lines(tmp_path: Path) -> None:
    cookie = one(chrome(tmp_path / "Cookies", [{"name": "🍪" * 300 + "\u202eעוגיה\x07", "path": "/ä\u0308"}]))
    assert cookie.name == "🍪" * 300 + " עוגיה"


def test_text_that_is_no_utf8_spoils_only_itself(tmp_path: Path) -> None:
    path = firefox(tmp_path / "cookies.sqlite", [{}, {"name": "b"}])
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE moz_cookies SET name = CAST(x'41ff' AS TEXT) WHERE id = 1")
    assert [item.name for item in read(path) if isinstance(item, Activity)] == ["A\ufffd", "b"]


def test_a_database_in_utf16_is_read(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "cookies.sqlite")) as db:
        db.execute("PRAGMA encoding = 'UTF-16'")
        db.execute("CREATE TABLE x(y)")
    assert one(firefox(tmp_path / "cookies.sqlite", [{"name": "ü"}])).name == "ü"


@EVERY
def test_no_value_is_ever_asked_for(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path / "store.db", [{}, {"name": "b", "creation_utc": webkit() + 1}])
    asked, statements = set[tuple[str | None, ...]](), list[str]()

    class Watched(sqlite3.Connection):
        """Tells which columns SQLite is asked for, besides what the importer itself forbids."""

        def set_authorizer(self, guard: Callable[..., int] | None) -> None:
            assert guard is not None

            def watch(action: int, *rest: str | None) -> int:
                if action == sqlite3.SQLITE_READ:
                    asked.add(rest[:2])
                return guard(action, *rest)

            super().set_authorizer(watch)

    def connect(where: Path) -> sqlite3.Connection:
        db = Watched(where)
        db.set_trace_callback(statements.append)
        return db

    monkeypatch.setattr("lifepod.journal.importers.sqlite_export.sqlite3.connect", connect)
    assert len([item for item in read(path) if isinstance(item, Activity)]) == 2
    assert len(asked) > 5
    assert {column for _, column in asked} & {"value", "encrypted_value", ""} == set()
    assert statements
    assert not [s for s in statements if "*" in s or "value" in s]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT value FROM cookies", "SELECT encrypted_value FROM cookies", "SELECT * FROM cookies",
        "SELECT name FROM cookies WHERE value > 'a'", "SELECT name FROM cookies ORDER BY length(value)",
        "SELECT count(*) FROM cookies", "SELECT name FROM other", "SELECT hex(name) FROM cookies",
        "ATTACH ':memory:' AS x", "PRAGMA user_version = 3", "PRAGMA query_only = OFF", "DELETE FROM cookies",
        "CREATE TEMP TABLE t(x)",
    ],
)  # fmt: skip
def test_the_database_itself_refuses_every_other_question(sql: str, tmp_path: Path) -> None:
    path = chrome(tmp_path / "Cookies")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE other(name)")
    (member,) = exports.members(path)
    with sqlite_export.opened(member, cookies._ONLY) as db:
        assert db.execute("SELECT name FROM cookies").fetchall() == [("id",)]
        with pytest.raises(sqlite3.DatabaseError):
            db.execute(sql).fetchall()


@pytest.mark.parametrize(
    "schema",
    [
        CHROME.replace("host_key TEXT NOT NULL", "host_key TEXT AS (value)"),
        CHROME.replace("host_key TEXT NOT NULL", "host_key TEXT AS (value) STORED"),
        CHROME.replace("path TEXT NOT NULL", "path TEXT AS (encrypted_value)"),
        CHROME.replace("top_frame_site_key TEXT NOT NULL", "top_frame_site_key TEXT AS ('https://' || value)"),
    ],
)
def test_a_column_that_is_computed_from_the_value_is_not_read(schema: str, tmp_path: Path) -> None:
    path = tmp_path / "Cookies"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(schema.replace(" NOT NULL", ""))
        there = {row[1] for row in db.execute("PRAGMA table_info(cookies)")}
        row = {"host_key": "a.example", "name": "n", "path": "/", "value": SECRET, "encrypted_value": SECRET.encode()}
        kept = {name: value for name, value in row.items() if name in there}
        db.execute(f"INSERT INTO cookies ({', '.join(kept)}) VALUES ({', '.join('?' * len(kept))})", [*kept.values()])
    match = IMPORTER.recognise(exports.members(path)[0])
    found = list(IMPORTER.activities(match, {})) if match and not match.problem else []
    assert SECRET not in repr(found)
    assert SECRET not in repr(match)


@EVERY
def test_no_value_is_in_a_partition(make: Make, tmp_path: Path) -> None:
    path = make(tmp_path / "store.db")
    assert SECRET.encode() in path.read_bytes()
    found = read(path)
    records = [item for item in found if isinstance(item, Activity)]
    pod = filed([records])
    assert list(pod) == [(f"cookies/{records[0].source}", "undated.ttl")]
    assert SECRET not in f"{pod} {found}"


def test_secrets_in_the_columns_that_are_kept_are_cut(tmp_path: Path) -> None:
    rows: list[Cookie] = [
        {"name": "4111 1111 1111 1111", "path": f"/a;jsessionid={SECRET}"},
        {"name": "DE89 3704 0044 0532 0130 00", "path": f"/?token={SECRET}"},
        {"name": "c", "originAttributes": f"^partitionKey={SECRET}"},
        {"name": "d", "host": f"me:{SECRET}@ads.example"},
    ]
    records = [item for item in read(firefox(tmp_path / "cookies.sqlite", rows)) if isinstance(item, Activity)]
    text = "".join(data.decode() for data in filed([records]).values())
    assert [secret for secret in (SECRET, "4111 1111", "3704") if secret in text] == []


@pytest.mark.parametrize(
    ("make", "path", "source", "sure"),
    [
        (firefox, ".mozilla/firefox/ab12cd34.default-release/cookies.sqlite", "firefox-default-release", 0.9),
        (firefox, ".librewolf/ab12cd34.default/cookies.sqlite", "librewolf-default", 0.9),
        (firefox, "copy.db", "firefox-default", 0.7),
        (chrome, "google-chrome/Default/Cookies", "chrome-default", 0.9),
        (chrome, "Google/Chrome/User Data/Profile 1/Network/Cookies", "chrome-profile-1", 0.9),
        (chrome, "Microsoft/Edge/User Data/Default/Network/Cookies", "edge-default", 0.9),
        (chrome, "Network/Cookies", "chrome-default", 0.9),
        (chrome, "moz.db", "chrome-default", 0.7),
    ],
)
def test_a_store_is_known_by_its_columns_and_surer_by_its_name(
    make: Make, path: str, source: str, sure: float, tmp_path: Path
) -> None:
    (importer, match), *others = shelf.recognise(exports.members(make(tmp_path / "x" / path))[0])
    assert (importer.name, match.confidence, match.label, others) == ("cookies", sure, source, [])
    assert one(tmp_path / "x" / path).source == source


def test_the_version_of_firefox_schemas_is_told(tmp_path: Path) -> None:
    match = IMPORTER.recognise(exports.members(firefox(tmp_path / "cookies.sqlite"))[0])
    assert match is not None
    assert (match.shape, match.version) == ("firefox-cookies", "16")


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TABLE cookies(x)", "CREATE TABLE moz_cookies(host, name)", "CREATE TABLE x(cookies)",
        "CREATE VIEW cookies AS SELECT 1 host_key, 2 name, 3 path, 4 expires_utc",
        "CREATE VIRTUAL TABLE cookies USING fts4(host_key, name, path, expires_utc)",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["Cookies", "x.db"])
def test_another_database_is_not_known(schema: str, name: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / name)) as db, db:
        db.execute(schema)
    assert IMPORTER.recognise(exports.members(tmp_path / name)[0]) is None


def test_a_history_is_left_to_its_own_importer(tmp_path: Path) -> None:
    assert IMPORTER.recognise(exports.members(exports.firefox(tmp_path / "places.sqlite"))[0]) is None
    assert IMPORTER.recognise(exports.members(exports.chrome(tmp_path / "History"))[0]) is None


@EVERY
def test_a_store_inside_a_zip_is_read(make: Make, tmp_path: Path) -> None:
    data = make(tmp_path / "store.db").read_bytes()
    (report,) = gathered(zipped(tmp_path / "export.zip", {"profile/Cookies": data}))
    assert (report.importer, report.records, report.problem) == ("cookies", 1, "")


def test_rows_that_are_only_in_the_wal_are_read(tmp_path: Path) -> None:
    path = firefox(tmp_path / "cookies.sqlite")
    with closing(sqlite3.connect(path)) as live:
        live.execute("PRAGMA journal_mode=WAL")
        live.execute("PRAGMA wal_autocheckpoint=0")
        with live:
            live.execute("INSERT INTO moz_cookies (host, name, path, expiry) VALUES ('b.example', 'b', '/', 0)")
        assert [item.name for item in read(path) if isinstance(item, Activity)] == ["id", "b"]


def test_a_store_that_its_browser_locks_is_read_all_the_same(tmp_path: Path) -> None:
    path = chrome(tmp_path / "Cookies")
    with closing(sqlite3.connect(path, isolation_level=None)) as live:
        live.execute("BEGIN EXCLUSIVE")
        assert len(read(path)) == 1


@EVERY
def test_an_empty_store_is_not_a_success(make: Make, tmp_path: Path) -> None:
    (report,) = gathered(make(tmp_path / "store.db", []))
    assert (report.importer, report.problem) == ("cookies", "empty-export")


@pytest.mark.parametrize("content", [b"", b"SQLite", b"<html>", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_with_its_name_that_is_no_database_is_said_to_be_broken(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "cookies.sqlite").write_bytes(content)
    (report,) = gathered(tmp_path)
    assert (report.importer, report.problem, report.records) == ("cookies", "malformed", 0)
    assert "Close the browser" in report.hint


def test_cookies_of_safari_are_known_and_said_not_to_be_read_yet(tmp_path: Path) -> None:
    (tmp_path / "Cookies.binarycookies").write_bytes(b"cook\0\0\0\1" + b"\0" * 40)
    (report,) = gathered(tmp_path)
    assert (report.importer, report.problem) == ("cookies", "unsupported-version")
    assert "Safari" in report.hint


def test_a_store_that_was_cut_off_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = firefox(tmp_path / "cookies.sqlite", [{"name": str(n), "value": "x" * 500} for n in range(200)])
    path.write_bytes(path.read_bytes()[:20_000])
    (report,) = gathered(path)
    assert (report.importer, report.problem) == ("cookies", "malformed")


def test_a_later_export_keeps_the_first_creation_and_the_last_access(tmp_path: Path) -> None:
    first = one(firefox(tmp_path / "a/cookies.sqlite"))
    changed: Cookie = {
        "creationTime": unix() + 60_000_000,
        "lastAccessed": unix(NOON + timedelta(days=9)),
        "isHttpOnly": 1,
    }
    second = one(firefox(tmp_path / "b/cookies.sqlite", [changed]))
    (data,) = {data for pod in (filed([[first]], [[second]]), filed([[second]], [[first]])) for data in pod.values()}
    assert b'dct:created "2025-12-01T12:00:00.5Z"' in data
    assert b'lp:lastAccess "2025-12-10T12:00:00.5Z"' in data
    assert b'lp:httpOnly "true"' in data
    assert data.count(b"a lp:Cookie") == 1


@EVERY
def test_reading_twice_or_in_halves_gives_the_same_pod(make: Make, tmp_path: Path) -> None:
    rows = [{"name": f"c{n}", "creation_utc": webkit() + n, "creationTime": unix() + n} for n in range(8)]
    records = [item for item in read(make(tmp_path / "store.db", rows)) if isinstance(item, Activity)]
    assert len(records) == 8
    assert filed([records]) == filed([records, records]) == filed([records[4:]], [records[:5]])


COUNTS = {"chrome/cookies.db": (560, 169), "firefox/firefox_10_cookies.sqlite": (13, 5)} if FIXTURES.is_dir() else {}


@pytest.mark.parametrize(("name", "expected"), COUNTS.items())
def test_stores_made_by_browsers_are_read_whole(name: str, expected: tuple[int, int]) -> None:
    found = read(FIXTURES / name)
    records = [item for item in found if isinstance(item, Activity)]
    assert (len(found), len({said(record, "host") for record in records})) == expected
    assert len({record.key for record in records}) == len(records) == expected[0]


@pytest.mark.parametrize("name", COUNTS)
def test_stores_made_by_browsers_say_what_a_plain_query_says(name: str) -> None:
    table, host, created, expires = (
        ("cookies", "host_key", "creation_utc/1000000-11644473600", "expires_utc/1000000-11644473600")
        if "chrome" in name
        else ("moz_cookies", "host", "creationTime/1000000", "expiry")
    )
    with closing(sqlite3.connect(f"file:{FIXTURES / name}?mode=ro&immutable=1", uri=True)) as db:
        theirs = set(db.execute(f"SELECT {host}, name, path, {created}, {expires} FROM {table}"))
    ours = {
        (
            *item.key[:3],
            *(int(m.value.timestamp()) for m in (item.start, item.end) if m and isinstance(m.value, datetime)),
        )
        for item in read(FIXTURES / name)
        if isinstance(item, Activity)
    }
    assert len(ours ^ theirs) == 0, "they differ"


@pytest.mark.parametrize("name", COUNTS)
def test_no_value_of_a_real_store_is_in_a_partition(name: str) -> None:
    table = "cookies" if "chrome" in name else "moz_cookies"
    with closing(sqlite3.connect(f"file:{FIXTURES / name}?mode=ro&immutable=1", uri=True)) as db:
        # Long ones only: a short one such as "1" is in every number.
        values = {row[0] for row in db.execute(f"SELECT value FROM {table} WHERE length(value) > 11")}
    records = [item for item in read(FIXTURES / name) if isinstance(item, Activity)]
    text = "".join(data.decode() for data in filed([records]).values())
    found = sum(value in text for value in values)
    assert values
    assert found == 0, "a value stands in a partition"


def test_damage_of_any_kind_gives_records_and_reasons(tmp_path: Path) -> None:
    chance = random.Random("cookies")
    rows = [{"name": f"c{n}", "creation_utc": webkit() + n, "path": "/" + "p" * n} for n in range(60)]
    whole = [make(tmp_path / name, rows).read_bytes() for name, make in SHAPES.items()]
    whole += [(FIXTURES / name).read_bytes() for name in COUNTS]
    path = tmp_path / "broken/cookies.sqlite"
    path.parent.mkdir()
    for turn in range(200):
        data = bytearray(whole[turn % len(whole)])
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        for _ in range(chance.randint(1, 60)):
            if data:
                data[chance.randrange(min(len(data), 40_000))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        try:
            match = IMPORTER.recognise(exports.members(path)[0])
            items = list(IMPORTER.activities(match, {"now": exports.NOW})) if match and not match.problem else []
        except LifepodError:
            continue
        assert match is None or items or match.problem
        assert all(isinstance(item, Activity | Skipped) for item in items)
        assert all(SECRET not in repr(item) for item in items)


@pytest.mark.parametrize("seed", range(10))
@BOTH
def test_spoiled_rows_are_reasons(make: Make, seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    odd: list[object] = [
        None, 0, -1, 2**62, -(2**63), 1.5, float("inf"), "", "x", "\x00", b"\xff", "https://[", "²", "x" * 20_000,
        "2025-13-45",
    ]  # fmt: skip
    names = (
        "host", "host_key", "name", "path", "expiry", "expires_utc", "creationTime", "creation_utc", "isSecure",
        "is_secure", "sameSite", "samesite", "originAttributes", "top_frame_site_key", "lastAccessed",
    )  # fmt: skip
    rows = [{name: chance.choice(odd) for name in names if chance.random() < 0.3} for _ in range(30)]
    (report,) = gathered(make(tmp_path / "store.db", rows))
    assert report.seen == 30 == report.records + sum(count for _, count in report.skipped)
    assert "failed on it" not in report.hint


def test_what_was_recognised_as_broken_is_not_read_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "cookies.sqlite").write_bytes(b"nothing")
    match = IMPORTER.recognise(exports.members(tmp_path)[0])
    assert match is not None
    assert list(IMPORTER.activities(match, {})) == [match.problem]
