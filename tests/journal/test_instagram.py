"""Instagram's export: every shape from 2020 to 2026 in any language, no text of a post, comment or message.

All files here are synthetic, written from the shapes that readers of real exports describe; those of another project
are read where they are at hand.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from tests.journal import exports
from tests.journal.damage import clipped, spoiled, survived
from tests.journal.exports import NOW, Item, fact, filed, gathered, members, one, reasons, written

from lifepod import names
from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Iri, Moment, Skipped
from lifepod.journal.importers.facebook import IMPORTER as FACEBOOK
from lifepod.journal.importers.instagram import IMPORTER

FIXTURES = Path(__file__).resolve().parents[3] / "shared/fixtures"
THEIRS = FIXTURES / "onfabric+context-use/tests/fixtures/users/alice"
STAMP = 1_764_590_400
NOON = Moment(exports.NOON.replace(microsecond=0))
WHEN = "2025-12-01T12:00:00+00:00"
POST = "https://www.instagram.com/p/abc/"
SECRET = "Canary7Hush"


def broken(text: str) -> str:
    return text.encode().decode("latin-1")


def export(path: Path, tail: str, content: object, encoding: str = "utf-8") -> Path:
    return written(path / "instagram-sam-2026-02-01" / tail, content, encoding)


def read(path: Path) -> list[Item]:
    (member,) = members(path)
    match = IMPORTER.recognise(member)
    assert match is not None
    assert match.problem is None
    return list(IMPORTER.activities(match, {"now": NOW}))


def kept(path: Path) -> list[Activity]:
    return [item for item in read(path) if isinstance(item, Activity)]


def labels(*rows: object, **more: object) -> dict[str, object]:
    return {"timestamp": STAMP, "media": [], "label_values": list(rows), "fbid": "18079916561048001", **more}


def link(url: str = POST, label: str = "URL") -> dict[str, str]:
    return {"label": label, "value": url, "href": url}


def owner(title: str = "Owner", **fields: str) -> dict[str, object]:
    usual = {"URL": "", "Name": "A Shop", "Username": "a_shop"}
    inner = [{"label": name, "value": value} for name, value in (usual | fields).items()]
    return {"dict": [{"dict": inner, "title": ""}], "title": title}


def mapped(**fields: object) -> dict[str, object]:
    """``string_map_data``; a number is a time, an address a link, other text a value."""
    rows = {}
    for name, said in fields.items():
        is_link = isinstance(said, str) and said.startswith("http")
        rows[name.replace("_", " ")] = {
            "href": said if is_link else "", "value": "" if is_link or not isinstance(said, str) else said,
            "timestamp": said if isinstance(said, int) else 0,
        }  # fmt: skip
    return {"title": "", "media_map_data": {}, "string_map_data": rows}


def listed(title: str = "", **fields: object) -> dict[str, object]:
    return {"title": title, "string_list_data": [{"timestamp": STAMP, **fields}]}


def part(found: Activity, name: str) -> object:
    value = dict(found.things[0].facts).get(names.SCHEMA + name) if found.things else None
    return value.value if isinstance(value, Iri) else value


LIKES = "your_instagram_activity/likes/liked_posts.json"
ADS = "ads_information/ads_and_topics"
SEARCHES = "logged_information/recent_searches"
FOLLOWS = "connections/followers_and_following"

SHAPES: dict[str, tuple[str, object, tuple[str, object, object]]] = {
    # name → file, content, (kind, address of the thing, whose it is or what was searched for)
    "like 2020": ("likes.json", {"media_likes": [[WHEN, "a_shop"]], "comment_likes": []}, ("like", None, "a_shop")),
    "like 2024": (LIKES, {"likes_media_likes": [listed("a_shop", href=POST, value=broken("👍"))]},
                  ("like", POST, "a_shop")),
    "like 2026": (LIKES, [labels(link(), owner())], ("like", POST, "a_shop")),
    "like 2026 in Dutch": (LIKES, [labels(link(label="Koppeling"), owner("Eigenaar"))], ("like", POST, "a_shop")),
    "comment liked": ("likes/liked_comments.json", {"likes_comment_likes": [listed("a_shop", href=POST)]},
                      ("like", POST, "a_shop")),
    "story liked": ("x/story_likes.json", {"story_activities_story_likes": [listed("a_shop")]},
                    ("like", None, "a_shop")),
    "post seen 2020": ("seen_content.json", {"posts_seen": [{"timestamp": WHEN, "author": "a_shop"}]},
                       ("seen", None, "a_shop")),
    "post seen": (f"{ADS}/posts_viewed.json", {"impressions_history_posts_seen": [mapped(Author="a_shop", Time=STAMP)]},
                  ("seen", None, "a_shop")),
    "post seen in Dutch": (f"{ADS}/posts_viewed.json",
                           {"impressions_history_posts_seen": [mapped(Auteur="a_shop", Tijd=STAMP, URL=POST)]},
                           ("seen", POST, "a_shop")),
    "post seen 2026": (f"{ADS}/posts_viewed.json", [labels(link(), owner())], ("seen", POST, "a_shop")),
    "video": (f"{ADS}/videos_watched.json",
              {"impressions_history_videos_watched": [mapped(Author="a_shop", Time=STAMP)]}, ("watch", None, "a_shop")),
    "video 2026": (f"{ADS}/videos_watched.json", [labels({"label": "Author", "value": "a_shop"})],
                   ("watch", None, "a_shop")),
    "follow": (f"{FOLLOWS}/following.json",
               {"relationships_following": [listed(href="https://www.instagram.com/a_shop", value="a_shop")]},
               ("follow", "https://www.instagram.com/a_shop", None)),
    "follow 2026": (f"{FOLLOWS}/following.json",
                    {"relationships_following": [listed("a_shop", href="https://www.instagram.com/_u/a_shop")]},
                    ("follow", "https://www.instagram.com/_u/a_shop", None)),
    "saved": ("saved/saved_posts.json",
              {"saved_saved_media": [{"title": "a_shop", "string_map_data": {
                  "Opgeslagen op": {"href": POST, "timestamp": STAMP}}}]}, ("save", POST, "a_shop")),
    "saved 2026": ("saved/saved_posts.json", [labels(link(), owner())], ("save", POST, "a_shop")),
    "post": ("content/posts_1.json", [{"media": [{"uri": "a.jpg", "creation_timestamp": STAMP, "title": SECRET}]}],
             ("post", None, None)),
    "story": ("content/stories.json", {"ig_stories": [{"uri": "a.jpg", "creation_timestamp": STAMP, "title": SECRET}]},
              ("post", None, None)),
}  # fmt: skip


@pytest.mark.parametrize(("tail", "content", "said"), SHAPES.values(), ids=SHAPES)
def test_every_shape_says_what_was_done_when_and_whose_it_was(
    tail: str, content: object, said: tuple[str, object, object], tmp_path: Path
) -> None:
    (found,) = kept(export(tmp_path, tail, content))
    assert (found.kind, part(found, "url"), part(found, "author")) == said
    assert (found.source, found.start, fact(found, "provider")) == ("instagram", NOON, "https://www.instagram.com/")
    assert SECRET not in repr(found)


def test_a_like_is_the_same_record_in_the_exports_of_two_years(tmp_path: Path) -> None:
    old = kept(export(tmp_path / "a", *SHAPES["like 2024"][:2]))
    new = kept(export(tmp_path / "b", *SHAPES["like 2026"][:2]))
    assert filed([old], [new]) == filed([new], [old])
    (data,) = filed([old], [new]).values()
    assert data.count(b"schema:LikeAction") == 1


def test_a_follow_is_the_same_record_though_its_address_changed(tmp_path: Path) -> None:
    old, new = (kept(export(tmp_path / name, *SHAPES[name][:2])) for name in ("follow", "follow 2026"))
    assert (old[0].key, old[0].match) == (new[0].key, new[0].match) == (
        ("a_shop", WHEN), ("a_shop", WHEN[:16]),
    )  # fmt: skip


def test_two_likes_of_one_post_are_two_and_stay_two(tmp_path: Path) -> None:
    two = kept(export(tmp_path, LIKES, [labels(link()), labels(link(), timestamp=STAMP + 5)]))
    assert filed([two]) == filed([two, two]) == filed([two[:1]], [two])
    assert sum(data.count(b"schema:LikeAction") for data in filed([two]).values()) == 2


def test_both_lists_of_a_file_of_2020_are_read(tmp_path: Path) -> None:
    # The second key stands behind all that is looked at to recognise the file.
    many = [[WHEN, "a_shop"]] * 3000
    found = kept(export(tmp_path, "likes.json", {"media_likes": many, "comment_likes": [[WHEN, "b"], [WHEN, "c"]]}))
    assert len(found) == 3002
    assert found[-1].things[0].types == (names.SCHEMA + "Comment",)


# Adverts


LIBRARY = "https://www.facebook.com/ads/library/?id=1"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (labels(link(LIBRARY, "x"), link(), owner(URL="https://shop.example")),
         ("A Shop", POST, "https://shop.example")),
        (labels(link(LIBRARY), {"label": "x"}, link()), (None, POST, None)),
        (labels(link(LIBRARY), owner()), ("A Shop", LIBRARY, "A Shop")),
        (labels({"label": "Author", "value": broken("Café")}, {"label": "URL", "vec": [link()]}),
         ("Café", POST, "Café")),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("tail", "kind"), [("ads_viewed.json", "ad"), ("ads_clicked.json", "ad-click")])
def test_an_advert_says_whose_it_was(
    tail: str, kind: str, entry: object, said: tuple[object, ...], tmp_path: Path
) -> None:
    (found,) = kept(export(tmp_path, f"{ADS}/{tail}", [entry]))
    assert (found.kind, part(found, "name"), part(found, "url"), part(found, "sponsor")) == (kind, *said)
    assert found.things[0].types == (names.LP_AD,)


@pytest.mark.parametrize(
    ("key", "entry", "kind"),
    [
        ("impressions_history_ads_seen", mapped(Author="A Shop", Time=STAMP), "ad"),
        ("impressions_history_ads_clicked", listed("A Shop"), "ad-click"),
        ("ads_seen", {"timestamp": WHEN, "author": "A Shop"}, "ad"),
    ],
)
def test_adverts_of_earlier_years_are_read(key: str, entry: object, kind: str, tmp_path: Path) -> None:
    (found,) = kept(export(tmp_path, "ads.json", {key: [entry]}))
    assert (found.kind, found.name, part(found, "sponsor")) == (kind, "A Shop", "A Shop")


# Searches and pages


@pytest.mark.parametrize(
    ("tail", "content", "query", "target"),
    [
        ("profile_searches.json", {"searches_user": [listed(href="https://www.instagram.com/chef", value="chef")]},
         "chef", "https://www.instagram.com/chef"),
        ("profile_searches.json", {"searches_user": [listed("chef", href="https://www.instagram.com/_u/chef")]},
         "chef", "https://www.instagram.com/_u/chef"),
        ("profile_searches.json", {"searches_user": [listed(href="https://www.instagram.com/_u/chef")]},
         "chef", "https://www.instagram.com/_u/chef"),
        ("account_searches.json", {"searches_user": [mapped(Search="chef", Time=STAMP)]}, "chef", None),
        ("word_or_phrase_searches.json", {"searches_keyword": [mapped(Recherche=broken("Zoë"), Heure=STAMP)]},
         "Zoë", None),
        ("tag_searches.json", {"searches_hashtag": [mapped(Search="#cats", Time=STAMP)]}, "#cats", None),
        ("place_searches.json", {"searches_place": [mapped(Search="Rome", Time=STAMP)]}, "Rome", None),
        ("searches.json", [{"search_click": "chef", "time": WHEN, "type": "user"}], "chef", None),
        ("profile_searches.json", [labels({"label": "Suche", "value": "chef"})], "chef", None),
    ],
)  # fmt: skip
def test_a_search_says_what_was_searched_for(
    tail: str, content: object, query: str, target: str | None, tmp_path: Path
) -> None:
    (found,) = kept(export(tmp_path, f"{SEARCHES}/{tail}", content))
    assert (found.kind, fact(found, "query"), fact(found, "target"), found.name) == ("search", query, target, None)
    assert found.match == (query.casefold(), WHEN[:16])


def opened(*rows: object) -> list[object]:
    return [labels(*rows, timestamp=STAMP)]


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ([link("https://news.example/a"), {"label": "Title", "value": "News"}], "News"),
        ([link("https://news.example/a"), {"label": "Start", "value": "Feb 12, 2026 10:00 am"}], None),
        ([{"label": "End", "value": "10:04 on Feb 12, 2026"}, {"label": "T", "value": "News 24"},
          link("https://news.example/a")], "News 24"),
    ],
)  # fmt: skip
def test_a_page_opened_in_the_app_is_a_visit_with_its_title_and_its_own_time(
    rows: list[object], name: str | None, tmp_path: Path
) -> None:
    (found,) = kept(export(tmp_path, "logged_information/link_history/link_history.json", opened(*rows)))
    assert (found.kind, found.name, found.start, fact(found, "object")) == (
        "visit", name, NOON, "https://news.example/a",
    )  # fmt: skip
    assert fact(found, "instrument") == "Instagram"


def test_a_page_of_results_opened_in_the_app_is_a_search(tmp_path: Path) -> None:
    rows = opened(link("https://www.google.com/search?q=passport"), {"label": "T", "value": "passport - Search"})
    (found,) = kept(export(tmp_path, "link_history/link_history.json", rows))
    assert (found.kind, fact(found, "query"), fact(found, "provider")) == (
        "search", "passport", "https://www.google.com/",
    )  # fmt: skip


# Comments and messages


@pytest.mark.parametrize(
    ("tail", "content", "author"),
    [
        ("post_comments_1.json", [mapped(Comment=SECRET, Media_Owner="a_shop", Time=STAMP)], "a_shop"),
        ("post_comments_1.json", {"comments_media_comments": [mapped(Reactie=SECRET, Eigenaar=SECRET, Tijd=STAMP)]},
         None),
        ("reels_comments.json", {"comments_reels_comments": [mapped(Comment=SECRET, Media_Owner="a_shop", Time=STAMP)]},
         "a_shop"),
        ("comments.json", {"media_comments": [[WHEN, SECRET, "a_shop"]]}, "a_shop"),
        ("post_comments_1.json", [labels({"label": "Comment", "value": SECRET}, link(), owner())], "a_shop"),
        ("post_comments_1.json", [labels({"label": "Comment", "value": SECRET})], None),
    ],
)  # fmt: skip
def test_a_comment_has_no_text(tail: str, content: object, author: str | None, tmp_path: Path) -> None:
    (found,) = kept(export(tmp_path, f"your_instagram_activity/comments/{tail}", content))
    assert (found.kind, part(found, "author"), found.key) == ("comment", author, (WHEN,))
    assert SECRET not in repr(found)


def test_a_comment_of_2020_without_an_owner_is_none_because_its_text_would_be_taken_for_it(tmp_path: Path) -> None:
    path = export(tmp_path, "comments.json", {"media_comments": [[WHEN, SECRET], [WHEN, SECRET, "a"]]})
    assert [getattr(item, "reason", "kept") for item in read(path)] == ["not-an-activity", "kept"]


def test_a_message_says_who_wrote_when_in_which_conversation(tmp_path: Path) -> None:
    content = {
        "participants": [{"name": broken("Zoë")}, {"name": "Sam"}],
        "messages": [
            {"sender_name": broken("Zoë"), "timestamp_ms": STAMP * 1000, "content": SECRET,
             "share": {"link": f"https://x.example/{SECRET}"}, "reactions": [{"actor": "Sam", "reaction": SECRET}]},
        ],
        "title": "Zoë", "thread_path": "inbox/zoe_1234567890",
    }  # fmt: skip
    path = export(tmp_path, "your_instagram_activity/messages/inbox/zoe_1234567890/message_1.json", content)
    (found,) = kept(path)
    assert (found.kind, fact(found, "sender"), fact(found, "recipient"), found.start) == ("message", "Zoë", "Sam", NOON)
    assert found.source == "instagram"
    assert SECRET not in repr(found)


# Advertisers, shops, followers


def test_what_shops_told_is_a_record_each(tmp_path: Path) -> None:
    business = {
        "name": "shop.example",
        "events": [{"id": 1, "type": "PURCHASE", "timestamp": STAMP}, {"id": 1, "type": "X"}],
    }
    path = export(
        tmp_path, "your_activity_off_meta_technologies.json", {"apps_and_websites_off_meta_activity": [business]}
    )
    first, second = read(path)
    assert isinstance(first, Activity)
    assert (first.source, fact(first, "agent"), fact(first, "recipient")) == ("instagram", "shop.example", "Meta")
    assert second == Skipped("no-time", f"{path.as_posix()}#2")


def test_an_advertiser_with_a_list_is_an_audience(tmp_path: Path) -> None:
    entry = {"advertiser_name": "A Shop", "has_data_file_custom_audience": True}
    path = export(tmp_path, "advertisers.json", {"ig_custom_audiences_all_types": [entry, entry | {"x": 1}]})
    found = kept(path)
    assert [(one.kind, one.name) for one in found] == [("audience", "A Shop")] * 2
    (data,) = filed([found]).values()
    assert data.count(b"lp:Audience ") == 1


FOLLOWER = listed(href="https://www.instagram.com/a_fan", value="a_fan")
FOLLOWERS: dict[str, object] = {
    "bare": [FOLLOWER],
    "under a key": {"relationships_followers": [FOLLOWER]},
    "alone": {"relationships_followers": FOLLOWER},
    "by its title": [listed("a_fan", href="https://www.instagram.com/a_fan")],
    "by its address": [listed(href="https://www.instagram.com/a_fan")],
    "labels": [labels({"label": "Gebruikersnaam", "value": "a_fan"}, link("https://www.instagram.com/a_fan"))],
}


@pytest.mark.parametrize("name", FOLLOWERS)
def test_who_follows_the_person_is_the_agent_and_nothing_is_the_object(name: str, tmp_path: Path) -> None:
    (found,) = kept(export(tmp_path, f"{FOLLOWS}/followers_1.json", FOLLOWERS[name]))
    assert (found.kind, found.start, found.name, found.key) == ("follow", NOON, None, ("by", "a_fan", WHEN))
    (who,) = found.things
    assert (who.part, who.link, who.types) == ("agent", names.SCHEMA + "agent", (names.SCHEMA + "ProfilePage",))
    assert (part(found, "name"), part(found, "url")) == ("a_fan", "https://www.instagram.com/a_fan")


def test_two_accounts_that_follow_each_other_in_one_second_are_two_records(tmp_path: Path) -> None:
    theirs = kept(export(tmp_path, f"{FOLLOWS}/followers_1.json", [FOLLOWER]))
    mine = kept(export(tmp_path, f"{FOLLOWS}/following.json", {"relationships_following": [FOLLOWER]}))
    (data,) = filed([theirs, mine]).values()
    assert filed([theirs], [mine, theirs]) == filed([mine], [theirs])
    assert (data.count(b"schema:FollowAction"), data.count(b"schema:agent"), data.count(b"schema:object")) == (2, 1, 1)
    assert theirs[0].match != mine[0].match


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (listed(), "no-object"), ({"string_list_data": [{"value": "a_fan", "timestamp": "x"}]}, "bad-time"),
        ({"string_list_data": []}, "no-object"), ({"string_list_data": 5}, "no-object"), (5, "not-an-activity"),
        (None, "not-an-activity"), ([WHEN], "not-an-activity"),
    ],
)  # fmt: skip
def test_a_follower_that_is_none_says_why(entry: object, reason: str, tmp_path: Path) -> None:
    content = {"relationships_followers": [FOLLOWER, entry]}
    assert reasons(export(tmp_path, f"{FOLLOWS}/followers_1.json", content)) == [reason]


def test_a_renamed_list_of_followers_is_not_guessed_at(tmp_path: Path) -> None:
    (report,) = gathered(export(tmp_path, "renamed.json", [FOLLOWER]))
    assert (report.problem, report.records) == ("unsupported-version", 0)


INTERESTS: dict[str, tuple[str, object, str]] = {
    "2021": ("information_about_you/ads_interests.json",
             {"inferred_data_ig_interest": [mapped(Interesse=broken("Café")), mapped(Interest=broken("Café"))]},
             "ad interest"),
    "categories": ("ads_information/instagram_ads_and_businesses/other_categories_used_to_reach_you.json",
                   {"label_values": [{"label": "Naam", "vec": [{"value": broken("Café")}, {"value": broken("Café")}]}],
                    "media": [], "fbid": "1"}, "ad category"),
}  # fmt: skip


@pytest.mark.parametrize("name", INTERESTS)
def test_what_adverts_are_chosen_by_is_a_list_of_the_networks_own(name: str, tmp_path: Path) -> None:
    tail, content, kind = INTERESTS[name]
    found = kept(export(tmp_path, tail, content))
    assert {(one.kind, one.name, one.key) for one in found} == {("audience", "Café", (kind, "café"))}
    assert (fact(found[0], "listKind"), fact(found[0], "provider")) == (kind, "https://www.instagram.com/")
    (data,) = filed([found]).values()
    assert data.count(b"lp:Audience ") == 1


# Recognising


@pytest.mark.parametrize(
    ("tail", "content", "sure"),
    [
        (LIKES, SHAPES["like 2026"][1], 0.9), (LIKES, SHAPES["like 2024"][1], 0.9),
        ("liked_posts (1).json", SHAPES["like 2026"][1], 0.9), ("renamed.txt", SHAPES["like 2024"][1], 0.7),
        ("renamed.json", [labels(link(LIBRARY), link())], 0.7),
    ],
)  # fmt: skip
def test_content_decides_and_the_name_makes_it_surer(tail: str, content: object, sure: float, tmp_path: Path) -> None:
    ((importer, match),) = shelf.recognise(members(export(tmp_path, tail, content))[0])
    assert (importer.name, match.confidence) == ("instagram", sure)


def test_a_list_that_was_renamed_is_not_guessed_at(tmp_path: Path) -> None:
    (report,) = gathered(export(tmp_path, "renamed.json", [labels(link(), owner())]))
    assert (report.problem, report.records) == ("unsupported-version", 0)
    assert "own name" in report.hint


@pytest.mark.parametrize("tail", [LIKES.replace("json", "html"), "x/messages/inbox/sam_1/message_1.html"])
@pytest.mark.parametrize("content", ["<html><body>x", '\ufeff <!DOCTYPE html><div class="_a6-g">'])
def test_a_web_page_names_the_exact_clicks(tail: str, content: str, tmp_path: Path) -> None:
    (report,) = gathered(export(tmp_path, tail, content))
    assert (report.importer, report.problem) == ("instagram", "html-instead-of-json")
    for step in ("Accounts Center", "Export your information", "Export to device", "Format to JSON", "All time"):
        assert step in report.hint


@pytest.mark.parametrize(
    "content", [{}, {"a": 1}, "[1, 2]", "[{}]", '[{"title": "x"}]', "x", "", "[[", '{"messages": []}', "<html>"]
)
@pytest.mark.parametrize("name", ["liked_posts.json", "x.json"])
def test_other_files_are_not_known(content: object, name: str, tmp_path: Path) -> None:
    (member,) = members(written(tmp_path / name, content))
    assert IMPORTER.recognise(member) is None
    assert FACEBOOK.recognise(member) is None


@pytest.mark.parametrize("content", ["[]", " [ ]\n", '{"likes_media_likes": []}', '{"likes_media_likes": 5}'])
def test_an_empty_file_is_empty_and_not_a_success(content: str, tmp_path: Path) -> None:
    (report,) = gathered(export(tmp_path, LIKES, content))
    assert (report.importer, report.problem) == ("instagram", "empty-export")
    assert report.hint


@pytest.mark.parametrize("content", [labels(link(), owner()), {"likes_media_likes": listed("a_shop", href=POST)}])
def test_one_entry_may_stand_without_its_list(content: object, tmp_path: Path) -> None:
    assert kept(export(tmp_path, LIKES, content)) == kept(export(tmp_path / "b", LIKES, [labels(link(), owner())]))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_does_no_harm(encoding: str, tmp_path: Path) -> None:
    content = {"searches_keyword": [mapped(Search="Zoë", Time=STAMP)]}
    (found,) = kept(export(tmp_path, "word_or_phrase_searches.json", content, encoding))
    assert fact(found, "query") == "Zoë"


@pytest.mark.parametrize("text", ["Zoë", "🎉" * 300, "שלום " * 60, "½", "Ã"])
@pytest.mark.parametrize("how", [str, broken], ids=["right", "broken"])
def test_texts_right_or_broken_come_out_right(text: str, how: type[str], tmp_path: Path) -> None:
    content = {"searches_keyword": [mapped(Search=how(text), Time=STAMP)]}
    assert fact(kept(export(tmp_path, "x.json", content))[0], "query") == text.strip()


# Damage


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (labels(link(), timestamp=None), "no-time"), (labels(link(), timestamp=0), "no-time"),
        (labels(link(), timestamp=-11_644_473_600), "bad-time"), (labels(link(), timestamp=978_307_200), "bad-time"),
        (labels(link(), timestamp=2**31), "bad-time"), (labels(link(), timestamp=[STAMP]), "no-time"),
        (labels(), "no-object"), (labels(link("javascript:x")), "no-object"), (labels(5, None, []), "no-object"),
        (None, "not-an-activity"), (5, "not-an-activity"), ("x", "not-an-activity"), ([], "not-an-activity"),
        ({}, "no-time"),
    ],
)  # fmt: skip
def test_what_is_no_record_is_counted_with_its_reason(entry: object, reason: str, tmp_path: Path) -> None:
    assert reasons(export(tmp_path, LIKES, [labels(link()), entry, labels(link(), timestamp=str(STAMP))])) == [reason]


@pytest.mark.parametrize("bad", ["[" * 100_000, "9" * 5000, "nope", '{"a":' * 100_000])
def test_damage_keeps_what_was_read_and_says_so(bad: str, tmp_path: Path) -> None:
    good = json.dumps([labels(link())])
    (report,) = gathered(export(tmp_path, LIKES, f"{good[:-1]},{bad}"))
    assert (report.records, report.problem) == (1, "too-large" if "[[" in bad or "{" in bad else "malformed")


def test_a_file_cut_in_the_middle_keeps_what_was_read(tmp_path: Path) -> None:
    path = export(tmp_path, LIKES, [labels(link())] * 9)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (report,) = gathered(path)
    assert report.problem == "malformed"
    assert 0 < report.records < 9


def planted(value: object, key: str = "") -> object:
    """A copy with the secret in every text but those an importer keeps on purpose."""
    if isinstance(value, dict):
        return {name: planted(inner, name) for name, inner in value.items()} | {"canary": SECRET}
    if isinstance(value, list):
        return [planted(inner, key) for inner in value]
    return value


def test_no_secret_of_any_field_reaches_the_pod(tmp_path: Path) -> None:
    url = f"https://me:{SECRET}@www.instagram.com/p/x/?access_token={SECRET}"
    entries = [
        labels(link(url), {"label": "Caption", "value": f"my {SECRET}"}, {"label": "x", "value": "b c"}, owner())
    ]
    exif = {"exif_data": [{"latitude": SECRET, "device_id": SECRET}]}
    posts = [{"media": [{"uri": SECRET, "creation_timestamp": STAMP, "title": SECRET, "media_metadata": exif}]}]
    for tail, content in ((LIKES, entries), (f"{ADS}/posts_viewed.json", entries), ("content/posts_1.json", posts),
                          ("saved/saved_posts.json", entries)):  # fmt: skip
        found = kept(export(tmp_path, tail, planted(content)))
        assert found
        for data in filed([found]).values():
            assert SECRET.encode() not in data


def test_an_address_carries_no_search_along(tmp_path: Path) -> None:
    carried = link("https://x.example/?from=https%3A%2F%2Fwww.google.com%2Fsearch%3Fq%3Dpassport")
    for tail in (LIKES, f"{ADS}/ads_viewed.json", "link_history/link_history.json"):
        assert "passport" not in repr(kept(export(tmp_path, tail, [labels(carried)])))


def test_a_card_number_searched_for_is_masked(tmp_path: Path) -> None:
    content = {"searches_keyword": [mapped(Search="4111 1111 1111 1111", Time=STAMP)]}
    assert fact(one(export(tmp_path, "x.json", content)), "query") == "…1111"


def test_a_whole_export_in_its_archive_is_read_file_by_file(tmp_path: Path) -> None:
    chat = {"participants": [{"name": "Jo"}], "messages": [{"sender_name": "Jo", "timestamp_ms": STAMP * 1000}]}
    files: dict[str, object] = {tail: content for tail, content, _ in (SHAPES["like 2026"], SHAPES["follow"])}
    files["your_instagram_activity/messages/inbox/jo_1234567890/message_1.json"] = chat
    files["security_and_login_information/login_activity.json"] = {"account_history_login_history": [mapped(A="x")]}
    archive = exports.zipped(tmp_path / "instagram-sam.zip", {name: json.dumps(said) for name, said in files.items()})
    reports = {report.path.rsplit("/", 1)[-1]: report for report in gathered(archive)}
    assert {name: (report.importer, report.records) for name, report in reports.items()} == {
        "liked_posts.json": ("instagram", 1), "following.json": ("instagram", 1), "message_1.json": ("instagram", 1),
        "login_activity.json": ("instagram", 0),
    }  # fmt: skip


# Files of another project


COUNTS = {
    "ads_viewed.json": (3, "ad"), "your_activity_off_meta_technologies.json": (1, "told"),
    "liked_posts.json": (2, "like"), "profile_searches.json": (3, "search"), "following.json": (2, "follow"),
}  # fmt: skip
FILES = sorted((THEIRS / "instagram").rglob("*.json")) if THEIRS.is_dir() else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_of_another_project_gives_as_many_records_as_its_reader_counted(path: Path) -> None:
    items, (count, kind) = read(path), COUNTS[path.name]
    assert [item.kind for item in items if isinstance(item, Activity)] == [kind] * count
    assert len(items) == count
    activities = [item for item in items if isinstance(item, Activity)]
    assert filed([activities]) == filed([activities, activities]) == filed([activities[:1]], [activities[1:]])


# Chance


def test_damage_of_any_kind_gives_records_and_reasons_only(tmp_path: Path) -> None:
    chance = random.Random(7)
    samples = [(tail, content) for tail, content, _ in SHAPES.values()]
    samples += [(path.name, json.loads(path.read_text("utf-8"))) for path in FILES]
    for _ in range(200):
        tail, content = chance.choice(samples)
        text = json.dumps(spoiled(content, chance) if chance.random() < 0.6 else content)
        path = export(tmp_path, tail, "")
        path.write_bytes(clipped(text.encode(), chance) if chance.random() < 0.6 else text.encode())
        survived(IMPORTER, path)
