"""Browser history: the SQLite databases of the Firefox and the Chrome family, with search terms.

It refuses to open a live database (it reads a private copy, what SQLite keeps beside it included), to join sources,
and to read any column but those it names. A page of search results is a search and not a visit, so that whoever may
read the browsing never reads the searches.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from lifepod.journal.activity import Activity, Fact, Iri, Moment, Reason, Skipped
from lifepod.journal.importers.clock import out_of_bounds
from lifepod.journal.redact import clean_text, clean_url, is_internal, search_query_of, slug
from lifepod.journal.source import Importer, Match, Member
from lifepod.limits import LIMITS
from lifepod.names import LP_TRANSITION, SCHEMA

_MAGIC = b"SQLite format 3\0"
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_CHROME = datetime(1601, 1, 1, tzinfo=UTC)
_STEPS = 100_000
"""SQLite instructions between two looks at how much a query has done."""


@dataclass(frozen=True, slots=True)
class _Family:
    shape: str
    tables: frozenset[str]
    query: str
    epoch: datetime
    transitions: dict[int, str]
    aside: frozenset[int]
    """Transitions that are no visit of the person's: frames and embedded things."""


_FIREFOX = _Family(
    "firefox-places",
    frozenset({"moz_places", "moz_historyvisits"}),
    "SELECT v.visit_date, p.url, p.title, v.visit_type, NULL FROM moz_historyvisits v"
    " LEFT JOIN moz_places p ON p.id = v.place_id ORDER BY v.visit_date, v.id",
    _UNIX,
    {1: "link", 2: "typed", 3: "bookmark", 5: "redirect", 6: "redirect", 7: "download", 9: "reload"},
    frozenset({4, 8}),
)
_CHROMIUM = _Family(
    "chrome-history",
    frozenset({"urls", "visits"}),
    "SELECT v.visit_time, u.url, u.title, v.transition & 255, {term} FROM visits v"
    " LEFT JOIN urls u ON u.id = v.url ORDER BY v.visit_time, v.id",
    _CHROME,
    {
        0: "link",
        1: "typed",
        2: "bookmark",
        5: "generated",
        6: "start",
        7: "form",
        8: "reload",
        9: "keyword",
        10: "keyword",
    },
    frozenset({3, 4}),
)
_TERM = "(SELECT k.term FROM keyword_search_terms k WHERE k.url_id = u.id LIMIT 1)"

_PROGRAMS = (
    "librewolf",
    "waterfox",
    "floorp",
    "chromium",
    "brave",
    "edge",
    "vivaldi",
    "opera",
    "arc",
    "firefox",
    "chrome",
)
_USUAL = re.compile(r"(?:^|/)(?:places\.sqlite|History)$", re.IGNORECASE)


