"""Cookies: which hosts keep one in a browser, since when and until when, from the stores of Firefox and Chrome.

It refuses to read a cookie's value, encrypted or not: the columns are named, and SQLite itself keeps the connection
from all others. It refuses to guess what a cookie is for, and who set it where the store does not tell.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import isfinite
from typing import TypeGuard
from urllib.parse import parse_qs

from lifepod import names
from lifepod.journal.activity import Activity, Fact, Moment, Reason, Skipped
from lifepod.journal.importers import browser_profiles as profiles
from lifepod.journal.importers.clock import Stamps, out_of_bounds
from lifepod.journal.importers.sqlite_export import MAGIC, broken, columns, opened, tables
from lifepod.journal.redact import clean_text
from lifepod.journal.source import Importer, Match, Member


@dataclass(frozen=True, slots=True)
class _Store:
    shape: str
    table: str
    columns: Mapping[str, tuple[str, ...]]
    """Our name of a column → its names over the years, the newest first; in the order they are read in."""
    epoch: datetime
    programs: profiles.Programs


_FIREFOX = _Store(
    "firefox-cookies",
    "moz_cookies",
    {
        "host": ("host",), "name": ("name",), "path": ("path",), "apart": ("originattributes",),
        "created": ("creationtime",), "accessed": ("lastaccessed",), "expires": ("expiry",),
        "secure": ("issecure",), "http_only": ("ishttponly",), "same_site": ("samesite",),
    },
    datetime(1970, 1, 1, tzinfo=UTC),
    profiles.FIREFOX,
)  # fmt: skip
_CHROME = _Store(
    "chrome-cookies",
    "cookies",
    {
        "host": ("host_key",), "name": ("name",), "path": ("path",), "apart": ("top_frame_site_key",),
        "created": ("creation_utc",), "accessed": ("last_access_utc",), "expires": ("expires_utc",),
        "secure": ("is_secure", "secure"), "http_only": ("is_httponly", "httponly"),
        "same_site": ("samesite", "firstpartyonly"),
    },
    datetime(1601, 1, 1, tzinfo=UTC),
    profiles.CHROME,
)  # fmt: skip
_STORES = (_FIREFOX, _CHROME)
_BY_SHAPE = {store.shape: store for store in _STORES}
_ONLY = {store.table: {name for known in store.columns.values() for name in known} for store in _STORES}
_NEEDED = ("host", "name", "path", "expires")
_SAME_SITE = {0: "none", 1: "lax", 2: "strict"}
_MILLISECONDS_FROM = 16
"""``user_version`` from which Firefox (142 and later) counts expiry in milliseconds."""
_ANY_MILLISECONDS = 10**11
"""Where no version tells: as seconds this is after the year 5100, as milliseconds 1973."""
_USUAL = re.compile(r"(?:^|/)(?:cookies\.sqlite|Cookies)$")
_HOST = re.compile(r"[^\s/@]{1,255}")
_SITE = re.compile(r"(https?)://([^/:@\s]{1,255})(:[0-9]{1,5})?/?")
_FIREFOX_SITE = re.compile(r"\((https?),([^,:()@\s]{1,255})(?:,([0-9]{1,5}))?(?:,f)?\)")
_SAFARI_MAGIC = b"cook\0"


class Cookies:
    """Reads ``cookies.sqlite`` and ``Cookies``."""

    name = "cookies"
    title = "Cookies (Firefox, Chrome and their families), without their values"
    version = "1"
    how_to_get = (
        "It is on this computer already. Firefox: about:support, Profile Folder, cookies.sqlite. "
        "Chrome: chrome://version, Profile Path, the file Cookies or Network/Cookies. "
        "Values are never read. Cookies that end with the session are in no file of Firefox."
    )

    def recognise(self, member: Member) -> Match | None:
        """By its table and the columns of it; a usual name with broken content is known, and said to be broken."""
        usual, head = _USUAL.search(member.path) is not None, member.head()
        if head.startswith(_SAFARI_MAGIC):
            return _safari(member)
        if not head.startswith(MAGIC):
            named = usual and member.path.endswith(".sqlite")
            return _broken(member, "it is not a SQLite database") if named else None
        # The whole schema of such a store is on its first pages; other databases need not be copied to know.
        if not usual and b"cookies" not in head:
            return None
        try:
            with opened(member, _ONLY) as db:
                there, version = tables(db), str(_version(db))
                found = [store for store in _STORES if store.table in there and _has(db, store)]
        except sqlite3.Error as error:
            return _broken(member, type(error).__name__) if usual else None
        for store in found:
            label = profiles.source_of(member.path, store.programs)
            why = f"it has the table {store.table} with the columns of a cookie store"
            shown = version if store is _FIREFOX else ""
            return Match(member, store.shape, shown, 0.9 if usual else 0.7, why, label=label)
        return None

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every cookie in the order of the store."""
        store, number = _BY_SHAPE.get(match.shape), 0
        if store is None:  # what was recognised as broken
            yield match.problem or Skipped("malformed", match.member.path)
            return
        try:
            with opened(match.member, _ONLY) as db:
                there = columns(db, store.table)
                reader = _Reader(store, match.label, answers.get("now", ""), (_version(db), there))
                for row in db.execute(_query(store, there)):
                    number += 1
                    found = reader.cookie(row)
                    yield Skipped(found, f"{match.member.path}#{number}") if isinstance(found, str) else found
        except sqlite3.Error as error:
            yield Skipped(broken(error), match.member.path)


