"""Facebook's export as JSON: searches, likes, follows both ways, adverts, what shops told, who wrote when, payments.

It refuses the HTML variant (it says which format to choose), keeps no text of posts, comments and messages and no
address of a place, and asks which side of a payment is the person where the file leaves it open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from lifepod.errors import Undecided
from lifepod.journal.activity import Activity, Decimal10, Fact, Moment, Reason, Skipped, Thing
from lifepod.journal.importers import meta
from lifepod.journal.importers.meta import Entry, Family, Found, Said, Times, What, address_of, said, text_of
from lifepod.journal.importers.meta_lists import INTERESTS, audiences, follower, interests
from lifepod.journal.importers.meta_messages import Conversation, conversation, message
from lifepod.journal.importers.transfers import Line, amount_of, transfer
from lifepod.journal.source import Importer, Match, Member
from lifepod.names import SCHEMA
from lifepod.plain import plain

_KEYS = {
    "searches_v2": "search", "friends_v2": "follow", "following_v3": "follow", "following_v2": "follow",
    "pages_followed_v2": "follow", "groups_joined_v2": "follow", "page_likes_v2": "like-page", "reactions_v2": "like",
    "comments_v2": "comment", "group_comments_v2": "comment", "group_posts_v2": "post", "status_updates": "post",
    "event_responses_v2": "event", "saves_v2": "save", "visited_things_v2": "seen", "recently_viewed": "seen",
    "history_v2": "ad-click", "custom_audiences_v2": "audience", "custom_audiences_all_types_v2": "audience",
    "topics_v2": "interest", "followers_v3": "follower", "followers_v2": "follower",
    "off_facebook_activity_v2": "told", "off_facebook_activity": "told", "payments_v2": "transfer",
    "apps_and_websites_off_meta_activity": "told", "messages": "message",
}  # fmt: skip
_STEMS = {
    "your_search_history": "search", "your_friends": "follow", "friends": "follow", "who_you_ve_followed": "follow",
    "who_you_follow": "follow", "pages_and_profiles_you_follow": "follow", "your_group_membership_activity": "follow",
    "pages_you_ve_liked": "like-page", "likes_and_reactions": "like", "posts_and_comments": "like",
    "comments": "comment", "your_comments_in_groups": "comment", "group_posts_and_comments": "post",
    "your_posts_in_groups": "post", "your_posts": "post", "your_posts_check_ins_photos_and_videos": "post",
    "posts_on_other_pages_and_profiles": "post", "check_ins": "post", "your_event_responses": "event",
    "your_saved_items": "save", "recently_visited": "seen", "recently_viewed": "seen", "groups_you_ve_visited": "seen",
    "profile_visits": "seen", "page_visits": "seen", "advertisers_you_ve_interacted_with": "ad-click",
    "advertisers_who_uploaded_a_contact_list_with_your_information": "audience",
    "ads_interests": "interest", "other_categories_used_to_reach_you": "category",
    "people_who_followed_you": "follower", "people_who_follow_you": "follower",
    "advertisers_using_your_activity_or_information": "audience", "your_off_facebook_activity": "told",
    "your_activity_off_meta_technologies": "told", "payment_history": "transfer", "message": "message",
}  # fmt: skip
_ADVERTS = re.compile(r"\b(?:ads?|adverts?|anzeigen?|werbe\w*|publicit\w+|an[uú]nci\w+|inser\w+|advertenti\w+)\b", re.I)
"""What the group of adverts seen is called in the languages Facebook writes it in."""
_VIDEO = re.compile(r"facebook\.com/(?:watch|[^?#]*videos?/|reel)", re.IGNORECASE)
_DONE = frozenset(
    {"completed", "complete", "success", "succeeded", "abgeschlossen", "terminé", "completado", "completato"}
    | {"voltooid", "concluído"}
)
_UNDONE = re.compile(r"cancel|fail|declin|refus|abgebrochen|annul", re.IGNORECASE)
_NAME = "facebook.name"
_MOST_NAMES = 5
"""People named in a question."""


def _bare(keys: tuple[str, ...], head: str) -> str:
    """A list of reactions or of posts has no key of its own."""
    if not {"timestamp"} < set(keys) <= {"timestamp", "attachments", "data", "title", "tags", "media"}:
        return ""
    if '"reaction"' in head:
        return "like"
    return "post" if '"post"' in head or '"place"' in head or "attachments" in keys else ""


FAMILY = Family(
    "facebook", "https://www.facebook.com/", _KEYS, _STEMS, _bare,
    frozenset({"messages", "message", "your_activity_off_meta_technologies"})
    | {"advertisers_using_your_activity_or_information", "ads_interests", "other_categories_used_to_reach_you"},
)  # fmt: skip


class Facebook:
    """Reads the JSON files of Facebook's export."""

    name = "facebook"
    title = "Facebook (Accounts Center, JSON)"
    version = "1"
    how_to_get = f"accountscenter.facebook.com. {meta.CLICKS}"

    def recognise(self, member: Member) -> Match | None:
        """By the keys at its beginning, then by the name it has in the export."""
        return meta.recognise(member, FAMILY)

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every entry in the order of the file."""
        reader = _Reader(match.member, answers)
        return meta.read(match, FAMILY, reader.found)


class _Reader:
    def __init__(self, member: Member, answers: Mapping[str, str]) -> None:
        self._member, self._answers, self._times = member, answers, Times(answers.get("now", ""))
        self._thread: Conversation | None = None

    def found(self, what: str, entry: object) -> Found:
        if what == "audience":
            yield from audiences(entry, FAMILY)
        elif what in INTERESTS:
            yield from interests(what, entry, FAMILY)
        elif not isinstance(entry, dict):
            yield "not-an-activity"
        elif what == "told":
            yield from meta.off_meta(entry, FAMILY, self._times)
        elif what == "seen" and "label_values" not in entry:
            yield from _viewed(entry, self._times, False)
        elif what == "event":
            yield from _events(entry)
        elif what == "transfer":
            yield from self._payments(entry)
        elif what == "message":
            self._thread = self._thread or conversation(self._member)
            yield message(entry, FAMILY, self._times, self._thread)
        else:
            yield _record(what, entry, said(entry, self._times))

    def _payments(self, entry: Entry) -> Found:
        # The list stands below a key of its own; a list without it gives its entries one by one.
        rows = entry["payments"] if isinstance(entry.get("payments"), list) else [entry]
        me = self._answers.get(_NAME, "").strip() or _in_all(rows)
        if not me and any(_sides(row) for row in rows):
            names = sorted({plain(name, 80) for row in rows for name in _sides(row)})[:_MOST_NAMES]
            advice = f"Say which is you: --answer {_NAME}={' (or ='.join(names[:2])}{')' if len(names) > 1 else ''}."
            shown = f"{plain(self._member.path)} does not say which side of its payments you are: {', '.join(names)}."
            raise Undecided(shown, choices=tuple(names), advice=advice)
        for row in rows:
            yield _payment(row, me, self._times) if isinstance(row, dict) else "not-an-activity"


def _record(what: str, entry: Entry, told: Said) -> Activity | Reason:
    """The record of an entry that says one thing."""
    if what == "search":
        texts = (text_of(text).strip('"') for text in _all(entry, "text"))
        # In one list stands what was typed, in another the same in quotation marks.
        return meta.search(FAMILY, told.at, next((text for text in (*texts, *_of_labels(entry, told)) if text), ""))
    if what == "ad-click":
        return meta.ad("ad-click", FAMILY, told)
    name = next((text for text in (text_of(name) for name in _all(entry, "name")) if text), "")
    if what in ("follow", "follower"):
        named = name or next(iter((*told.owner, *told.texts)), told.title)
        if what == "follower":
            return follower(told, named, FAMILY)
        return meta.about("follow", FAMILY, told.at, What(meta.PROFILE, named, told.url))
    if what == "like-page":
        url = told.url or address_of(entry.get("url"))
        named = name or next(iter((*told.owner, *told.texts)), "")
        return meta.about("like", FAMILY, told.at, What(meta.PROFILE, named, url))
    if what == "save":
        inside = next((one for one in _all(entry, "external_context") if isinstance(one, dict)), {})
        url, named = address_of(inside.get("url")) or told.url, text_of(inside.get("name"))
        named = named or next(iter(_of_labels(entry, told)), told.title)
        return meta.about("save", FAMILY, told.at, What(SCHEMA + "CreativeWork", named, url))
    if what == "seen":
        shown = What(SCHEMA + "WebPage", name or next(iter((*told.owner, *told.texts)), ""), told.url)
        return meta.about("seen", FAMILY, told.at, shown)
    place = next((one for one in _all(entry, "place") if isinstance(one, dict)), None) if what == "post" else None
    if place is not None:
        return _stay(place, told.at)
    # The title says in the account's language whose post it was; what was written is never read.
    title = told.title if what in ("like", "comment") and "label_values" not in entry else ""
    return meta.about(what, FAMILY, told.at, What(SCHEMA + "CreativeWork", title, told.url, by_time=True))


def _of_labels(entry: Entry, told: Said) -> tuple[str, ...]:
    return told.texts if "label_values" in entry else ()


def _all(value: object, key: str) -> Iterator[Any]:
    """Everything that stands under a key, outside before inside; lists and objects are gone through."""
    if isinstance(value, dict):
        if key in value:
            yield value[key]
        for name, inner in value.items():
            if name != key:
                yield from _all(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _all(inner, key)


def _viewed(group: Entry, times: Times, adverts: bool) -> Found:
    """What was looked at, in groups of groups that are named in the account's language."""
    adverts = adverts or _ADVERTS.search(text_of(group.get("name"))) is not None
    entries, inner = group.get("entries"), group.get("children")
    for entry in entries if isinstance(entries, list) else ():
        data = entry.get("data") if isinstance(entry, dict) else None
        if not isinstance(data, dict):
            yield "no-object"
            continue
        at, url, name = times.at(entry.get("timestamp")), address_of(data.get("uri")), text_of(data.get("name"))
        if adverts:
            yield meta.ad("ad", FAMILY, Said(at, (url,) if url else (), (name,) if name else ()))
        elif _VIDEO.search(url) or "watch_time" in data:
            yield meta.about("watch", FAMILY, at, What(SCHEMA + "VideoObject", name, url))
        else:
            yield meta.about("seen", FAMILY, at, What(SCHEMA + "WebPage", name, url))
    for child in inner if isinstance(inner, list) else ():
        if isinstance(child, dict):
            yield from _viewed(child, times, adverts)
        else:
            yield "not-an-activity"


