"""Google's own record of a person: My Activity, YouTube history and Chrome history, as JSON.

It refuses the HTML variant, which has lost seconds and zones (it says which box to tick), and keeps the places of a
search out of the searches.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from lifepod.errors import Malformed, TooBig
from lifepod.journal.activity import Activity, Fact, Iri, Moment, Reason, Skipped, Thing
from lifepod.journal.importers.clock import Stamps, moment_of
from lifepod.journal.importers.entries import encoding_of, entries
from lifepod.journal.importers.verbs import is_notice, said
from lifepod.journal.redact import clean_text, clean_url, is_internal, search_query_of, slug, visited
from lifepod.journal.source import Importer, Match, Member
from lifepod.names import LP_AD, LP_TRANSITION, SCHEMA

_CHROME, _ACTIVITY, _OLD = "chrome-takeout", "my-activity", "my-activity-2017"
_NAMES = (
    "My ?Activity|MeineAktivitäten|MonActivité|MiActividad|LeMieAttività|MijnActiviteit|watch-history|search-history|"
    "Wiedergabeverlauf|Suchverlauf|kijkgeschiedenis|zoekgeschiedenis"
)
_TAIL = re.compile(rf"(?:{_NAMES}|History|BrowserHistory|Geschiedenis|Verlauf)\.json$", re.IGNORECASE)
_PAGE = re.compile(rf"(?:{_NAMES})\.html?$", re.IGNORECASE)
_ASIDE = frozenset({"auto_subframe", "manual_subframe"})
"""Chrome's transitions that are no visit of the person's."""
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_BOX = (
    "This is the HTML variant, which has lost seconds and time zones. At takeout.google.com choose My Activity (and "
    "YouTube), click 'Multiple formats', set 'Activity records' to JSON instead of HTML, and export again."
)


class GoogleActivity:
    """Reads ``MyActivity.json``, ``watch-history.json``, ``search-history.json`` and Chrome's ``History.json``."""

    name = "google-activity"
    title = "Google My Activity, YouTube and Chrome (Takeout, JSON)"
    version = "1"
    how_to_get = (
        "takeout.google.com: choose My Activity, YouTube history and Chrome, and JSON (not HTML) under 'Multiple "
        "formats'; minutes to hours. Places are not in it any more: export those on your phone."
    )

    def recognise(self, member: Member) -> Match | None:
        """By the keys at its start; the name makes it surer."""
        first = member.head()
        head = first.decode(encoding_of(first), errors="replace")
        start = head.lstrip("\ufeff \t\r\n")
        path = unicodedata.normalize("NFC", member.path)
        usual = 0.9 if _TAIL.search(path) else 0.7
        if start.startswith("<"):
            return _html(member, path, start)
        if start.startswith("{") and ('"Browser History"' in head or '"Typed Url"' in head):
            return Match(member, _CHROME, "", usual, "it has the key 'Browser History'", label="google-chrome")
        if start.startswith("[") and '"snippet"' in head and '"publishedAt"' in head:
            return Match(member, _OLD, "2017", usual, "its entries have a snippet with publishedAt")
        titled = '"title"' in head and '"time"' in head
        if start.startswith("[") and titled and re.search(r'"(?:products|header)"', head):
            return Match(member, _ACTIVITY, "", usual, "its entries have title, time and products")
        if re.fullmatch(r"\[\s*\]\s*", start) and _TAIL.search(path):
            return Match(member, _ACTIVITY, "", 0.5, "it has the name of an activity file and an empty list")
        return None

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every entry in the order of the file, read as a stream."""
        reader, number = _Reader(match, answers.get("now", "")), 0
        under = "Browser History" if match.shape == _CHROME else None
        try:
            with match.member.open() as stream:
                for entry in entries(stream, match.member.path, under):
                    number += 1
                    yield reader.item(entry, number)
        except TooBig:
            yield Skipped("too-large", f"{match.member.path}#{number + 1}")
        except Malformed:
            yield Skipped("malformed", f"{match.member.path}#{number + 1}")


class _Reader:
    def __init__(self, match: Match, now: str) -> None:
        self._path, self._shape, self._now = match.member.path, match.shape, now
        self._stamps = Stamps(_UNIX, now)

    def item(self, entry: object, number: int) -> Activity | Skipped:
        if not isinstance(entry, dict):
            return self._skip("not-an-activity", number)
        found = self._chrome(entry) if self._shape == _CHROME else self._activity(entry)
        return self._skip(found, number) if isinstance(found, str) else found

    def _skip(self, reason: Reason, number: int) -> Skipped:
        return Skipped(reason, f"{self._path}#{number}")

    def _chrome(self, entry: dict[str, Any]) -> Activity | Reason:
        url, stamp = entry.get("url"), entry.get("time_usec")
        if not isinstance(url, str):
            return "no-object"
        if is_internal(url):
            return "internal-url"
        start = self._stamps.moment(int(str(stamp))) if _is_count(stamp) else "no-time"
        if isinstance(start, str):
            return start
        how = str(entry.get("page_transition_qualifier") or entry.get("page_transition") or "").lower()
        if how in _ASIDE:
            return "not-an-activity"
        clean, searched = clean_url(url), search_query_of(url)
        if clean is None:
            return "no-object"
        if searched is not None:
            return _search("google-chrome", start, searched, clean)
        facts: tuple[Fact, ...] = ((SCHEMA + "instrument", "Chrome"),)
        if re.fullmatch(r"[a-z_]{1,30}", how):
            facts += ((LP_TRANSITION, "redirect" if how.endswith("_redirect") else how),)
        return _about("visit", "google-chrome", start, (clean, _name(entry.get("title"))), facts)

    def _activity(self, entry: dict[str, Any]) -> Activity | Reason:
        if self._shape == _OLD:
            snippet = entry.get("snippet")
            entry = snippet if isinstance(snippet, dict) else {}
            entry = {**entry, "time": entry.get("publishedAt")}
        title, url = _name(entry.get("title")), entry.get("titleUrl")
        url = url if isinstance(url, str) else ""
        if not title:
            return "no-object"
        if is_notice(title):
            return "not-an-activity"
        start = moment_of(entry.get("time"), self._now)
        if isinstance(start, str):
            return start
        told = said(title) or _by_address(url, title)
        if told is None:
            return "unknown-verb"
        if is_internal(url):
            return "internal-url"
        if told[0] == "":
            return "not-an-activity"
        source = f"google-{slug(_product(entry)) or 'activity'}"
        return self._told(told, source, start, (url, entry))

    def _told(
        self, told: tuple[str, str], source: str, start: Moment, what: tuple[str, dict[str, Any]]
    ) -> Activity | Reason:
        (kind, thing), (url, entry) = told, what
        address, results = clean_url(url), search_query_of(url)
        if kind == "search":
            # A search can carry the address of another page, which would tell of a visit; only its own page stays.
            return _search(source, start, (_provider(source), thing), address if results else None)
        if results is not None and address is not None:
            # A page of results that was visited, also from an advertisement, tells what was searched for.
            return _search(source, start, results, address)
        if any("Google Ads" in name for name in _names(entry.get("details"))):
            shown = (thing, visited(address) if address else None)
            return _ad("ad-click" if kind == "visit" else "ad", source, start, shown)
        return self._record(kind, source, start, (thing, address, entry))

    def _record(
        self, kind: str, source: str, start: Moment, what: tuple[str, str | None, dict[str, Any]]
    ) -> Activity | Reason:
        thing, address, entry = what
        if address is None and kind != "subscribe":
            return "no-object"
        if kind == "visit" and address is not None:
            return _about("visit", source, start, (address, None if thing == address else thing), ())
        facts: tuple[Fact, ...] = ((SCHEMA + "provider", Iri(_provider(source))),)
        about: tuple[Fact, ...] = ((SCHEMA + "url", Iri(address)),) if address else ()
        channel = _names(entry.get("subtitles"))
        if channel and kind in ("watch", "like", "dislike", "save"):
            about += ((SCHEMA + "author", clean_text(channel[0])),)
        types = (SCHEMA + _object_of(kind, source),)
        named = thing if thing != address else None
        part = Thing("object", SCHEMA + "object", types, (*about, *(((SCHEMA + "name", named),) if named else ())))
        when = start.text
        return Activity(
            kind, source, (address or thing, when), start, named, facts, (part,), (address or thing, when[:16])
        )


def _search(source: str, start: Moment, searched: tuple[str, str], url: str | None) -> Activity:
    provider, query = searched
    when = start.text
    facts: tuple[Fact, ...] = ((SCHEMA + "query", query), (SCHEMA + "provider", Iri(provider)))
    if url:
        facts += ((SCHEMA + "target", Iri(url)),)
    return Activity("search", source, (query, provider, when), start, None, facts, match=(query.casefold(), when[:16]))


def _about(kind: str, source: str, start: Moment, what: tuple[str, str | None], facts: tuple[Fact, ...]) -> Activity:
    url, name = visited(what[0]), what[1]
    when = start.text
    facts = ((SCHEMA + "object", Iri(url)), *facts)
    return Activity(kind, source, (url, when), start, name, facts, match=(url, when[:16]))


def _ad(kind: str, source: str, start: Moment, what: tuple[str, str | None]) -> Activity:
    name, url = what
    about: tuple[Fact, ...] = ((SCHEMA + "name", name), *(((SCHEMA + "url", Iri(url)),) if url else ()))
    facts: tuple[Fact, ...] = ((SCHEMA + "provider", Iri(_provider(source))),)
    part = Thing("object", SCHEMA + "object", (LP_AD,), about)
    when = start.text
    return Activity(kind, source, (name, url or "", when), start, name, facts, (part,), (url or name, when[:16]))


def _by_address(url: str, title: str) -> tuple[str, str] | None:
    found = search_query_of(url)
    if found is not None:
        return "search", found[1]
    if re.match(r"https?://(?:www\.|m\.|music\.)?youtube\.com/watch\?", url):
        return "watch", title
    if re.match(r"https?://(?:www\.)?google\.[a-z.]+/url\?", url):
        return "visit", title
    return None


def _provider(source: str) -> str:
    if source.startswith("google-youtube"):
        return "https://www.youtube.com/"
    if source == "google-maps":
        return "https://www.google.com/maps/"
    return "https://www.google.com/"


def _product(entry: dict[str, Any]) -> str:
    products = entry.get("products")
    first = products[0] if isinstance(products, list) and products else entry.get("header")
    return first if isinstance(first, str) else ""


def _names(many: object) -> list[str]:
    rows = many if isinstance(many, list) else []
    return [row["name"] for row in rows if isinstance(row, dict) and isinstance(row.get("name"), str)]


def _name(title: object) -> str | None:
    return clean_text(title) or None if isinstance(title, str) else None


def _is_count(stamp: object) -> bool:
    return isinstance(stamp, int | str) and re.fullmatch(r"-?[0-9]{1,18}", str(stamp)) is not None


def _object_of(kind: str, source: str) -> str:
    """What a thing that was watched, liked or saved is, as far as its source tells."""
    if kind == "subscribe":
        return "Organization"
    return "VideoObject" if kind == "watch" or source.startswith("google-youtube") else "CreativeWork"


def _html(member: Member, path: str, start: str) -> Match | None:
    if not _PAGE.search(path) and not ("outer-cell" in start and re.search(r"\.html?$", path, re.IGNORECASE)):
        return None
    return Match(
        member, "my-activity-html", "", 0.8, "it is My Activity as a web page",
        problem=Skipped("html-instead-of-json", member.path), hint=_BOX,
    )  # fmt: skip


IMPORTER: Importer = GoogleActivity()
"""What the entry point names."""