class BrowserHistory:
    """Reads ``places.sqlite`` and ``History``."""

    name = "browser"
    title = "Browser history (Firefox, Chrome and their families)"
    version = "1"
    how_to_get = (
        "It is on this computer already. Firefox: about:support, Profile Folder, places.sqlite. "
        "Chrome: chrome://version, Profile Path, the file History (about 90 days). "
        "Visits synced from other devices may be missing."
    )

    def recognise(self, member: Member) -> Match | None:
        """By its tables; a usual name with broken content is known, and said to be broken."""
        if member.head(16) != _MAGIC:
            usual = _USUAL.search(member.path) is not None and member.path.endswith("places.sqlite")
            return _broken(member, "it is not a SQLite database") if usual else None
        try:
            with member.on_disk() as path, closing(_opened(path)) as db:
                tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except sqlite3.Error as error:
            return _broken(member, type(error).__name__) if _USUAL.search(member.path) else None
        for family in (_FIREFOX, _CHROMIUM):
            if family.tables <= tables:
                sure = 0.9 if _USUAL.search(member.path) else 0.7
                why = f"it has the tables {' and '.join(sorted(family.tables))}"
                return Match(member, family.shape, "", sure, why, label=_source(member.path, family))
        return None

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every visit in order of time."""
        family = _FIREFOX if match.shape == _FIREFOX.shape else _CHROMIUM
        reader = _Reader(family, match, answers.get("now", ""))
        try:
            with match.member.on_disk() as path, closing(_opened(path)) as db:
                terms = db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'keyword_search_terms'").fetchone()[
                    0
                ]
                query = family.query.replace("{term}", _TERM if terms else "NULL")
                for number, row in enumerate(db.execute(query), 1):
                    yield reader.item(row, number)
        except sqlite3.Error:
            # Interrupted, malformed or locked: what was read so far stands, the rest is named.
            yield Skipped("malformed", match.member.path)


class _Reader:
    def __init__(self, family: _Family, match: Match, now: str) -> None:
        self._family, self._path, self._source, self._now = family, match.member.path, match.label, now
        program = match.label.split("-")[0].capitalize()
        self._instrument: Fact = (SCHEMA + "instrument", program)

    def item(self, row: tuple[object, ...], number: int) -> Activity | Skipped:
        stamp, url, title, how, term = row
        if not isinstance(url, str) or not isinstance(stamp, int | float):
            return self._skip("no-object" if isinstance(stamp, int | float) else "no-time", number)
        if how in self._family.aside:
            return self._skip("not-an-activity", number)
        if is_internal(url):
            return self._skip("internal-url", number)
        start = self._time(stamp)
        if isinstance(start, str):
            return self._skip(start, number)
        seen = _address(url)
        if seen is None:
            return self._skip("no-object", number)
        clean, searched = seen
        name = clean_text(title) if isinstance(title, str) and title else None
        if isinstance(term, str) and term.strip():
            searched = (_site(clean), clean_text(term))
        if searched is not None:
            return self._search(start, clean, searched)
        return self._visit(start, clean, name, self._family.transitions.get(how if isinstance(how, int) else -1))

    def _visit(self, start: Moment, url: str, name: str | None, transition: str | None) -> Activity:
        facts: tuple[Fact, ...] = ((SCHEMA + "object", Iri(url)), self._instrument)
        if transition:
            facts += ((LP_TRANSITION, transition),)
        when = start.value.isoformat()
        return Activity("visit", self._source, (url, when), start, name, facts, match=(url, when[:16]))

    def _search(self, start: Moment, url: str, searched: tuple[str, str]) -> Activity:
        site, query = searched
        when = start.value.isoformat()
        facts: tuple[Fact, ...] = (
            (SCHEMA + "query", query),
            (SCHEMA + "provider", Iri(site)),
            (SCHEMA + "target", Iri(url)),
            self._instrument,
        )
        return Activity(
            "search", self._source, (query, site, when), start, None, facts, match=(query.casefold(), when[:16])
        )

    def _time(self, stamp: int | float) -> Moment | Reason:
        if not stamp:
            return "no-time"
        micro = int(stamp)
        if self._family.epoch is _UNIX and abs(micro) < 10**14:
            micro *= 1000  # old Android databases count milliseconds
        try:
            value = self._family.epoch + timedelta(microseconds=micro)
        except OverflowError:
            return "bad-time"
        return "bad-time" if out_of_bounds(value, self._now) else Moment(value)

    def _skip(self, reason: Reason, number: int) -> Skipped:
        return Skipped(reason, f"{self._path}#{number}")


@lru_cache(maxsize=20_000)
def _address(url: str) -> tuple[str, tuple[str, str] | None] | None:
    clean = clean_url(url)
    return None if clean is None else (clean, search_query_of(url))


def _site(url: str) -> str:
    return "/".join(url.split("/", 3)[:3]) + "/"


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    steps = [0]

    def too_long() -> bool:
        steps[0] += 1
        return steps[0] > LIMITS.sqlite_steps

    db.set_progress_handler(too_long, _STEPS)
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA query_only = ON")
    return db


def _broken(member: Member, why: str) -> Match:
    return Match(
        member, "browser-history", "", 0.5, f"it has the name of a history database, but {why}",
        problem=Skipped("malformed", member.path),
        hint="The database is broken or was copied while the browser wrote it. Close the browser and import again.",
    )  # fmt: skip


def _source(path: str, family: _Family) -> str:
    lower = path.lower()
    program = next((p for p in _PROGRAMS if p in lower), "firefox" if family is _FIREFOX else "chrome")
    if program in ("firefox", "chrome") and (program == "firefox") is not (family is _FIREFOX):
        program = "firefox" if family is _FIREFOX else "chrome"
    folder = path.rsplit("/", 2)[-2] if path.count("/") else ""
    if family is _FIREFOX:
        profile = folder.split(".", 1)[1] if re.match(r"[a-z0-9]{8}\.", folder) else "default"
    else:
        profile = folder if re.fullmatch(r"Default|Profile \d+|Guest Profile", folder) else "default"
    return f"{program}-{slug(profile) or 'default'}"


IMPORTER: Importer = BrowserHistory()
"""What the entry point names."""
