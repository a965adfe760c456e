"""Netflix: what was watched, searched for, rated and put on the list, and the short list of titles and days.

It refuses to take the rows of other profiles for the person's own, to guess which number of a date is the month, to
call a trailer a film, and to read where and by which address the account was used.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

from lifepod.errors import Malformed, TooBig, Undecided
from lifepod.journal.activity import Activity, Duration, Fact, Iri, Moment, Reason, Skipped, Thing
from lifepod.journal.importers.clock import moment_of
from lifepod.journal.importers.tables import Columns, Row, has, header, rows
from lifepod.journal.redact import clean_text, slug
from lifepod.journal.source import Importer, Match, Member
from lifepod.names import LP_PLAYED_FOR, SCHEMA
from lifepod.plain import plain

_PROFILE, _DATES = "netflix.profile", "netflix.dates"
"""Names of the answers."""
_SHORT = "netflix-short"
_TABLES: dict[str, Columns] = {
    "netflix-viewing": {
        "profile": ("Profile Name",), "time": ("Start Time",), "title": ("Title",), "length": ("Duration",),
        "clip": ("Supplemental Video Type",), "device": ("Device Type",),
    },
    "netflix-searches": {
        "profile": ("Profile Name",), "time": ("Utc Timestamp",), "query": ("Query Typed",), "device": ("Device",),
    },
    "netflix-ratings": {
        "profile": ("Profile Name",), "time": ("Event Utc Ts",), "title": ("Title Name",), "thumbs": ("Thumbs Value",),
        "stars": ("Star Value",),
    },
    "netflix-list": {"profile": ("Profile Name",), "time": ("Utc Title Add Date",), "title": ("Title Name",)},
}  # fmt: skip
_NEEDED = {
    "netflix-viewing": ("title", "length"), "netflix-searches": ("query",), "netflix-ratings": ("title", "thumbs"),
    "netflix-list": ("title",),
}  # fmt: skip
"""Beside the profile and the time, by which each of these tables is known."""
_SHORT_COLUMNS: Columns = {
    "title": ("Title", "Titel", "Titre", "Titolo", "Título", "Tytuł"),
    "date": ("Date", "Datum", "Data", "Fecha", "Dato", "Päivämäärä"),
}
_USUAL = re.compile(r"(?:ViewingActivity|SearchHistory|Ratings|MyList|NetflixViewingHistory)[^/]*\.csv$", re.IGNORECASE)
_PLACE = re.compile(
    r"netflix|(?:CONTENT_INTERACTION|PAYMENT_AND_BILLING|IP_ADDRESSES|CLICKSTREAM|CUSTOMER_SERVICE|SOCIAL_MEDIA)[^/]*/"
)
_OTHERS = re.compile(
    r"(?:IpAddresses\w*|BillingHistory|Devices|AccessAndDevices|Profiles|AccountDetails|AvatarHistory|Clickstream|"
    r"MessagesSentByNetflix|CSContact|ChatTranscripts|IndicatedPreferences|InteractiveTitles|PlaybackRelatedEvents|"
    r"ParentalControls\w*|SubscriptionHistory|TermsOfUse|SocialMediaConnections|ProductCancellationSurvey)[^/]*\.csv$"
)
_SEASON = re.compile(
    r"[0-9]|\b(?:season|series|staffel|saison|temporada|stagione|seizoen|sezon|säsong|sesong|sæson|kausi|évad|část|part|"
    r"teil|partie|parte|deel|del|volume|vol|band|chapter|kapitel|book|buch|livre|libro|mini-?s[eé]rien?)\b|"
    r"シーズン|시즌|第.{1,3}季",
    re.IGNORECASE,
)
"""How the middle of ``Series: Season: Episode`` is told from part of a film's name."""
_DATE = re.compile(r"([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{1,4})\.?\Z")
_LENGTH = re.compile(r"([0-9]{1,4}):([0-5][0-9]):([0-5][0-9])(?:\.[0-9]+)?\Z")
_ORDERS = ("dmy", "mdy")
_MOST_PROFILES, _SHOWN_PROFILES = 100, 8
_BY: Fact = (SCHEMA + "provider", Iri("https://www.netflix.com/"))
Found = Activity | Reason


