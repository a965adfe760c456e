"""What the exports of Instagram and Facebook have in common: broken texts, changing shapes, Meta's own lists.

It refuses to trust a label, because labels follow the language of the account: what an entry says is told by what its
values are. It keeps no text of a message, a post or a comment.

* Every string is UTF-8 that was read as Latin-1; one that cannot be that stays as it is.
* Records are named by what they are about and the second they happened in. Meta's own ``fbid`` is not used for that:
  exports before 2025 tell the same happenings without it, and each would stand twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import filterfalse
from math import isfinite
from typing import Any

from lifepod.errors import Malformed, TooBig
from lifepod.journal.activity import Activity, Fact, Iri, Moment, Reason, Skipped, Thing
from lifepod.journal.importers.clock import Stamps, moment_of
from lifepod.journal.importers.entries import encoding_of, entries, outline, whole
from lifepod.journal.redact import clean_text, clean_url, visited
from lifepod.journal.source import Match, Member
from lifepod.names import LP_AD, LP_EVENT_TYPE, LP_HOST, SCHEMA

Found = Iterator[Activity | Reason]
Entry = Mapping[str, Any]
_UNIX, _SECOND = datetime(1970, 1, 1, tzinfo=UTC), 1_000_000
PROFILE = SCHEMA + "ProfilePage"
"""What an account, a page or a group is: whether a person or a firm is behind it, no export tells."""
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")
_STYLES = re.compile(r"_a6-g|_a6-p|_a706|uiBoxWhite|_3-8y")
"""Names of styles that the pages of an export have."""
_SHAPES, _LIST, _ONE = ("label_values", "string_map_data", "string_list_data"), "[]", "{}"
_EITHER = frozenset(
    {
        "messages", "message", "apps_and_websites_off_meta_activity", "your_activity_off_meta_technologies",
        "advertisers_using_your_activity_or_information", "ads_interests", "other_categories_used_to_reach_you",
    }
)  # fmt: skip
"""Keys and names of files that both networks have."""
CLICKS = (
    "In Accounts Center choose Your information and permissions, then Export your information (formerly Download your "
    "information), Create export, your profile, Export to device; set Format to JSON (HTML is the default) and Date "
    "range to All time, then Start export; minutes to days."
)
HTML = f"This is the HTML variant, whose times have no zone. {CLICKS} Then import that one."


@dataclass(frozen=True, slots=True)
class Family:
    """One network: what its files hold, told by their keys and by their names."""

    name: str
    """Importer and source."""
    provider: str
    keys: Mapping[str, str]
    """Top-level key → what its list holds."""
    stems: Mapping[str, str]
    """Name of a file (:func:`stem_of`), the same in every language → what it holds."""
    bare: Callable[[tuple[str, ...], str], str]
    """What a list without a key holds, by the keys of its first entry and the beginning of the file; else empty."""
    default: frozenset[str]
    """Of the keys and names that both networks have, those that are this one's where nothing else tells."""
    together: tuple[tuple[str, ...], ...] = ()
    """Keys of one file that may stand far behind each other."""