def _events(lists: Entry) -> Found:
    """Events the person said they would come to; those declined or looked at are not theirs."""
    # What is planned lies ahead.
    times = Times("")
    for name, events in lists.items():
        for event in events if isinstance(events, list) else ():
            if not isinstance(event, dict) or name != "events_joined":
                yield "not-an-activity"
                continue
            called, start = text_of(event.get("name")), times.at(event.get("start_timestamp"))
            end = times.first([event.get("end_timestamp")])
            if not called:
                yield "no-object"
            elif not isinstance(start, Moment):
                yield start
            else:
                when = start.value.isoformat()
                key, match = (called.casefold(), when), (called.casefold(), when[:16])
                ends = end if isinstance(end, Moment) and end.value >= start.value else None
                yield Activity("event", FAMILY.name, key, start, called, match=match, end=ends)


def _stay(place: Entry, at: Moment | Reason) -> Activity | Reason:
    """Where a post was checked in: a moment at a place, never its street."""
    if not isinstance(at, Moment):
        return at
    name, point = text_of(place.get("name")), place.get("coordinate")
    facts: tuple[Fact, ...] = ((SCHEMA + "name", name),) if name else ()
    exact = near = name.casefold()
    if isinstance(point, dict):
        degrees: list[Decimal10] = []
        for axis, most in (("latitude", 90), ("longitude", 180)):
            found = _degrees(point.get(axis), most)
            if isinstance(found, str):
                return found
            facts, degrees = (*facts, (SCHEMA + axis, found)), [*degrees, found]
        exact, near = (",".join(str(round(Decimal(d.value), digits)) for d in degrees) for digits in (5, 4))
    if not facts:
        return "no-object"
    when, part = at.value.isoformat(), Thing("place", SCHEMA + "location", (SCHEMA + "Place",), facts)
    return Activity("stay", FAMILY.name, (exact, when), at, name or None, (), (part,), (near, when[:16]))