class Netflix:
    """Reads the four tables of what a profile did, and ``NetflixViewingHistory.csv``."""

    name = "netflix"
    title = "Netflix"
    version = "1"
    how_to_get = (
        "netflix.com/account/getmyinfo: all of it, after days; or at once, but titles and days only: netflix.com/"
        "viewingactivity, Download all. Where several share the account, say which profile is yours: --answer "
        "netflix.profile=NAME."
    )

    def recognise(self, member: Member) -> Match | None:
        """By the names of its columns, in any order."""
        names, usual = header(member.head()), _USUAL.search(member.path) is not None
        for shape, columns in _TABLES.items():
            if has(names, columns, ("profile", "time", *_NEEDED[shape])):
                why = f"it has the columns Profile Name, {columns['time'][0]} and {len(names) - 2} more"
                return Match(member, shape, "", 0.9 if usual else 0.7, why)
        if len(names) == 2 and has(names, _SHORT_COLUMNS, ("title", "date")) and _dated(member):
            named = usual or "netflix" in member.path.lower()
            return Match(member, _SHORT, "", 0.9 if named else 0.6, "it has just the columns of a title and a day")
        return _sibling(member) if names else None

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every row in the order of the file; raises :class:`Undecided` where only the person knows."""
        member, number = match.member, 0
        columns = _TABLES.get(match.shape, _SHORT_COLUMNS)
        make = _short(member, answers) if match.shape == _SHORT else _full(match, answers)
        try:
            for number, row in rows(member, columns):
                found = make(row)
                yield Skipped(found, f"{member.path}#{number}") if isinstance(found, str) else found
        except TooBig:
            yield Skipped("too-large", f"{member.path}#{number + 1}")
        except Malformed:
            yield Skipped("malformed", f"{member.path}#{number + 1}")


def _dated(member: Member) -> bool:
    """Whether a table of titles and dates is one of Netflix's, by the dates it begins with."""
    try:
        for _, row in rows(member, _SHORT_COLUMNS):
            return _DATE.match(row["date"]) is not None
    except Malformed:
        return False
    return True


def _sibling(member: Member) -> Match | None:
    if not _OTHERS.search(member.path) or not _PLACE.search(member.path):
        return None
    hint = "What was watched, searched for, rated and put on the list is read; this file is not, and stays out."
    why = "it is another file of Netflix's export"
    return Match(member, "netflix-other", "", 0.4, why, problem=Skipped("unsupported-version", member.path), hint=hint)


# Whose rows


def _full(match: Match, answers: Mapping[str, str]) -> Callable[[Row], Found]:
    """What makes records of the rows of one profile; raises :class:`Undecided` where there are several."""
    me = _label(answers.get(_PROFILE, "")) or _only_profile(match.member)
    reader = _Reader(_source(me), answers.get("now", ""))
    make = {"netflix-viewing": reader.watched, "netflix-searches": reader.searched, "netflix-ratings": reader.rated}
    return partial(_mine, me.casefold(), make.get(match.shape, reader.listed))


def _mine(me: str, make: Callable[[Row], Found], row: Row) -> Found:
    return make(row) if me and _label(row["profile"]).casefold() == me else "other-person"


@lru_cache(maxsize=256)
def _label(profile: str) -> str:
    """A profile's name as it is shown, so that what is shown can be given back as an answer."""
    return plain(clean_text(profile), 60)


def _only_profile(member: Member) -> str:
    """The profile a file is of; raises :class:`Undecided` where there are several."""
    found: dict[str, str] = {}
    try:
        for _, row in rows(member, {"profile": ("Profile Name",)}):
            if row["profile"] and len(found) < _MOST_PROFILES:
                found.setdefault(_label(row["profile"]).casefold(), _label(row["profile"]))
    except Malformed:
        pass  # What can be read is read; the reading itself says where it ends.
    if len(found) < 2:
        return next(iter(found.values()), "")
    names = tuple(found.values())[:_SHOWN_PROFILES]
    ways = [shlex.quote(f"{_PROFILE}={name}") for name in names[:2]]
    raise Undecided(
        f"{plain(member.path)} holds the profiles {', '.join(names)}, and the journal is of one person.",
        choices=names,
        advice=f"Say which is you: --answer {ways[0]} (or {ways[1]}).",
    )


def _source(profile: str) -> str:
    """A profile's name as an address, where it is no e-mail address or telephone number."""
    told = "@" in profile or sum(map(str.isdigit, profile)) > 5
    return f"netflix-{('' if told else slug(profile)) or 'profile'}"