def recognise(member: Member, family: Family) -> Match | None:
    """By the keys at its beginning; where they do not say enough, the name it has in the export must."""
    first = member.head()
    head = first.decode(encoding_of(first), errors="replace").lstrip("\ufeff \t\r\n")
    stem, network = stem_of(member.path), _network(member.path, head)
    named = network == family.name or (not network and (stem not in _EITHER or stem in family.default))
    sure = 0.9 if stem in family.stems else 0.7
    if head.startswith("<"):
        page, by_name = _STYLES.search(head) is not None, named and stem in family.stems
        ours = page or by_name if network == family.name else page and by_name
        return _unread(member, family, "html-instead-of-json", 0.8 if page else 0.4) if ours else None
    opened, keys = outline(first)
    known = [key for key in keys if key in family.keys] if opened == "{" else []
    if any(key in _EITHER for key in known) and network != family.name:
        known = [key for key in known if not network and key in family.default]
    if "messages" in known and "participants" not in keys:
        known = []
    if known:
        file = next((several for several in family.together if known[0] in several), tuple(known))
        what, why = family.keys[known[0]], f"it has the key {known[0]}"
        return Match(member, f"{family.name}-{what}", ",".join(file), sure, why)
    shaped = [key for key in keys if key in _SHAPES] if opened == "[" or "label_values" in keys else []
    what = family.stems.get(stem, "") or family.bare(keys, head)
    listed = opened == "[" and what and (shaped or family.bare(keys, head))
    if named and (listed or (shaped and stem in family.stems)):
        why = f"its entries have {', '.join(keys[:4])}"
        return Match(member, f"{family.name}-{what}", _LIST if listed else _ONE, sure, why)
    if re.fullmatch(r"\[\s*\]\s*", head) and stem in family.stems and network == family.name:
        return Match(member, f"{family.name}-{what}", _LIST, 0.5, "it has the name of a known file and an empty list")
    alike = any(f'"{shape}"' in head for shape in _SHAPES) or any(re.fullmatch(r"\w+_v\d", key) for key in keys)
    unread = network == family.name and opened and alike
    return _unread(member, family, "unsupported-version", 0.4) if unread else None


def stem_of(path: str) -> str:
    """The name of a file without what differs between exports and downloads: its part, its kind of apostrophe."""
    name = re.sub(r"[^a-z0-9]+", "_", path.rsplit("/", 1)[-1].rsplit(".", 1)[0].casefold())
    return re.sub(r"(?:_\d+)+\Z", "", name.strip("_"))


def _network(path: str, head: str) -> str:
    """Which of the two a file is of, by the nearest folder that says so, else by its addresses."""
    names = re.findall("instagram|facebook", "/".join(path.casefold().split("/")[-8:]))
    links = re.findall(r"(instagram|facebook)\.com\\?/(?!ads)", head)
    return names[-1] if names else "instagram" if "instagram" in links else links[0] if links else ""


def _unread(member: Member, family: Family, reason: Reason, sure: float) -> Match:
    page, title = reason == "html-instead-of-json", family.name.capitalize()
    why = f"it is {'a web page' if page else 'another file'} of the {title} export"
    hint = HTML if page else "Its siblings are read, this file is not; if it was renamed, give it its own name back."
    return Match(member, f"{family.name}-other", "", sure, why, problem=Skipped(reason, member.path), hint=hint)


def read(match: Match, family: Family, make: Callable[[str, object], Found]) -> Iterator[Activity | Skipped]:
    """What ``make`` makes of every entry of a file, counted; instead of a list there may be one bare entry."""
    path, number, broken = match.member.path, 0, list[Skipped]()
    for key in match.version.split(","):
        what = family.keys.get(key) or match.shape.removeprefix(f"{family.name}-")
        try:
            for entry in _entries(match.member, key):
                for found in make(what, entry):
                    number += 1
                    yield Skipped(found, f"{path}#{number}") if isinstance(found, str) else found
        except Malformed as error:
            broken.append(Skipped("too-large" if isinstance(error, TooBig) else "malformed", f"{path}#{number + 1}"))
    yield from broken[:1]


def _entries(member: Member, key: str) -> Iterator[object]:
    some = key == _LIST
    if key != _ONE:
        with member.open() as stream:
            for entry in entries(stream, member.path, None if key == _LIST else key):
                some = True
                yield entry
    if not some:
        with member.open() as stream:
            found = whole(stream, member.path)
        found = found.get(key) if key != _ONE and isinstance(found, dict) else found
        if isinstance(found, dict):
            yield found


def mended(text: str) -> str:
    """UTF-8 that was read as Latin-1, as it was meant; the text itself where it is not that."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def text_of(value: object) -> str:
    """A text mended and clean; empty where it is none."""
    return clean_text(mended(value)) if isinstance(value, str) else ""


def address_of(value: object) -> str:
    """An address of the web, clean; empty where it is none."""
    if not isinstance(value, str) or not value.lstrip().startswith(("http://", "https://")):
        return ""
    return clean_url(mended(value)) or ""


def dicts(value: object) -> list[Entry]:
    """The objects of a list; none where it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


