"""What Instagram's and Facebook's exports share: broken texts mended, right ones left, labels of any language."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.journal.exports import NOW, fact, members, written

from lifepod.journal.activity import Activity, Moment, Skipped
from lifepod.journal.importers.facebook import FAMILY as FACEBOOK
from lifepod.journal.importers.instagram import FAMILY as INSTAGRAM
from lifepod.journal.importers.meta import (
    Said,
    Times,
    What,
    about,
    address_of,
    mended,
    off_meta,
    recognise,
    said,
    stem_of,
    text_of,
)
from lifepod.journal.importers.meta_lists import audiences
from lifepod.names import LP_LIST_KIND, SCHEMA

TIMES = Times(NOW)
STAMP = 1_764_590_400
WHEN = "2025-12-01T12:00:00+00:00"


def broken(text: str) -> str:
    """As Meta writes it."""
    return text.encode().decode("latin-1")


# Texts


@pytest.mark.parametrize(
    "text", ["Zoë", "Café ☕", "🎉👩‍👩‍👧", "שלום", "日本", "naïve – “quoted”", "Ελλάδα", "plain", "", "e\u0301te\u0301"]
)
def test_a_broken_text_is_mended_and_a_right_one_is_left(text: str) -> None:
    assert mended(broken(text)) == text
    assert mended(text) == text


@pytest.mark.parametrize("text", ["Ã", "Ã© 😀", "\xff\xfe", "Zo\xeb", "\ud83d", "½ Ã©", "Â", broken("é") + "\u0100"])
def test_what_cannot_be_mended_stays_as_it_is(text: str) -> None:
    assert mended(text) == text


def test_a_text_is_clean_after_it_is_mended() -> None:
    assert text_of(broken("  Zoe\u0308 \u202e‘x’\x07 ")) == "Zoë ‘x’"
    assert text_of(broken("🎉" * 300)) == "🎉" * 300
    assert text_of("\ud83d") == ""
    odd: list[object] = [None, 5, [], {}, True, b"x"]
    assert [text_of(one) for one in odd] == [""] * len(odd)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("https://site.example/?token=hush", "https://site.example/?token=REDACTED"),
        (broken("https://site.example/é"), "https://site.example/é"), ("  http://a.example/ ", "http://a.example/"),
        ("javascript:x", ""), ("file:///x", ""), ("site.example", ""), (None, ""), (5, ""), ("https://[", ""),
        ("https://x/" + "a" * 40_000, ""),
    ],
)  # fmt: skip
def test_only_addresses_of_the_web_are_addresses(value: object, address: str) -> None:
    assert address_of(value) == address


# Times


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "no-time"), (0, "no-time"), ("", "no-time"), ("0", "no-time"), (True, "no-time"), ([], "no-time"),
        ({}, "no-time"), (-1, "bad-time"), (1, "bad-time"), (978_307_200, "bad-time"), (2**31, "bad-time"),
        (STAMP * 1000, "bad-time"), (10**30, "bad-time"), (float("inf"), "bad-time"), (float("nan"), "bad-time"),
        ("x", "bad-time"), ("²", "bad-time"), ("2016-12-31T23:59:60Z", "bad-time"), ("1970-01-01T00:00:00", "bad-time"),
        ("9" * 5000, "bad-time"), (-11_644_473_600, "bad-time"), (1_893_456_000, "bad-time"),
    ],
)  # fmt: skip
def test_what_is_no_time_says_why(value: object, reason: str) -> None:
    assert TIMES.at(value) == reason


@pytest.mark.parametrize("value", [STAMP, str(STAMP), f" {STAMP} ", float(STAMP), "2025-12-01T12:00:00+00:00"])
def test_seconds_are_read_as_number_and_as_text(value: object) -> None:
    found = TIMES.at(value)
    assert isinstance(found, Moment)
    assert found.value.isoformat() == WHEN


def test_milliseconds_keep_their_digits() -> None:
    found = TIMES.at(STAMP * 1000 + 123, 1000)
    assert isinstance(found, Moment)
    assert found.value.isoformat() == "2025-12-01T12:00:00.123000+00:00"


def test_of_several_times_the_first_that_is_one_counts() -> None:
    assert TIMES.first([0, None, "", "x", STAMP, STAMP + 1]) == TIMES.at(STAMP)
    assert TIMES.first([0, None]) == "no-time"
    assert TIMES.first([0, -5]) == "bad-time"


# Entries in every shape


@pytest.mark.parametrize("labels", [("Author", "Time", "URL"), ("Auteur", "Tijd", "URL-adres"), ("", " ", "é")])
def test_labels_of_any_language_say_the_same(labels: tuple[str, str, str]) -> None:
    who, when, where = labels
    entry = {
        "string_map_data": {
            who: {"href": "", "value": "sam", "timestamp": 0}, when: {"href": "", "value": "", "timestamp": STAMP},
            where: {"href": "https://www.instagram.com/p/x/"},
        }
    }  # fmt: skip
    assert said(entry, TIMES) == Said(TIMES.at(STAMP), ("https://www.instagram.com/p/x/",), ("sam",))


def label_values(*rows: object, **more: object) -> dict[str, object]:
    return {"timestamp": STAMP, "media": [], "label_values": list(rows), "fbid": "1", **more}


def owner(title: str = "Owner", **fields: object) -> dict[str, object]:
    inner = [{"label": name, "value": value} for name, value in fields.items()]
    return {"dict": [{"dict": inner, "title": ""}], "title": title}


@pytest.mark.parametrize("title", ["Owner", "Eigenaar", ""])
def test_an_entry_of_2026_says_address_text_and_owner(title: str) -> None:
    url = "https://www.instagram.com/p/x/"
    entry = label_values(
        {"label": "URL", "value": url, "href": url}, {"label": "Ad library public URL"}, {"label": "x", "value": "A"},
        {"label": "Link", "vec": [{"value": "https://b.example/"}]},
        owner(title, URL="https://shop.example/", Name=broken("Café"), Username="cafe"),
    )  # fmt: skip
    assert said(entry, TIMES) == Said(
        TIMES.at(STAMP), (url, "https://b.example/"), ("A",), ("Café", "cafe"), "https://shop.example/"
    )


def test_of_several_groups_the_owner_is_the_one_that_says_so() -> None:
    assert said(label_values(owner("Place", Name="x"), owner("Owner", Name="y")), TIMES).owner == ("y",)


def test_the_register_of_adverts_is_no_address_where_there_is_another() -> None:
    library, post = "https://www.facebook.com/ads/library/?id=1", "https://www.instagram.com/p/x/"
    assert Said("no-time", (library, post)).url == post
    assert Said("no-time", (library,)).url == library
    assert Said("no-time").url == ""


@pytest.mark.parametrize(
    "entry",
    [
        {"label_values": None}, {"label_values": {}}, {"label_values": [None, 5, [], "x"]},
        {"label_values": [{"dict": 5}, {"dict": [5, None]}, {"vec": {}}, {"label": {}, "value": []}]},
        {"string_map_data": []}, {"string_map_data": {"a": 5, "b": None}}, {"string_list_data": {"a": 1}},
        {"string_list_data": [[], "x"]}, {}, {"timestamp": {}}, {"title": []},
    ],
)  # fmt: skip
def test_odd_entries_say_nothing_and_do_no_harm(entry: dict[str, object]) -> None:
    assert said(entry, TIMES) == Said("no-time")


# Names of files


@pytest.mark.parametrize(
    ("path", "stem"),
    [
        ("a/your_posts__check_ins__photos_and_videos_1.json", "your_posts_check_ins_photos_and_videos"),
        ("pages_you've_liked.json", "pages_you_ve_liked"), ("pages_you’ve_liked.json", "pages_you_ve_liked"),
        ("liked_posts (1).json", "liked_posts"), ("post_comments_12.json", "post_comments"),
        ("Liked_Posts.HTML", "liked_posts"), ("x.zip!/followers_1.json", "followers"), ("", ""),
    ],
)  # fmt: skip
def test_the_name_of_a_file_is_the_same_in_every_download(path: str, stem: str) -> None:
    assert stem_of(path) == stem


EITHER = {"apps_and_websites_off_meta_activity": [{"name": "a.example", "events": []}]}
LISTED = [{"title": "a.example", "timestamp": STAMP, "label_values": [{"label": "Event", "value": "X"}], "fbid": "1"}]


@pytest.mark.parametrize(
    ("folder", "content", "known"),
    [
        ("instagram-sam/x", EITHER, "instagram"), ("facebook-sam/x", EITHER, "facebook"), ("x", EITHER, "instagram"),
        ("instagram-sam/x", LISTED, "instagram"), ("facebook-sam/x", LISTED, "facebook"), ("x", LISTED, "facebook"),
        ("facebook-sam/apps_and_websites_off_of_instagram", LISTED, "instagram"),
        ("instagram-sam/apps_and_websites_off_of_facebook", EITHER, "facebook"),
    ],
)  # fmt: skip
def test_a_file_that_both_have_is_one_of_them(folder: str, content: object, known: str, tmp_path: Path) -> None:
    (member,) = members(written(tmp_path / folder / "your_activity_off_meta_technologies.json", content))
    assert [f.name for f in (INSTAGRAM, FACEBOOK) if recognise(member, f)] == [known]


# What shops told Meta


def events(entry: dict[str, object], times: Times = TIMES) -> list[object]:
    return [
        (fact(one, "agent"), fact(one, "eventType"), one.start and one.start.value.isoformat())
        if isinstance(one, Activity)
        else one
        for one in off_meta(entry, FACEBOOK, times)
    ]


PAST = {"name": "shop.example", "events": [{"id": 5, "type": "PURCHASE", "timestamp": STAMP}]}
PRESENT = {
    "title": "shop.example", "fbid": "7",
    "label_values": [
        {"label": "Number", "value": "1"},
        {"label": "Ereignisse", "vec": [{"dict": [
            {"label": "ID", "value": "123456"}, {"label": "Ereignis", "value": "PURCHASE"},
            {"label": "Empfangen am", "timestamp_value": STAMP},
        ]}]},
    ],
}  # fmt: skip
FLAT = label_values(
    {"label": "App", "value": "shop.example"},
    {"label": "Event", "value": "PURCHASE"},
    {"label": "ID", "value": "12345"},
)


@pytest.mark.parametrize("entry", [PAST, PRESENT, FLAT])
def test_every_shape_of_an_event_is_the_same_record(entry: dict[str, object]) -> None:
    (found,) = off_meta(entry, FACEBOOK, TIMES)
    (first,) = off_meta(PAST, FACEBOOK, TIMES)
    assert found == first
    assert isinstance(found, Activity)
    assert (found.kind, fact(found, "agent"), fact(found, "recipient"), fact(found, "host")) == (
        "told", "shop.example", "Meta", "shop.example",
    )  # fmt: skip
    assert found.match == ("shop.example", "PURCHASE", WHEN[:16])


def test_both_networks_tell_of_one_event_with_one_match_key() -> None:
    (one,), (other,) = off_meta(PAST, FACEBOOK, TIMES), off_meta(PAST, INSTAGRAM, TIMES)
    assert isinstance(one, Activity)
    assert isinstance(other, Activity)
    assert one.match == other.match


def test_an_app_has_no_host_and_an_event_may_have_no_type() -> None:
    (found,) = off_meta({"name": broken("Café App"), "events": [{"timestamp": STAMP}]}, FACEBOOK, TIMES)
    assert isinstance(found, Activity)
    assert (fact(found, "agent"), fact(found, "host"), fact(found, "eventType")) == ("Café App", None, None)


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({"name": "a", "events": []}, []), ({"name": "", "events": [{}, {}]}, ["no-object"] * 2),
        ({"name": "a", "events": [5, None, {"timestamp": 0}]}, ["no-time"] * 3),
        ({"name": "a", "events": [{"timestamp": -1}]}, ["bad-time"]), ({"name": "a", "events": "x"}, ["no-time"]),
        ({}, ["no-object"]), ({"title": "a", "label_values": [{"vec": [5, {"dict": 5}]}]}, ["no-time"] * 2),
        ({"title": "a", "label_values": [{"vec": []}]}, []), ({"title": "a", "label_values": []}, ["no-time"]),
    ],
)  # fmt: skip
def test_every_event_is_counted_once(entry: dict[str, object], found: list[object]) -> None:
    assert events(entry) == found


# Advertisers' lists


def lists(entry: object) -> list[object]:
    return [
        (one.name, *(value for name, value in one.facts if name == LP_LIST_KIND)) if isinstance(one, Activity) else one
        for one in audiences(entry, FACEBOOK)
    ]


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (broken("Café GmbH"), [("Café GmbH", "data file custom audience")]), ("", ["no-object"]),
        ({"advertiser_name": "A", "has_data_file_custom_audience": True, "has_remarketing_custom_audience": True},
         [("A", "data file custom audience", "remarketing custom audience")]),
        ({"advertiser_name": "A", "has_data_file_custom_audience": False}, ["not-an-activity"]),
        ({"advertiser_name": "A", "has_data_file_custom_audience": "false"}, ["not-an-activity"]),
        ({"advertiser_name": "A"}, [("A",)]), ({}, ["no-object"]), (5, ["not-an-activity"]),
        ({"label_values": [{"label": "Uploaded a list", "vec": [{"value": "A"}, {"value": "B"}]}]},
         [("A", "Uploaded a list"), ("B", "Uploaded a list")]),
        ({"label_values": [{"label": "Name", "value": "A"}]}, [("A",)]),
    ],
)  # fmt: skip
def test_an_advertiser_that_has_a_list_says_how_it_came_to_it(entry: object, found: list[object]) -> None:
    assert lists(entry) == found


def test_an_audience_is_named_by_its_advertiser_alone() -> None:
    (one,), (other,) = audiences("Shop", FACEBOOK), audiences({"advertiser_name": "SHOP", "has_x": True}, FACEBOOK)
    assert isinstance(one, Activity)
    assert isinstance(other, Activity)
    assert one.key == other.key
    assert one.start is None


# Records


def test_without_anything_it_is_about_a_record_is_none_but_where_its_time_is_enough() -> None:
    at = TIMES.at(STAMP)
    assert about("save", FACEBOOK, at, What(SCHEMA + "CreativeWork")) == "no-object"
    found = about("comment", FACEBOOK, at, What(SCHEMA + "CreativeWork", by_time=True))
    assert isinstance(found, Activity)
    assert (found.key, found.things) == ((WHEN,), ())


def test_reading_entries_is_fast_enough() -> None:
    """Synthetic: 5,000 entries of 2026 take far less than ten seconds of this processor."""
    began = time.process_time()
    for number in range(5000):
        url = f"https://www.instagram.com/p/{number}/"
        said(label_values({"label": "URL", "value": url, "href": url}, owner(Name="A b", Username="a_b")), TIMES)
    assert time.process_time() - began < 10


def test_a_page_or_a_list_is_not_known_by_its_path_alone(tmp_path: Path) -> None:
    for name, content in (("liked_posts.html", "<html>"), ("x/liked_posts.json", "[1]"), ("comments.json", "[]")):
        (member,) = members(written(tmp_path / name, content))
        assert [recognise(member, family) for family in (INSTAGRAM, FACEBOOK)] == [None, None]


def test_a_file_of_the_export_that_is_not_read_is_named(tmp_path: Path) -> None:
    secret = {"account_history_login_history": [{"string_map_data": {"Cookie Name": {"value": "hush"}}}]}
    for folder, content in (("instagram-s", secret), ("facebook-s", {"profile_v2": {"emails": ["hush"]}})):
        path = written(tmp_path / folder / "login_activity.json", content)
        (match,) = filter(None, (recognise(members(path)[0], family) for family in (INSTAGRAM, FACEBOOK)))
        assert match.problem == Skipped("unsupported-version", path.as_posix())
        assert match.confidence == 0.4
        assert "hush" not in repr((match.why, match.hint))


@pytest.mark.parametrize("value", [10**400, -(10**400), 1e999, float("nan"), 10**16])
def test_a_number_that_is_no_time_of_any_kind_is_a_reason(value: float) -> None:
    assert Times("").at(value) == "bad-time"