# Rows


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes records of rows."""

    source: str
    read_at: str

    def watched(self, row: Row) -> Found:
        """A row of ``ViewingActivity.csv``."""
        if row["clip"]:
            return "promo-clip"
        length = _duration(row["length"])
        if length is None:
            return "bad-number"
        start = moment_of(row["time"], self.read_at)
        facts = (*((LP_PLAYED_FOR, value) for value in length), *_device(row))
        return start if isinstance(start, str) else _watch(self.source, clean_text(row["title"]), start, facts)

    def searched(self, row: Row) -> Found:
        """A row of ``SearchHistory.csv``; most have no query, because something was only looked at."""
        query = clean_text(row["query"])
        if not query:
            return "not-an-activity"
        start = moment_of(row["time"], self.read_at)
        if isinstance(start, str):
            return start
        facts, when = ((SCHEMA + "query", query), _BY, *_device(row)), start.value.isoformat()
        return Activity("search", self.source, (query, when), start, None, facts, match=(query.casefold(), when[:16]))

    def rated(self, row: Row) -> Found:
        """A row of ``Ratings.csv``: thumbs are 1 down, 2 up, 3 both up; stars have no word of ours."""
        thumbs, stars = row["thumbs"] or "0", row["stars"] or "0"
        if not re.fullmatch(r"0|[123]", thumbs) or not re.fullmatch(r"-?[0-9](?:\.[0-9])?", stars):
            return "bad-number"
        if thumbs == "0":
            return "not-an-activity" if float(stars) <= 0 else "unknown-verb"
        return self._about("dislike" if thumbs == "1" else "like", row)

    def listed(self, row: Row) -> Found:
        """A row of ``MyList.csv``."""
        return self._about("save", row)

    def _about(self, kind: str, row: Row) -> Found:
        title, start = clean_text(row["title"]), moment_of(row["time"], self.read_at)
        if not title:
            return "no-object"
        if isinstance(start, str):
            return start
        part = Thing("object", SCHEMA + "object", (SCHEMA + "CreativeWork",), ((SCHEMA + "name", title),))
        when = start.value.isoformat()
        match = (title.casefold(), when[:16])
        return Activity(kind, self.source, (title, when), start, title, (_BY,), (part,), match)


def _device(row: Row) -> tuple[Fact, ...]:
    device = clean_text(row["device"])
    return ((SCHEMA + "instrument", device),) if device else ()


def _watch(source: str, title: str, start: Moment, facts: tuple[Fact, ...]) -> Found:
    """A record of a film or an episode."""
    if not title:
        return "no-object"
    when = start.value.isoformat()
    # Not the device: Netflix calls one and the same by other names over the years.
    length = next((value.value for _, value in facts if isinstance(value, Duration)), "")
    key, match = (title, when, length), (title.casefold(), when[:10])
    return Activity("watch", source, key, start, title, (_BY, *facts), _film(title), match)


@lru_cache(maxsize=4096)
def _film(title: str) -> tuple[Thing, ...]:
    """What a title names, as far as it says; a colon may also be part of a name."""
    parts = title.split(": ")
    if len(parts) == 3 and all(parts) and (_SEASON.search(parts[1]) or parts[1].startswith(parts[0])):
        names = ("partOfSeries", "partOfSeason", "name")
        facts = tuple((SCHEMA + name, part) for name, part in zip(names, parts, strict=True))
        return (Thing("object", SCHEMA + "object", (SCHEMA + "TVEpisode",), facts),)
    kind = "Movie" if len(parts) == 1 else "CreativeWork"
    return (Thing("object", SCHEMA + "object", (SCHEMA + kind,), ((SCHEMA + "name", title),)),)


@lru_cache(maxsize=16_384)
def _duration(text: str) -> tuple[Duration, ...] | None:
    """``01:02:30`` as a length of time, nothing where nothing is said; ``None`` where it is none."""
    if not text:
        return ()
    found = _LENGTH.match(text)
    if found is None:
        return None
    told = "".join(f"{int(count)}{unit}" for count, unit in zip(found.groups(), "HMS", strict=True) if int(count))
    return (Duration(f"PT{told or '0S'}"),)


# The short list


def _short(member: Member, answers: Mapping[str, str]) -> Callable[[Row], Found]:
    """What makes records of titles and days; raises :class:`Undecided` where either number may be the month."""
    orders, example = set[str](), ""
    try:
        for _, row in rows(member, _SHORT_COLUMNS):
            order = _order(row["date"])
            orders.add(order)
            example = example or (row["date"] if order == "?" else "")
    except Malformed:
        pass  # What can be read is read; the reading itself says where it ends.
    known = sorted(orders & set(_ORDERS))
    chosen = known[0] if len(known) == 1 else answers.get(_DATES, "").strip().lower()
    if chosen not in _ORDERS and (len(known) > 1 or "?" in orders):
        told = f"has dates such as {plain(example, 20)}, and nothing in it says" if not known else "does not agree on"
        raise Undecided(
            f"{plain(member.path)} {told} which number of a date is the month.",
            choices=_ORDERS,
            advice=f"Say whether the day or the month comes first: --answer {_DATES}=dmy (or =mdy).",
        )
    return partial(_titled, chosen, answers.get("now", ""))


def _titled(order: str, now: str, row: Row) -> Found:
    if not row["date"]:
        return "no-time"
    start = _day(row["date"], order, now)
    return start if isinstance(start, str) else _watch("netflix", clean_text(row["title"]), start, ())


def _order(text: str) -> str:
    """What a date says of the order of day and month: ``dmy``, ``mdy``, ``?`` or nothing."""
    found = _DATE.match(text)
    if found is None or len(found.group(1)) > 2:
        return ""
    first, second = int(found.group(1)), int(found.group(3))
    if first == second or not (0 < first < 32 and 0 < second < 32) or min(first, second) > 12:
        return ""
    return "dmy" if first > 12 else "mdy" if second > 12 else "?"


def _day(text: str, order: str, now: str) -> Moment | Reason:
    """A day; one that contradicts the rest of the file is none."""
    found = _DATE.match(text)
    if found is None:
        return "bad-time"
    one, two, three = found.group(1), found.group(3), found.group(4)
    if len(one) == 4:
        return moment_of(f"{one}-{two:0>2}-{three:0>2}", now)
    if len(three) not in (2, 4) or len(one) > 2:
        return "bad-time"
    day, month = (two, one) if order == "mdy" else (one, two)
    return moment_of(f"{three if len(three) == 4 else '20' + three}-{month:0>2}-{day:0>2}", now)


IMPORTER: Importer = Netflix()
"""What the entry point names."""