def _version(db: sqlite3.Connection) -> int:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return int(version)


def _has(db: sqlite3.Connection, store: _Store) -> bool:
    there = columns(db, store.table)
    return all(any(name in there for name in store.columns[ours]) for ours in _NEEDED)


def _query(store: _Store, there: set[str]) -> str:
    """Each column of ours by the newest name it has here, else nothing; no other is ever read."""
    found = [next((f'"{name}"' for name in known if name in there), "NULL") for known in store.columns.values()]
    return f"SELECT {', '.join(found)} FROM {store.table}"  # noqa: S608  (names of our own)


class _Reader:
    def __init__(self, store: _Store, source: str, now: str, schema: tuple[int, set[str]]) -> None:
        self._store, self._source = store, source
        self._stamps = Stamps(store.epoch, now)
        self._version, there = schema
        # Before "samesite" a 0 meant that the site had said nothing.
        self._says_none = store is _FIREFOX or "samesite" in there

    def cookie(self, row: Sequence[object]) -> Activity | Reason:
        host, name, path, apart, created, accessed, expires, secure, http_only, same_site = row
        if not isinstance(host, str) or not isinstance(name, str):
            return "no-object"
        host, name, path = clean_text(host).lower(), clean_text(name), clean_text(path) if _is_text(path) else ""
        if not _HOST.fullmatch(host):
            return "no-object"
        start = self._stamps.moment(_count(created))
        if start == "bad-time":
            return start
        apart = clean_text(apart) if _is_text(apart) else ""
        site, of = _firefox_site(apart) if self._store is _FIREFOX else _chrome_site(apart)
        seen = self._stamps.moment(_count(accessed))
        said: tuple[tuple[str, str | bool | Moment | None], ...] = (
            (names.LP_HOST, host),
            (names.LP_COOKIE_PATH, path or None),
            (names.LP_PARTITION_KEY, site),
            (names.LP_THIRD_PARTY, not _within(host, of) if of else None),
            (names.LP_SECURE, _flag(secure)),
            (names.LP_HTTP_ONLY, _flag(http_only)),
            (names.LP_SAME_SITE, self._same_site(same_site)),
            (names.LP_LAST_ACCESS, seen if isinstance(seen, Moment) else None),
        )
        facts: tuple[Fact, ...] = tuple((term, value) for term, value in said if value is not None)
        key, begins = (host, name, path, apart), start if isinstance(start, Moment) else None
        ends = self._ends(_count(expires))
        return Activity("cookie", self._source, key, begins, name or None, facts, native=True, end=ends)

    def _same_site(self, value: object) -> str | None:
        if not isinstance(value, int) or (value == 0 and not self._says_none):
            return None
        return _SAME_SITE.get(value)

    def _ends(self, count: int) -> Moment | None:
        """When it expires; ``None`` for the end of the session, and for what no calendar holds."""
        unit = 1
        if self._store is _FIREFOX:
            late = count >= _ANY_MILLISECONDS if self._version == 0 else self._version >= _MILLISECONDS_FROM
            unit = 1000 if late else 1_000_000
        try:
            value = self._store.epoch + timedelta(microseconds=count * unit)
        except OverflowError:
            return None
        # It may lie ahead as far as it likes, and in the past as far as anything may.
        return None if out_of_bounds(value, "") else Moment(value)


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str)


def _count(value: object) -> int:
    """A number as stores keep it; 0 where it is none, which is what they write for a time that is not known."""
    if isinstance(value, float) and isfinite(value):
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,19}", value):
        return int(value)
    return value if isinstance(value, int) else 0


def _flag(value: object) -> bool | None:
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


@lru_cache(maxsize=4096)
def _chrome_site(key: str) -> tuple[str | None, str]:
    """The site a cookie is kept apart for, and its host; nothing where the key is opaque."""
    found = _SITE.fullmatch(key)
    return (key.removesuffix("/"), found.group(2).lower()) if found else (None, "")


@lru_cache(maxsize=4096)
def _firefox_site(attributes: str) -> tuple[str | None, str]:
    """The same, of attributes such as ``^userContextId=2&partitionKey=%28https%2Cshop.example%29``."""
    said = parse_qs(attributes.removeprefix("^")) if attributes.count("&") < 20 else {}
    found = _FIREFOX_SITE.fullmatch(said.get("partitionKey", [""])[0])
    if found:
        scheme, host, port = found.groups()
        return f"{scheme}://{host}{f':{port}' if port else ''}", host.lower()
    first = said.get("firstPartyDomain", [""])[0].lower()
    return (first, first) if _HOST.fullmatch(first) and "." in first else (None, "")


def _within(host: str, site: str) -> bool:
    return f".{host.lstrip('.')}".endswith(f".{site}")


def _broken(member: Member, why: str) -> Match:
    return Match(
        member, "cookies", "", 0.5, f"it has the name of a cookie store, but {why}",
        problem=Skipped("malformed", member.path),
        hint="The database is broken or was copied while the browser wrote it. Close the browser and import again.",
    )  # fmt: skip


def _safari(member: Member) -> Match:
    return Match(
        member, "safari-cookies", "", 0.4, "it begins as Safari's cookies do",
        problem=Skipped("unsupported-version", member.path),
        hint="Cookies of Firefox and Chrome are read; those of Safari are not read yet.",
    )  # fmt: skip


IMPORTER: Importer = Cookies()
"""What the entry point names."""