def _degrees(value: object, most: int) -> Decimal10 | Reason:
    shown = repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not isinstance(shown, str) or not re.fullmatch(r"\s*-?[0-9]{1,4}(?:\.[0-9]{1,20})?(?:e-[0-9]{1,2})?\s*", shown):
        return "bad-number"
    degrees = Decimal(shown.strip())
    return Decimal10(format(degrees, "f")) if abs(degrees) <= most else "out-of-range"


def _sides(row: object) -> list[str]:
    names = (row.get("sender"), row.get("receiver")) if isinstance(row, dict) else ()
    return [name for name in map(text_of, names) if name]


def _in_all(rows: list[object]) -> str:
    """Who is a side of every payment, where that is one person."""
    sides = [set(_sides(row)) for row in rows if _sides(row)]
    common = set.intersection(*sides) if sides else set()
    return common.pop() if len(common) == 1 and len(set().union(*sides)) > 1 else ""


def _payment(row: Entry, me: str, times: Times) -> Activity | Reason:
    sender, receiver = text_of(row.get("sender")), text_of(row.get("receiver"))
    status = text_of(row.get("status")).casefold()
    if status and status not in _DONE:
        return "cancelled" if _UNDONE.search(status) else "pending"
    mine = [name.casefold() == me.casefold() for name in (sender, receiver)]
    if mine[0] == mine[1]:
        return "no-object" if not sender and not receiver else "other-person"
    day = times.first([row.get("created_timestamp"), row.get("timestamp")])
    if not isinstance(day, Moment):
        return day
    currency, amount = text_of(row.get("currency")).upper(), row.get("amount")
    shown = repr(amount) if isinstance(amount, int | float) else amount if isinstance(amount, str) else ""
    value = amount_of(re.sub(r"[^0-9.,' -]", "", shown[:60]).strip(), currency)
    if value is None:
        return "bad-number"
    signed = ("-" if mine[0] else "") + value.lstrip("-")
    return transfer(Line(FAMILY.name, day, signed, currency, receiver if mine[0] else sender))


IMPORTER: Importer = Facebook()
"""What the entry point names."""
