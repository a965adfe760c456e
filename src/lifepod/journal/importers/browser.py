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
from datetime import UTC, datetime
from functools import lru_cache, partial
from math import isfinite
from pathlib import Path

from lifepod.journal.activity import Activity, Fact, Iri, Moment, Reason, Skipped
from lifepod.journal.importers.clock import Stamps
from lifepod.journal.redact import clean_text, clean_url, is_internal, search_query_of, slug, visited
from lifepod.journal.source import Importer, Match, Member
from lifepod.limits import LIMITS
from lifepod.names import LP_TRANSITION, SCHEMA

_MAGIC = b"SQLite format 3\0"
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_CHROME = datetime(1601, 1, 1, tzinfo=UTC)
_SHORT_URL = 1024
"""Characters of an address that is kept ready for its next visit."""
_STEPS = 100_000
"""SQLite instructions between two looks at how much a query has done."""


@dataclass(frozen=True, slots=True)
class _Family:
    shape: str
    tables: frozenset[str]
    query: str
    epoch: datetime
    transitions: Mapping[int, str]
    aside: frozenset[int]
    """Transitions that are no visit of the person's: frames and embedded things."""
    programs: tuple[str, ...]
    """Names of its programs as they stand in paths, the one it is named after first."""


_FIREFOX = _Family(
    "firefox-places",
    frozenset({"moz_places", "moz_historyvisits"}),
    "SELECT v.visit_date, p.url, p.title, v.visit_type, NULL FROM moz_historyvisits v"
    " LEFT JOIN moz_places p ON p.id = v.place_id {order}",
    _UNIX,
    {1: "link", 2: "typed", 3: "bookmark", 5: "redirect", 6: "redirect", 7: "download", 9: "reload"},
    frozenset({4, 8}),
    ("firefox", "librewolf", "waterfox", "floorp"),
)
_REDIRECT = 0x100
"""Beside Chrome's transition types, which take eight bits: the visit is one end of a redirect."""
_CHROMIUM = _Family(
    "chrome-history",
    frozenset({"urls", "visits"}),
    # Bits 30 and 31: https://source.chromium.org/chromium/chromium/src/+/main:ui/base/page_transition_types.h
    "SELECT v.visit_time, u.url, u.title, (v.transition & 255) | (((v.transition & 0xC0000000) != 0) << 8), {term}"
    " FROM visits v LEFT JOIN urls u ON u.id = v.url {terms} {order}",
    _CHROME,
    {
        0: "link", 1: "typed", 2: "bookmark", 5: "generated", 6: "start", 7: "form", 8: "reload", 9: "keyword",
        10: "keyword",
    },
    frozenset({3, 4}),
    ("chrome", "chromium", "brave", "edge", "vivaldi", "opera", "arc"),
)  # fmt: skip
_TERMS = "LEFT JOIN (SELECT url_id, min(term) term FROM keyword_search_terms GROUP BY url_id) k ON k.url_id = u.id"

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
                tables = _tables(db)
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
        reader, number = _Reader(family, match, answers.get("now", "")), 0
        # Putting rows in order needs them all; where some are damaged, those before them are taken as they come.
        for order in ("ORDER BY 1, v.id", ""):
            try:
                with match.member.on_disk() as path, closing(_opened(path)) as db:
                    for row in db.execute(_query(family, _tables(db), order)):
                        number += 1
                        yield reader.item(row, number)
                return
            except sqlite3.Error:
                if number:
                    break
        yield Skipped("malformed", match.member.path)


def _query(family: _Family, tables: set[str], order: str) -> str:
    known = "keyword_search_terms" in tables
    return family.query.format(term="k.term" if known else "NULL", terms=_TERMS if known else "", order=order)


class _Reader:
    def __init__(self, family: _Family, match: Match, now: str) -> None:
        self._family, self._path, self._source = family, match.member.path, match.label
        self._stamps = Stamps(family.epoch, now)
        program = match.label.split("-")[0].capitalize()
        self._instrument: Fact = (SCHEMA + "instrument", program)

    def item(self, row: tuple[object, ...], number: int) -> Activity | Skipped:
        stamp, url, title, how, term = row
        how = how if isinstance(how, int) else -1
        if not isinstance(stamp, int | float) or not isinstance(url, str):
            return self._skip("no-object" if isinstance(stamp, int | float) else "no-time", number)
        if how & ~_REDIRECT in self._family.aside:
            return self._skip("not-an-activity", number)
        if is_internal(url):
            return self._skip("internal-url", number)
        start = self._time(stamp)
        if isinstance(start, str):
            return self._skip(start, number)
        seen = _address(url) if len(url) <= _SHORT_URL else _seen(url)
        if seen is None:
            return self._skip("no-object", number)
        clean, searched = seen
        if isinstance(term, str) and clean_text(term):
            searched = (_site(clean), clean_text(term))
        if searched is not None:
            return self._search(start, clean, searched)
        name = clean_text(title) or None if isinstance(title, str) else None
        redirect = self._family is _CHROMIUM and how > 0 and how & _REDIRECT
        return self._visit(start, clean, name, "redirect" if redirect else self._family.transitions.get(how))

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
        if not isfinite(stamp):
            return "bad-time"
        count = int(stamp)
        if self._family is _FIREFOX and abs(count) < 10**14:
            count *= 1000  # old Android databases count milliseconds
        return self._stamps.moment(count)

    def _skip(self, reason: Reason, number: int) -> Skipped:
        return Skipped(reason, f"{self._path}#{number}")


def _seen(url: str) -> tuple[str, tuple[str, str] | None] | None:
    """An address as a record holds it, and the search it is a page of results of."""
    clean, searched = clean_url(url), search_query_of(url)
    if clean is None or searched is not None:
        return None if clean is None else (clean, searched)
    return visited(clean), None


_address = lru_cache(maxsize=16_384)(_seen)


def _site(url: str) -> str:
    return "/".join(url.split("/", 3)[:3]) + "/"


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    # Text that is no UTF-8 spoils one title, not all that comes after it.
    db.text_factory = partial(str, encoding="utf-8", errors="replace")
    steps = [0]

    def too_long() -> bool:
        steps[0] += 1
        return steps[0] > LIMITS.sqlite_steps

    db.set_progress_handler(too_long, _STEPS)
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA query_only = ON")
    return db


def _tables(db: sqlite3.Connection) -> set[str]:
    return {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _broken(member: Member, why: str) -> Match:
    return Match(
        member, "browser-history", "", 0.5, f"it has the name of a history database, but {why}",
        problem=Skipped("malformed", member.path),
        hint="The database is broken or was copied while the browser wrote it. Close the browser and import again.",
    )  # fmt: skip


def _source(path: str, family: _Family) -> str:
    # The name nearest to the file, as a word of its own: "arc" is also in "search" and "archive".
    said = re.findall(rf"(?<![a-z])(?:{'|'.join(family.programs)})(?![a-z])", path.lower())
    program = said[-1] if said else family.programs[0]
    folder = path.rsplit("/", 2)[-2] if path.count("/") else ""
    if family is _FIREFOX:
        profile = folder.split(".", 1)[1] if re.match(r"[a-z0-9]{8}\.", folder) else "default"
        # Addresses of records never hold an e-mail address or a phone number (some programs name profiles so).
        profile = "named" if re.search(r"@|\d{6}", profile) else profile
    else:
        profile = folder if re.fullmatch(r"Default|Profile \d+|Guest Profile", folder) else "default"
    return f"{program}-{slug(profile) or 'default'}"


IMPORTER: Importer = BrowserHistory()
"""What the entry point names."""
