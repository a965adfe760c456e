"""Browser history: the SQLite databases of Safari and of the Firefox and Chrome families, with search terms.

It refuses to open a live database (it reads a private copy), to join sources, and to read any column but those it
names. A page of search results is a search and not a visit, so that whoever may read the browsing never reads the
searches.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite

from lifepod.journal.activity import Activity, Fact, Iri, Moment, Reason, Skipped
from lifepod.journal.importers import browser_profiles as profiles
from lifepod.journal.importers.clock import Stamps
from lifepod.journal.importers.sqlite_export import MAGIC, broken, columns, opened, tables
from lifepod.journal.redact import clean_text, clean_url, is_internal, search_query_of, visited
from lifepod.journal.source import Importer, Match, Member
from lifepod.names import LP_TRANSITION, SCHEMA

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_CHROME = datetime(1601, 1, 1, tzinfo=UTC)
_APPLE = datetime(2001, 1, 1, tzinfo=UTC)
_TOO_FAR = 10**12
"""Seconds that lead out of the bounds, whatever they are counted from."""
_SHORT_URL, _KEPT_URLS = 256, 131_072
"""Pages are visited again and again: so many addresses are kept ready, of so many characters at most."""


@dataclass(frozen=True, slots=True)
class _Family:
    shape: str
    tables: frozenset[str]
    query: str
    epoch: datetime
    transitions: Mapping[int, str]
    aside: frozenset[int]
    """Transitions that are no visit of the person's: frames and embedded things."""
    programs: profiles.Programs


_FIREFOX = _Family(
    "firefox-places",
    frozenset({"moz_places", "moz_historyvisits"}),
    "SELECT v.visit_date, p.url, p.title, v.visit_type, NULL FROM moz_historyvisits v"
    " LEFT JOIN moz_places p ON p.id = v.place_id {order}",
    _UNIX,
    {1: "link", 2: "typed", 3: "bookmark", 5: "redirect", 6: "redirect", 7: "download", 9: "reload"},
    frozenset({4, 8}),
    profiles.FIREFOX,
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
    profiles.CHROME,
)  # fmt: skip
_SAFARI = _Family(
    "safari-history",
    frozenset({"history_items", "history_visits"}),
    "SELECT v.visit_time, i.url, v.title, {hop}, NULL FROM history_visits v"
    " LEFT JOIN history_items i ON i.id = v.history_item {order}",
    _APPLE,
    {1: "redirect"},
    frozenset(),
    profiles.SAFARI,
)
_FAMILIES = (_FIREFOX, _CHROMIUM, _SAFARI)
_BY_SHAPE = {family.shape: family for family in _FAMILIES}
_TERMS = "LEFT JOIN (SELECT url_id, min(term) term FROM keyword_search_terms GROUP BY url_id) k ON k.url_id = u.id"
_HOPS = ("redirect_source", "redirect_destination")
"""Columns by which Safari says that a visit is one end of a redirect."""
_USUAL = re.compile(r"(?:^|/)(?:places\.sqlite|History(?:\.db)?)$", re.IGNORECASE)


class BrowserHistory:
    """Reads ``places.sqlite``, ``History`` and ``History.db``."""

    name = "browser"
    title = "Browser history (Firefox, Chrome and their families, Safari)"
    version = "1"
    how_to_get = (
        "It is on this computer already. Firefox: about:support, Profile Folder, places.sqlite. "
        "Chrome: chrome://version, Profile Path, the file History (about 90 days). "
        "Safari: Library/Safari/History.db in your home folder; macOS hides it until you switch on Full Disk Access "
        "for the terminal (System Settings, Privacy & Security, Full Disk Access). "
        "Visits synced from other devices may be missing."
    )

    def recognise(self, member: Member) -> Match | None:
        """By its tables; a usual name with broken content is known, and said to be broken."""
        usual = _USUAL.search(member.path) is not None
        if member.head(16) != MAGIC:
            named = usual and re.search(r"places\.sqlite$|Safari/.*History\.db$", member.path)
            return _broken(member, "it is not a SQLite database") if named else None
        try:
            with opened(member) as db:
                there = tables(db)
        except sqlite3.Error as error:
            return _broken(member, type(error).__name__) if usual else None
        for family in _FAMILIES:
            if family.tables <= there:
                why = f"it has the tables {' and '.join(sorted(family.tables))}"
                label = profiles.source_of(member.path, family.programs)
                return Match(member, family.shape, "", 0.9 if usual else 0.7, why, label=label)
        return None

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every visit in order of time."""
        family = _BY_SHAPE.get(match.shape)
        if family is None:  # what was recognised as broken
            yield match.problem or Skipped("malformed", match.member.path)
            return
        reader, number = _Reader(family, match, answers.get("now", "")), 0
        reason: Reason = "malformed"
        # Putting rows in order needs them all; where some are damaged, those before them are taken as they come.
        for order in ("ORDER BY 1, v.id", ""):
            try:
                with opened(match.member) as db:
                    for row in db.execute(_query(family, db, order)):
                        number += 1
                        yield reader.item(row, number)
                return
            except sqlite3.Error as error:
                reason = broken(error)
                if number:
                    break
        yield Skipped(reason, match.member.path)


def _query(family: _Family, db: sqlite3.Connection, order: str) -> str:
    if family is _SAFARI:
        there = columns(db, "history_visits")
        hop = " OR ".join(f"coalesce(v.{name}, 0) != 0" for name in _HOPS if name in there)
        return family.query.format(hop=hop or "NULL", order=order)
    known = "keyword_search_terms" in tables(db)
    return family.query.format(term="k.term" if known else "NULL", terms=_TERMS if known else "", order=order)


class _Reader:
    def __init__(self, family: _Family, match: Match, now: str) -> None:
        self._family, self._path, self._source = family, match.member.path, match.label
        self._stamps = Stamps(family.epoch, now)
        self._instrument: Fact = (SCHEMA + "instrument", profiles.shown(match.label))

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
        when = start.text
        return Activity("visit", self._source, (url, when), start, name, facts, match=(url, when[:16]))

    def _search(self, start: Moment, url: str, searched: tuple[str, str]) -> Activity:
        site, query = searched
        when = start.text
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
        if self._family is _SAFARI:
            seconds = min(max(stamp, -_TOO_FAR), _TOO_FAR)
            return self._stamps.moment(round(seconds * 1_000_000))
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


_address = lru_cache(maxsize=_KEPT_URLS)(_seen)


def _site(url: str) -> str:
    return "/".join(url.split("/", 3)[:3]) + "/"


def _broken(member: Member, why: str) -> Match:
    return Match(
        member, "browser-history", "", 0.5, f"it has the name of a history database, but {why}",
        problem=Skipped("malformed", member.path),
        hint="The database is broken or was copied while the browser wrote it. Close the browser and import again.",
    )  # fmt: skip


IMPORTER: Importer = BrowserHistory()
"""What the entry point names."""