class Times:
    """Times as Meta counts them: seconds or milliseconds since 1970, ISO 8601 in 2020."""

    def __init__(self, now: str) -> None:
        self._now, self._stamps = now, Stamps(_UNIX, now)

    def at(self, value: object, unit: int = _SECOND) -> Moment | Reason:
        """The moment, or why it is none; ``unit`` is in microseconds."""
        if isinstance(value, str):
            if not re.fullmatch(r"\s*-?[0-9]{1,18}\s*", value):
                return moment_of(value, self._now)
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "no-time"
        if abs(value) > 10**15 or not isfinite(value):  # in this order: a long number has no finite float
            return "bad-time"
        return self._stamps.moment(int(value) * unit)

    def first(self, values: Iterable[object]) -> Moment | Reason:
        """The first of several that is a time; Meta writes 0 where there is none."""
        reason: Reason = "no-time"
        for value in values:
            found = self.at(value) if value else "no-time"
            if isinstance(found, Moment):
                return found
            reason = reason if found == "no-time" else found
        return reason


@dataclass(frozen=True, slots=True)
class Said:
    """What one entry says, whatever its shape, each in the order it stands there."""

    at: Moment | Reason
    urls: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    """Values that are no address."""
    owner: tuple[str, ...] = ()
    """Whose it is: name and user name, or one of them."""
    site: str = ""
    """The owner's own address."""
    title: str = ""

    @property
    def url(self) -> str:
        """Its address; Meta's public register of adverts only where there is no other."""
        return next((url for url in self.urls if "/ads/library" not in url), self.urls[0] if self.urls else "")


def said(entry: Entry, times: Times) -> Said:
    """Read an entry by what it holds: ``label_values``, ``string_map_data``, ``string_list_data``, or plain fields."""
    group: list[Entry] = []
    if isinstance(entry.get("label_values"), list):
        rows = dicts(entry["label_values"])
        groups = [row for row in rows if isinstance(row.get("dict"), list)]
        group = list(
            leaves_of([next((row for row in groups if row.get("title") == "Owner"), groups[0] if groups else {})])
        )
        leaves = list(leaves_of(row for row in rows if not isinstance(row.get("dict"), list)))
    elif isinstance(entry.get("string_map_data"), dict):
        leaves = dicts(list(entry["string_map_data"].values()))
    elif isinstance(entry.get("string_list_data"), list):
        leaves = dicts(entry["string_list_data"])
    else:
        names = ("author", "username", "search_click", "name")
        leaves = [{"value": entry.get(name)} for name in names if isinstance(entry.get(name), str)]
    (urls, texts), (sites, owner_texts) = told_by(leaves), told_by(group)
    stamps = (entry.get(name) for name in ("timestamp", "creation_timestamp", "time"))
    inner = (leaf.get(name) for leaf in leaves for name in ("timestamp", "timestamp_value"))
    at = times.first((*stamps, *inner))
    return Said(at, urls, texts, owner_texts, next(iter(sites), ""), text_of(entry.get("title")))


def leaves_of(rows: Iterable[Entry]) -> Iterator[Entry]:
    """What stands at the ends of nested groups."""
    for row in rows:
        inner = [*dicts(row.get("dict")), *dicts(row.get("vec"))]
        if inner:
            yield from leaves_of(inner)
        else:
            yield row


