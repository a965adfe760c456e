"""Instagram's export as JSON: likes, follows both ways, searches, adverts and posts seen, what shops told Meta.

It refuses the HTML variant (it says which format to choose), keeps no text of posts, comments and messages, and never
takes somebody who follows the person for somebody the person follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lifepod.journal.activity import Activity, Fact, Iri, Moment, Reason, Skipped
from lifepod.journal.importers import meta
from lifepod.journal.importers.meta import Entry, Family, Found, Said, Times, What, dicts, said, text_of
from lifepod.journal.importers.meta_lists import INTERESTS, audiences, follower, interests
from lifepod.journal.importers.meta_messages import Conversation, conversation, message
from lifepod.journal.redact import search_query_of, visited
from lifepod.journal.source import Importer, Match, Member
from lifepod.names import SCHEMA

_KEYS = {
    "likes_media_likes": "like", "likes_comment_likes": "like-comment", "story_activities_story_likes": "like",
    "media_likes": "like", "comment_likes": "like-comment", "media_comments": "comment",
    "impressions_history_posts_seen": "seen", "impressions_history_videos_watched": "watch",
    "impressions_history_ads_seen": "ad", "impressions_history_ads_clicked": "ad-click",
    "posts_seen": "seen", "videos_watched": "watch", "ads_seen": "ad", "ads_clicked": "ad-click",
    "relationships_following": "follow", "relationships_following_hashtags": "follow",
    "relationships_followers": "follower", "searches_user": "search", "searches_keyword": "search",
    "searches_hashtag": "search", "searches_place": "search", "saved_saved_media": "save", "saved_media": "save",
    "comments_media_comments": "comment", "comments_reels_comments": "comment", "comments_story_comments": "comment",
    "apps_and_websites_off_meta_activity": "told", "ig_custom_audiences_all_types": "audience",
    "inferred_data_ig_interest": "interest",
    "ig_stories": "post", "ig_reels_media": "post", "ig_igtv_media": "post", "ig_archived_post_media": "post",
    "messages": "message",
}  # fmt: skip
_STEMS = {
    "liked_posts": "like", "story_likes": "like", "liked_comments": "like-comment", "likes": "like",
    "posts_viewed": "seen", "videos_watched": "watch", "ads_viewed": "ad", "ads_clicked": "ad-click",
    "seen_content": "seen", "following": "follow", "following_hashtags": "follow", "followers": "follower",
    "profile_searches": "search", "account_searches": "search", "word_or_phrase_searches": "search",
    "keyword_searches": "search", "tag_searches": "search", "place_searches": "search", "searches": "search",
    "saved_posts": "save", "saved": "save", "post_comments": "comment", "reels_comments": "comment",
    "story_comments": "comment", "link_history": "visit", "your_activity_off_meta_technologies": "told",
    "advertisers_using_your_activity_or_information": "audience", "ads_interests": "interest",
    "other_categories_used_to_reach_you": "category", "posts": "post", "stories": "post",
    "reels": "post", "archived_posts": "post", "message": "message",
}  # fmt: skip
_THINGS = {
    "like": "SocialMediaPosting", "like-comment": "Comment", "seen": "SocialMediaPosting", "watch": "VideoObject",
    "save": "SocialMediaPosting",
}  # fmt: skip
_ACCOUNT = re.compile(r"https?://(?:www\.)?instagram\.com/(?:_u/|explore/tags/)?([A-Za-z0-9._]{1,30})/?(?:\?.*)?\Z")
_USER_NAME = re.compile(r"[A-Za-z0-9._]{1,30}")
_CLOCK_TIME = re.compile(r"\d{1,2}[:.]\d{2}.*\b(?:19|20)\d\d\b|\b(?:19|20)\d\d\b.*\d{1,2}[:.]\d{2}")
"""A time written out, as the labels of a page that was opened have beside its title."""


def _bare(keys: tuple[str, ...], head: str) -> str:
    """What a list without a key of its own holds."""
    if {"search_click", "time"} <= set(keys):
        return "search"
    if "string_map_data" in keys and re.search(r'"Media Owner"', head):
        return "comment"
    if "label_values" in keys and re.search(r"/ads\\?/library", head):
        return "ad"
    posted = {"creation_timestamp", "media"} & set(keys) and "label_values" not in keys
    return "post" if posted and '"creation_timestamp"' in head and '"uri"' in head else ""


FAMILY = Family(
    "instagram", "https://www.instagram.com/", _KEYS, _STEMS, _bare, frozenset({"apps_and_websites_off_meta_activity"}),
    (("media_likes", "comment_likes"), ("posts_seen", "videos_watched", "ads_seen", "ads_clicked")),
)  # fmt: skip


class Instagram:
    """Reads the JSON files of Instagram's export."""

    name = "instagram"
    title = "Instagram (Accounts Center, JSON)"
    version = "1"
    how_to_get = f"accountscenter.instagram.com. {meta.CLICKS}"

    def recognise(self, member: Member) -> Match | None:
        """By the keys at its beginning, then by the name it has in the export."""
        return meta.recognise(member, FAMILY)

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every entry in the order of the file."""
        reader = _Reader(match.member, Times(answers.get("now", "")))
        return meta.read(match, FAMILY, reader.found)


class _Reader:
    def __init__(self, member: Member, times: Times) -> None:
        self._member, self._times = member, times
        self._thread: Conversation | None = None

    def found(self, what: str, entry: object) -> Found:
        if what == "audience":
            yield from audiences(entry, FAMILY)
        elif what in INTERESTS:
            yield from interests(what, entry, FAMILY)
        elif isinstance(entry, list):
            yield _row(what, entry, self._times)
        elif not isinstance(entry, dict):
            yield "not-an-activity"
        elif what == "told":
            yield from meta.off_meta(entry, FAMILY, self._times)
        elif what == "message":
            self._thread = self._thread or conversation(self._member)
            yield message(entry, FAMILY, self._times, self._thread)
        elif what == "post":
            yield _post(entry, self._times)
        else:
            yield _record(what, entry, said(entry, self._times))


def _row(what: str, row: list[object], times: Times) -> Activity | Reason:
    """An entry of 2020: time and owner, with the text of a comment between them."""
    if len(row) < (3 if what == "comment" else 2):
        return "not-an-activity"
    return _record(what, {}, Said(times.at(row[0]), owner=(text_of(row[-1]),)))


def _record(what: str, entry: Entry, told: Said) -> Activity | Reason:
    """The record of an entry that says one thing."""
    if what == "visit":
        return _visit(told)
    if what in ("ad", "ad-click"):
        return meta.ad(what, FAMILY, told)
    account = next((found.group(1) for found in map(_ACCOUNT.match, told.urls) if found), "")
    if what in ("search", "follow", "follower"):
        named = next((text for text in (*told.texts, told.title, *told.owner, account) if text), "")
        if what == "search":
            return meta.search(FAMILY, told.at, named, told.url)
        if what == "follower":
            return follower(told, named, FAMILY)
        return meta.about(what, FAMILY, told.at, What(meta.PROFILE, named, told.url))
    if what == "comment":
        return _comment(entry, told)
    # Beside it stand captions, and the sign of the like: what does not look like a user name is no owner.
    texts = told.texts if len(told.texts) == 1 or "label_values" not in entry else ()
    author = next((text for text in (told.title, *texts) if _USER_NAME.fullmatch(text)), "")
    author = told.owner[-1] if told.owner else author
    kind = "like" if what == "like-comment" else what
    return meta.about(kind, FAMILY, told.at, What(SCHEMA + _THINGS[what], "", told.url, author))


def _comment(entry: Entry, told: Said) -> Activity | Reason:
    """That something was commented on, and whose it was; the text cannot be told from the owner by its looks."""
    values = entry.get("string_map_data")
    owner = values.get("Media Owner") if isinstance(values, dict) else None
    author = text_of(owner.get("value")) if isinstance(owner, dict) else next(iter(told.owner[-1:]), "")
    what = What(SCHEMA + "SocialMediaPosting", "", told.url, author, by_time=True)
    return meta.about("comment", FAMILY, told.at, what)


def _post(entry: Entry, times: Times) -> Activity | Reason:
    media = dicts(entry.get("media"))
    at = times.first([entry.get("creation_timestamp"), *(one.get("creation_timestamp") for one in media)])
    return meta.about("post", FAMILY, at, What(SCHEMA + "SocialMediaPosting", by_time=True))


def _visit(told: Said) -> Activity | Reason:
    """A page that was opened inside the app; a page of results is a search."""
    if not isinstance(told.at, Moment):
        return told.at
    if not told.url:
        return "no-object"
    results = search_query_of(told.url)
    if results is not None:
        return meta.search(FAMILY, told.at, results[1], told.url, results[0])
    name = next((text for text in told.texts if not _CLOCK_TIME.search(text)), None)
    url = visited(told.url)
    facts: tuple[Fact, ...] = ((SCHEMA + "object", Iri(url)), (SCHEMA + "instrument", "Instagram"))
    when = told.at.value.isoformat()
    return Activity("visit", FAMILY.name, (url, when), told.at, name, facts, match=(url, when[:16]))


IMPORTER: Importer = Instagram()
"""What the entry point names."""