def told_by(leaves: Iterable[Entry]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Addresses and texts of these values, each once."""
    urls, texts = dict[str, None](), dict[str, None]()
    for leaf in leaves:
        value, href = leaf.get("value"), leaf.get("href")
        for address in (address_of(value), "" if href == value else address_of(href)):
            if address:
                urls[address] = None
        text = "" if isinstance(value, str) and value.lstrip().startswith(("http://", "https://")) else text_of(value)
        if text:
            texts[text] = None
    return tuple(urls), tuple(texts)


@dataclass(frozen=True, slots=True)
class What:
    """What was liked, seen, followed …"""

    type: str
    """IRI of its class."""
    name: str = ""
    url: str = ""
    author: str = ""
    by_time: bool = False
    """Its time alone identifies it: it is named in the words of a language, or not at all."""
    sponsor: Iri | str = ""


def about(kind: str, family: Family, at: Moment | Reason, what: What) -> Activity | Reason:
    """A record of something done with a thing."""
    if not isinstance(at, Moment):
        return at
    # The address of an account has changed its form over the years, and its name has not.
    account = what.name if what.type == PROFILE else ""
    address = visited(what.url)
    named = account or address or what.author or what.name
    if not named and not what.by_time:
        return "no-object"
    url, name = Iri(address) if address else "", "" if what.by_time else what.name
    values: tuple[Iri | str, ...] = (name, url, what.author, what.sponsor)
    told = zip(("name", "url", "author", "sponsor"), values, strict=True)
    facts: tuple[Fact, ...] = tuple((SCHEMA + property_, value) for property_, value in told if value)
    part = (Thing("object", SCHEMA + "object", (what.type,), facts),) if facts else ()
    when = at.value.isoformat()
    key = (when,) if what.by_time else (named, when)
    match = (account or address or (family.name if what.by_time else named), when[:16])
    return Activity(kind, family.name, key, at, what.name or None, provided(family), part, match)


def provided(family: Family) -> tuple[Fact, ...]:
    """Which network it was on."""
    return ((SCHEMA + "provider", Iri(family.provider)),)


def ad(kind: str, family: Family, told: Said) -> Activity | Reason:
    """A record of an advert that was seen (``ad``) or clicked (``ad-click``)."""
    name = next(iter((*told.owner, *told.texts)), told.title)
    sponsor = Iri(visited(told.site)) if told.site else name
    return about(kind, family, told.at, What(LP_AD, name, told.url, sponsor=sponsor))


def search(family: Family, at: Moment | Reason, query: str, url: str = "", provider: str = "") -> Activity | Reason:
    """A record of a search, on the network itself where no other ``provider`` is named."""
    if not isinstance(at, Moment):
        return at
    if not query:
        return "no-object"
    when, provider = at.value.isoformat(), provider or family.provider
    facts: tuple[Fact, ...] = ((SCHEMA + "query", query), (SCHEMA + "provider", Iri(provider)))
    facts += ((SCHEMA + "target", Iri(url)),) if url else ()
    key, match = (query, provider, when), (query.casefold(), when[:16])
    return Activity("search", family.name, key, at, None, facts, match=match)


def off_meta(entry: Entry, family: Family, times: Times) -> Found:
    """What one shop or app told Meta about the person: an event each."""
    events = entry.get("events")
    if isinstance(events, list):
        name = text_of(entry.get("name"))
        for event in events:
            fields = event if isinstance(event, dict) else {}
            yield _event(family, name, text_of(fields.get("type")), times.at(fields.get("timestamp")))
        return
    lists = [row["vec"] for row in dicts(entry.get("label_values")) if isinstance(row.get("vec"), list)]
    name = text_of(entry.get("title"))
    for event in (event for events in lists for event in events):
        leaves = list(leaves_of([event])) if isinstance(event, dict) else []
        stamps = (leaf.get(field) for leaf in leaves for field in ("timestamp_value", "timestamp"))
        yield _event(family, name, next(filterfalse(str.isdigit, told_by(leaves)[1]), ""), times.first(stamps))
    if not lists:
        told = said(entry, times)
        name, kind = [*([name] if name else ()), *filterfalse(str.isdigit, told.texts), "", ""][:2]
        yield _event(family, name, kind, told.at)


def _event(family: Family, name: str, kind: str, at: Moment | Reason) -> Activity | Reason:
    if not name:
        return "no-object"
    if not isinstance(at, Moment):
        return at
    facts: tuple[Fact, ...] = ((SCHEMA + "agent", name), (SCHEMA + "recipient", "Meta"))
    if kind:
        facts += ((LP_EVENT_TYPE, kind),)
    if _HOST.fullmatch(name.lower()):
        facts += ((LP_HOST, name.lower()),)
    when, who = at.value.isoformat(), name.casefold()
    return Activity("told", family.name, (who, kind, when), at, None, facts, match=(who, kind, when[:16]))
