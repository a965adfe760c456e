"""Facebook's export: every list under its key, the lists without one, no text of a post, comment or message.

No shareable file of it is known: all files here are synthetic, written from the shapes that readers of real exports
describe.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from tests.journal import exports
from tests.journal.damage import clipped, spoiled, survived
from tests.journal.exports import NOW, Item, fact, filed, gathered, members, reasons, written

from lifepod import names
from lifepod.errors import Undecided
from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Decimal10, Iri, Moment, Skipped
from lifepod.journal.importers.facebook import IMPORTER
from lifepod.journal.importers.instagram import IMPORTER as INSTAGRAM

STAMP = 1_764_590_400
NOON = Moment(exports.NOON.replace(microsecond=0))
WHEN = "2025-12-01T12:00:00+00:00"
SECRET = "Canary7Hush"
PAGE = "https://www.facebook.com/a.page"


def broken(text: str) -> str:
    return text.encode().decode("latin-1")


def export(path: Path, tail: str, content: object, encoding: str = "utf-8") -> Path:
    return written(path / "facebook-sam-2026-02-01" / tail, content, encoding)


def read(path: Path, **answers: str) -> list[Item]:
    (member,) = members(path)
    match = IMPORTER.recognise(member)
    assert match is not None
    assert match.problem is None
    return list(IMPORTER.activities(match, {"now": NOW, **answers}))


def kept(path: Path, **answers: str) -> list[Activity]:
    return [item for item in read(path, **answers) if isinstance(item, Activity)]


def labels(*rows: object, **more: object) -> dict[str, object]:
    return {"timestamp": STAMP, "media": [], "label_values": list(rows), "fbid": "18079916561048001", **more}


def at(title: str = "", **more: object) -> dict[str, object]:
    return {"timestamp": STAMP, "title": title, **more}


def part(found: Activity, name: str) -> object:
    value = dict(found.things[0].facts).get(names.SCHEMA + name) if found.things else None
    return value.value if isinstance(value, Iri | Decimal10) else value


ACTIVITY = "your_facebook_activity"
SEARCHES = "logged_information/search/your_search_history.json"
POSTS = f"{ACTIVITY}/posts/your_posts__check_ins__photos_and_videos_1.json"
REACTIONS = f"{ACTIVITY}/comments_and_reactions/likes_and_reactions_1.json"
TOLD = "apps_and_websites_off_of_facebook/your_activity_off_meta_technologies.json"
VIEWED = "logged_information/interactions/recently_viewed.json"
PAYMENTS = f"{ACTIVITY}/facebook_payments/payment_history.json"

REACTED = at("Sam likes Jo's post.", data=[{"reaction": {"reaction": "LIKE", "actor": SECRET}}])
COMMENTED = at(
    "Sam commented on Jo's post.", data=[{"comment": {"timestamp": STAMP, "comment": SECRET, "author": "S"}}]
)
SAVED = at("Sam saved a link.", attachments=[
    {"data": [{"external_context": {"name": "A recipe", "source": "x", "url": "https://cook.example/a"}}]}
])  # fmt: skip

SHAPES: dict[str, tuple[str, object, tuple[str, str | None, object]]] = {
    # name → file, content, (kind, name, address of the thing)
    "friend": ("connections/friends/your_friends.json", {"friends_v2": [{"name": broken("Zoë"), "timestamp": STAMP}]},
               ("follow", "Zoë", None)),
    "followed": ("who_you've_followed.json", {"following_v3": [{"name": "A Page", "timestamp": STAMP}]},
                 ("follow", "A Page", None)),
    "page followed": ("pages/x.json", {"pages_followed_v2": [at("A Page", data=[{"name": "A Page"}])]},
                      ("follow", "A Page", None)),
    "group": ("groups/your_group_membership_activity.json",
              {"groups_joined_v2": [at("You became a member of A Group.", data=[{"name": "A Group"}])]},
              ("follow", "A Group", None)),
    "page liked": ("pages/pages_you've_liked.json",
                   {"page_likes_v2": [{"name": "A Page", "timestamp": STAMP, "url": PAGE}]}, ("like", "A Page", PAGE)),
    "reaction": (REACTIONS, [REACTED], ("like", "Sam likes Jo's post.", None)),
    "reaction before": ("posts_and_comments.json", {"reactions_v2": [REACTED]}, ("like", "Sam likes Jo's post.", None)),
    "reaction 2026": (REACTIONS, [labels({"label": "Reaction", "value": "Like"}, {"label": "URL", "value": PAGE},
                                         {"label": "Text", "value": SECRET})], ("like", None, PAGE)),
    "comment": ("comments_and_reactions/comments.json", {"comments_v2": [COMMENTED]},
                ("comment", "Sam commented on Jo's post.", None)),
    "comment 2026": ("comments_and_reactions/comments.json", [labels({"label": "Comment", "value": SECRET})],
                     ("comment", None, None)),
    "post": (POSTS, [at("Sam updated her status.", data=[{"post": SECRET}], attachments=[])], ("post", None, None)),
    "post in a group": ("groups/x.json", {"group_posts_v2": [at("Sam posted in A Group.", data=[{"post": SECRET}])]},
                        ("post", None, None)),
    "saved": ("saved_items_and_collections/your_saved_items.json", {"saves_v2": [SAVED]},
              ("save", "A recipe", "https://cook.example/a")),
    "saved without a thing": ("x.json", {"saves_v2": [at("Sam saved Jo's post.")]},
                              ("save", "Sam saved Jo's post.", None)),
    "profile visited": ("interactions/recently_visited.json", {"visited_things_v2": [
        {"name": "Profile visits", "entries": [{"timestamp": STAMP, "data": {"name": "Jo", "uri": PAGE}}]}]},
        ("seen", "Jo", PAGE)),
    "group visited 2026": ("interactions/groups_you've_visited.json", [labels({"label": "Name", "value": "A Group"})],
                           ("seen", "A Group", None)),
    "video": (VIEWED, {"recently_viewed": [{"name": "Videos", "entries": [
        {"timestamp": STAMP, "data": {"name": "A film", "uri": "https://www.facebook.com/watch/?v=1"}}]}]},
        ("watch", "A film", "https://www.facebook.com/watch/?v=1")),
    "advert clicked": ("ads_information/advertisers_you've_interacted_with.json",
                       {"history_v2": [at("A Shop", action="Clicked ad")]}, ("ad-click", "A Shop", None)),
    "advert clicked 2026": ("ads_information/advertisers_you've_interacted_with.json",
                            [labels({"label": "Titel", "value": "A Shop"}, {"label": "x", "value": "Clicked"})],
                            ("ad-click", "A Shop", None)),
}  # fmt: skip


@pytest.mark.parametrize(("tail", "content", "said"), SHAPES.values(), ids=SHAPES)
def test_every_shape_says_what_was_done_and_when(
    tail: str, content: object, said: tuple[str, object, object], tmp_path: Path
) -> None:
    (found,) = kept(export(tmp_path, tail, content))
    assert (found.kind, found.name, part(found, "url")) == said
    assert (found.source, found.start, fact(found, "provider")) == ("facebook", NOON, "https://www.facebook.com/")
    assert SECRET not in repr(found)


def test_a_reaction_is_the_same_record_in_the_exports_of_two_years_and_languages(tmp_path: Path) -> None:
    (old,), (new,) = (kept(export(tmp_path / name, *SHAPES[name][:2])) for name in ("reaction", "reaction 2026"))
    (other,) = kept(export(tmp_path, REACTIONS, [REACTED | {"title": "Sam gefällt Jos Beitrag."}]))
    assert old.key == new.key == other.key == (WHEN,)
    assert filed([[old]], [[new]]) == filed([[new]], [[old]])


# Searches


@pytest.mark.parametrize(
    ("entry", "query"),
    [
        (at("You searched", attachments=[{"data": [{"text": '"itu"'}]}], data=[{"text": "itu"}]), "itu"),
        (at(broken("Du har søgt"), attachments=[{"data": [{"text": f'"{broken("Zoë")}"'}]}]), "Zoë"),
        (labels({"label": "x", "value": "itu"}), "itu"),
    ],
)
def test_a_search_says_what_was_searched_for(entry: object, query: str, tmp_path: Path) -> None:
    content = [entry] if isinstance(entry, dict) and "label_values" in entry else {"searches_v2": [entry]}
    (found,) = kept(export(tmp_path, SEARCHES, content))
    assert (found.kind, fact(found, "query"), found.start, found.match) == (
        "search", query, NOON, (query.casefold(), WHEN[:16]),
    )  # fmt: skip


@pytest.mark.parametrize("entry", [at("You searched"), at(data=[{"text": ""}]), at(data=5), at(data=[{"text": 5}])])
def test_a_search_for_nothing_is_none(entry: object, tmp_path: Path) -> None:
    assert reasons(export(tmp_path, SEARCHES, {"searches_v2": [entry]})) == ["no-object"]


# Places and events


def place(**fields: object) -> dict[str, object]:
    return {"name": "The Café", "coordinate": {"latitude": 48.1371540, "longitude": -11.5}, "address": SECRET, **fields}


def checked_in(where: object) -> dict[str, object]:
    return at("Sam was at The Café.", attachments=[{"data": [{"place": where}]}], data=[{"post": SECRET}])


def test_a_check_in_is_a_stay_of_a_moment_without_a_street(tmp_path: Path) -> None:
    (found,) = kept(export(tmp_path, POSTS, [checked_in(place())]))
    assert (found.kind, found.name, found.start, found.end) == ("stay", "The Café", NOON, None)
    assert (part(found, "latitude"), part(found, "longitude")) == ("48.137154", "-11.5")
    assert found.things[0].types == (names.SCHEMA + "Place",)
    assert (found.key, found.match) == (("48.13715,-11.50000", WHEN), ("48.1372,-11.5000", WHEN[:16]))
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        (place(coordinate={"latitude": 91, "longitude": 0}), "out-of-range"),
        (place(coordinate={"latitude": 0, "longitude": -180.5}), "out-of-range"),
        (place(coordinate={"latitude": "x", "longitude": 0}), "bad-number"),
        (place(coordinate={"latitude": None}), "bad-number"), (place(coordinate={"latitude": True}), "bad-number"),
        (place(coordinate={}), "bad-number"), ({}, "no-object"), ({"name": ""}, "no-object"),
    ],
)  # fmt: skip
def test_a_place_that_is_none_says_why(where: object, reason: str, tmp_path: Path) -> None:
    assert reasons(export(tmp_path, POSTS, [checked_in(where), checked_in(place())])) == [reason]


@pytest.mark.parametrize(
    ("value", "digits"), [("48.10", "48.10"), (1e-05, "0.00001"), (0, "0"), (-90, "-90"), (48.137154, "48.137154")]
)
def test_degrees_keep_their_digits(value: object, digits: str, tmp_path: Path) -> None:
    (found,) = kept(export(tmp_path, POSTS, [checked_in(place(coordinate={"latitude": value, "longitude": 0}))]))
    assert part(found, "latitude") == digits


def test_an_event_joined_may_lie_ahead_and_those_declined_are_none(tmp_path: Path) -> None:
    joined = [{"name": "A march", "start_timestamp": STAMP * 2, "end_timestamp": STAMP * 2 + 60},
              {"name": "No end", "start_timestamp": STAMP, "end_timestamp": 0}, {"name": ""},
              {"name": "x", "start_timestamp": 0}]  # fmt: skip
    content = {"event_responses_v2": {"events_joined": joined, "events_declined": [{"name": "y"}], "z": 5}}
    items = read(export(tmp_path, "events/your_event_responses.json", content))
    first, second = (item for item in items if isinstance(item, Activity))
    assert (first.kind, first.name, first.start and first.start.value.year) == ("event", "A march", 2081)
    assert first.end is not None
    assert second.end is None
    assert [item.reason for item in items if isinstance(item, Skipped)] == ["no-object", "no-time", "not-an-activity"]


# What was viewed


def viewed(*groups: object) -> dict[str, object]:
    return {"recently_viewed": list(groups)}


def group(name: str, *entries: object, **more: object) -> dict[str, object]:
    return {"name": name, "description": "", "entries": list(entries), **more}


def entry(uri: object = PAGE, **more: object) -> dict[str, object]:
    return {"timestamp": STAMP, "data": {"name": "A thing", "uri": uri, **more}}


@pytest.mark.parametrize(
    "name", ["Ads", "Werbeanzeigen", broken("Publicités"), "Anuncios", "Inserzioni", "Advertenties"]
)
def test_adverts_viewed_are_adverts_in_every_language(name: str, tmp_path: Path) -> None:
    (found,) = kept(export(tmp_path, VIEWED, viewed(group(name, entry()))))
    assert (found.kind, part(found, "name"), found.things[0].types) == ("ad", "A thing", (names.LP_AD,))


@pytest.mark.parametrize("name", ["Shops", "Loads of videos", "Adventures"])
def test_other_groups_are_no_adverts(name: str, tmp_path: Path) -> None:
    assert kept(export(tmp_path, VIEWED, viewed(group(name, entry()))))[0].kind == "seen"


def test_groups_in_groups_are_read_and_every_entry_counted(tmp_path: Path) -> None:
    inner = group("Time viewed", entry(watch_time="5.2"), {"data": {"name": "x", "watch_time": "1"}}, 5)
    outer = group("Ads", entry(), children=[group("Inner", entry()), 5])
    items = read(export(tmp_path, VIEWED, viewed(group("Videos", children=[inner]), outer, "x")))
    assert [getattr(item, "kind", getattr(item, "reason", "")) for item in items] == [
        "watch", "no-time", "no-object", "ad", "ad", "not-an-activity", "not-an-activity",
    ]  # fmt: skip


def test_a_counter_of_visits_without_a_time_is_none(tmp_path: Path) -> None:
    content = {"visited_things_v2": [group("Marketplace Visits", {"data": {"value": "5"}}), group("Pages", entry())]}
    assert reasons(export(tmp_path, "recently_visited.json", content)) == ["no-time"]


# Advertisers and shops


@pytest.mark.parametrize(
    "content",
    [
        {"custom_audiences_v2": [broken("Café")]},
        {"custom_audiences_all_types_v2": [{"advertiser_name": broken("Café"), "has_data_file_custom_audience": True}]},
        [labels({"label": "x", "vec": [{"value": broken("Café")}]})],
        labels({"label": "x", "vec": [{"value": broken("Café")}]}),
    ],
)
def test_an_advertiser_with_a_list_is_an_audience(content: object, tmp_path: Path) -> None:
    (found,) = kept(export(tmp_path, "ads/advertisers_using_your_activity_or_information.json", content))
    assert (found.kind, found.name, found.key, found.start) == ("audience", "Café", ("café",), None)


FOLLOWER = {"name": broken("Zoë"), "timestamp": STAMP}
INTERESTS: dict[str, tuple[str, object, str]] = {
    "names": ("other_logged_information/ads_interests.json", {"topics_v2": [broken("Café"), "Chess"]}, "ad interest"),
    "labels": ("ads_information/ads_interests.json",
               {"label_values": [{"label": "Name", "vec": [{"value": broken("Café")}, {"value": "Chess"}]}]},
               "ad interest"),
    "categories": ("ads_information/other_categories_used_to_reach_you.json",
                   [labels({"label": "Name", "vec": [{"value": broken("Café")}, {"value": "Chess"}]})], "ad category"),
}  # fmt: skip


@pytest.mark.parametrize("name", INTERESTS)
def test_what_adverts_are_chosen_by_is_a_list_of_the_networks_own(name: str, tmp_path: Path) -> None:
    tail, content, kind = INTERESTS[name]
    found = kept(export(tmp_path, tail, content))
    assert [(one.kind, one.name, one.key, one.start) for one in found] == [
        ("audience", "Café", (kind, "café"), None), ("audience", "Chess", (kind, "chess"), None),
    ]  # fmt: skip
    assert fact(found[0], "listKind") == kind


def test_an_interest_is_no_advertiser_of_the_same_name(tmp_path: Path) -> None:
    topics = kept(export(tmp_path, "ads_interests.json", {"topics_v2": ["Chess"]}))
    lists = kept(export(tmp_path, "x.json", {"custom_audiences_v2": ["Chess"]}))
    assert filed([topics], [lists]) == filed([lists, topics], [topics])
    (data,) = filed([topics, lists]).values()
    assert data.count(b"lp:Audience ") == 2


@pytest.mark.parametrize(
    ("entry", "reason"),
    [("", "no-object"), ({}, "no-object"), (5, "not-an-activity"), (None, "not-an-activity"), ([], "not-an-activity")],
)
def test_an_interest_that_is_none_says_why(entry: object, reason: str, tmp_path: Path) -> None:
    path = export(tmp_path, "ads_interests.json", {"topics_v2": ["Chess", entry]})
    assert [item.reason for item in read(path) if isinstance(item, Skipped)] == [reason]


def test_who_follows_the_person_is_the_agent_and_nothing_is_the_object(tmp_path: Path) -> None:
    path = export(tmp_path, "connections/followers/people_who_followed_you.json", {"followers_v3": [FOLLOWER]})
    (found,) = kept(path)
    assert (found.kind, found.start, found.key) == ("follow", NOON, ("by", "Zoë", NOON.value.isoformat()))
    assert [(who.part, who.link, who.facts) for who in found.things] == [
        ("agent", names.SCHEMA + "agent", ((names.SCHEMA + "name", "Zoë"),))
    ]


def test_a_follower_since_no_known_time_is_one_without_a_time(tmp_path: Path) -> None:
    rows = [{"name": "Jo"}, {"name": "Jo"}, {"name": "Ada", "timestamp": 0}]
    found = kept(export(tmp_path, "x.json", {"followers_v2": rows}))
    assert [(one.start, one.match) for one in found] == [(None, ())] * 3
    ((_, path), data) = next(iter(filed([found]).items()))
    assert path == "undated.ttl"
    assert data.count(b"schema:FollowAction") == 3
    assert filed([found]) == filed([found], [found[1:]]) == filed([found[:1]], [found])


@pytest.mark.parametrize(
    ("tail", "content"),
    [
        ("your_off-facebook_activity.json",
         {"off_facebook_activity_v2": [{"name": "a.example", "events": [{"id": 1, "type": "X", "timestamp": STAMP}]}]}),
        (TOLD, {"apps_and_websites_off_meta_activity": [
            {"name": "a.example", "events": [{"type": "X", "timestamp": STAMP}]}]}),
        (TOLD, [{"title": "a.example", "fbid": "1", "label_values": [{"label": "Events", "vec": [{"dict": [
            {"label": "Event", "value": "X"}, {"label": "Received on", "timestamp_value": STAMP}]}]}]}]),
        (TOLD, {"title": "a.example", "fbid": "1", "label_values": [{"label": "Events", "vec": [{"dict": [
            {"label": "Event", "value": "X"}, {"label": "Received on", "timestamp_value": STAMP}]}]}]}),
    ],
)  # fmt: skip
def test_what_shops_told_is_the_same_record_in_every_shape(tail: str, content: object, tmp_path: Path) -> None:
    (found,) = kept(export(tmp_path, tail, content))
    assert (found.kind, fact(found, "agent"), fact(found, "recipient"), fact(found, "eventType"), found.key) == (
        "told", "a.example", "Meta", "X", ("a.example", "X", WHEN),
    )  # fmt: skip


def test_equal_events_of_one_shop_are_as_many_as_were_told(tmp_path: Path) -> None:
    event = {"id": 1, "type": "X", "timestamp": STAMP}
    found = kept(export(tmp_path, TOLD, {"off_facebook_activity_v2": [{"name": "a.example", "events": [event] * 3}]}))
    (data,) = filed([found], [found, found[:2]]).values()
    assert data.count(b"lp:TrackedInteraction") == 3


# Messages


def message(**changes: object) -> dict[str, object]:
    usual = {
        "sender_name": "Sam", "timestamp_ms": STAMP * 1000 + 5, "content": SECRET, "type": "Generic",
        "photos": [{"uri": SECRET}], "reactions": [{"reaction": SECRET, "actor": SECRET}], "share": {"link": SECRET},
    }  # fmt: skip
    return usual | changes


def thread(path: Path, *messages: object, people: object = None, folder: str = "zoe_1234567890") -> Path:
    content = {
        "participants": [{"name": broken("Zoë")}, {"name": "Sam"}] if people is None else people,
        "messages": list(messages), "title": SECRET, "thread_path": SECRET, "image": {"uri": SECRET},
        "magic_words": [SECRET],
    }  # fmt: skip
    return export(path, f"{ACTIVITY}/messages/inbox/{folder}/message_1.json", content)


def test_a_message_says_who_wrote_when_to_whom_in_which_conversation_and_nothing_else(tmp_path: Path) -> None:
    (found,) = kept(thread(tmp_path, message()))
    assert (found.kind, found.source, found.name) == ("message", "facebook", None)
    assert (fact(found, "sender"), fact(found, "recipient")) == ("Sam", "Zoë")
    assert found.start == Moment(exports.NOON.replace(microsecond=5000))
    assert len(str(fact(found, "thread"))) == 16
    assert SECRET not in repr(found)


def test_a_conversation_keeps_its_name_when_people_change_theirs(tmp_path: Path) -> None:
    one = kept(thread(tmp_path / "a", message()))
    other = kept(thread(tmp_path / "b", message(), folder="zoemarie_1234567890"))
    another = kept(thread(tmp_path / "c", message(), folder="zoe_9999999999"))
    assert one[0].key == other[0].key != another[0].key


def test_a_large_group_is_told_by_its_conversation_alone(tmp_path: Path) -> None:
    people = [{"name": f"Person {number}"} for number in range(40)]
    (found,) = kept(thread(tmp_path, message(), people=people))
    assert fact(found, "recipient") is None


@pytest.mark.parametrize("people", [[], "x", 5, [5, None, {}], {"a": 1}, [{"name": []}]])
def test_odd_participants_do_no_harm(people: object, tmp_path: Path) -> None:
    (found,) = kept(thread(tmp_path, message(), people=people))
    assert fact(found, "recipient") is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sender_name": None}, "no-object"), ({"sender_name": ""}, "no-object"), ({"timestamp_ms": None}, "no-time"),
        ({"timestamp_ms": 0}, "no-time"), ({"timestamp_ms": STAMP}, "bad-time"), ({"timestamp_ms": "x"}, "bad-time"),
    ],
)  # fmt: skip
def test_a_message_that_is_none_says_why(changes: dict[str, object], reason: str, tmp_path: Path) -> None:
    items = read(thread(tmp_path, message(), message(**changes), 5))
    assert [item.reason for item in items if isinstance(item, Skipped)] == [reason, "not-an-activity"]


def test_an_encrypted_conversation_is_read_too(tmp_path: Path) -> None:
    content = {"participants": ["Sam", "Zoë"], "threadName": "Zoë_1", "messages": [
        {"isUnsent": False, "media": [], "senderName": "Sam", "text": SECRET, "timestamp": STAMP * 1000, "type": "text"}
    ]}  # fmt: skip
    (found,) = kept(export(tmp_path, "messages/Zoë_1.json", content))
    assert (fact(found, "sender"), fact(found, "recipient"), found.start) == ("Sam", "Zoë", NOON)
    assert SECRET not in repr(found)


# Payments


def payment(sender: object = "Sam", receiver: object = "Jo", **changes: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "created_timestamp": STAMP, "amount": "10.50", "currency": "EUR", "sender": sender, "receiver": receiver,
        "type": "Payment", "status": "Completed", "payment_method": SECRET, "ip": SECRET,
    }  # fmt: skip
    return usual | changes


def payments(path: Path, *rows: object) -> Path:
    return export(path, PAYMENTS, {"payments_v2": {"preferred_currency": SECRET, "payments": list(rows)}})


def test_money_that_left_and_came_says_so(tmp_path: Path) -> None:
    out, back = kept(payments(tmp_path, payment(), payment("Zoë", "Sam", amount="7")))
    assert (out.kind, fact(out, "direction"), fact(out, "participant"), part(out, "value"), part(out, "currency")) == (
        "transfer", "out", "Jo", "10.50", "EUR",
    )  # fmt: skip
    assert (fact(back, "direction"), fact(back, "participant"), part(back, "value")) == ("in", "Zoë", "7")
    assert SECRET not in repr((out, back))


def test_which_side_is_the_person_is_asked_where_the_file_leaves_it_open(tmp_path: Path) -> None:
    path = payments(tmp_path, payment(), payment())
    with pytest.raises(Undecided) as asked:
        read(path)
    assert asked.value.choices == ("Jo", "Sam")
    assert "--answer facebook.name=Jo (or =Sam)" in asked.value.advice
    (report,) = gathered(path)
    assert report.problem == "needs-answer"
    assert [fact(one, "direction") for one in kept(path, **{"facebook.name": "jo"})] == ["in", "in"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "Canceled"}, "cancelled"), ({"status": "Failed"}, "cancelled"), ({"status": "Pending"}, "pending"),
        ({"status": "?"}, "pending"), ({"currency": "XXX"}, "bad-currency"), ({"currency": ""}, "bad-currency"),
        ({"amount": "x"}, "bad-number"), ({"amount": None}, "bad-number"), ({"amount": "1,234"}, "bad-number"),
        ({"created_timestamp": 0}, "no-time"), ({"created_timestamp": -1}, "bad-time"),
        ({"sender": "A", "receiver": "B"}, "other-person"), ({"sender": "", "receiver": None}, "no-object"),
    ],
)  # fmt: skip
def test_a_payment_that_is_none_says_why(changes: dict[str, object], reason: str, tmp_path: Path) -> None:
    items = read(payments(tmp_path, payment(), payment(**changes), 5), **{"facebook.name": "Sam"})
    assert [item.reason for item in items if isinstance(item, Skipped)] == [reason, "not-an-activity"]


@pytest.mark.parametrize(
    ("amount", "value"), [("$10.50", "10.50"), (10.5, "10.5"), (3, "3"), ("1,234.50", "1234.50"), ("-2.00", "2.00")]
)
def test_an_amount_is_read_in_its_own_digits(amount: object, value: str, tmp_path: Path) -> None:
    (found,) = kept(payments(tmp_path, payment(amount=amount)), **{"facebook.name": "Sam"})
    assert (part(found, "value"), fact(found, "direction")) == (value, "out")


# Recognising


@pytest.mark.parametrize(
    ("tail", "content", "sure"),
    [
        (SEARCHES, {"searches_v2": [at(data=[{"text": "x"}])]}, 0.9), ("renamed.txt", {"friends_v2": []}, 0.7),
        (POSTS, SHAPES["post"][1], 0.9), ("renamed.json", SHAPES["post"][1], 0.7),
        ("renamed.json", SHAPES["reaction"][1], 0.7), ("renamed.json", [checked_in(place())], 0.7),
    ],
)  # fmt: skip
def test_content_decides_and_the_name_makes_it_surer(tail: str, content: object, sure: float, tmp_path: Path) -> None:
    ((importer, match),) = shelf.recognise(members(export(tmp_path, tail, content))[0])
    assert (importer.name, match.confidence) == ("facebook", sure)


@pytest.mark.parametrize("tail", [SEARCHES.replace("json", "html"), "x/messages/inbox/zoe_1/message_1.html"])
@pytest.mark.parametrize("content", ["<html><body>x", '\ufeff <!DOCTYPE html><div class="_a6-g">'])
def test_a_web_page_names_the_exact_clicks(tail: str, content: str, tmp_path: Path) -> None:
    (report,) = gathered(export(tmp_path, tail, content))
    assert (report.importer, report.problem) == ("facebook", "html-instead-of-json")
    for step in ("Accounts Center", "Export your information", "Export to device", "Format to JSON", "All time"):
        assert step in report.hint


@pytest.mark.parametrize("key", ["received_requests_v2", "profile_v2", "inferred_topics_v2", "account_accesses_v2"])
def test_a_file_that_is_not_read_is_named_and_not_opened(key: str, tmp_path: Path) -> None:
    (report,) = gathered(export(tmp_path, "x.json", {key: [{"name": SECRET}]}))
    assert (report.importer, report.problem, report.records) == ("facebook", "unsupported-version", 0)
    assert SECRET not in repr(report)


@pytest.mark.parametrize(
    "content", ['[{"timestamp": 1, "title": "x"}]', '[{"timestamp": 1, "data": [], "other": 1}]', '{"a_v2x": 1}', "[1]"]
)
def test_other_files_are_not_known(content: str, tmp_path: Path) -> None:
    (member,) = members(written(tmp_path / "x.json", content))
    assert IMPORTER.recognise(member) is None
    assert INSTAGRAM.recognise(member) is None


@pytest.mark.parametrize("content", ["{}", '{"searches_v2": []}', '{"searches_v2": 5}', "[ ]"])
def test_an_empty_file_is_no_success(content: str, tmp_path: Path) -> None:
    (report,) = gathered(export(tmp_path, SEARCHES, content))
    assert report.records == 0
    assert report.importer == ("" if content == "{}" else "facebook")
    assert report.problem == ("" if content == "{}" else "empty-export")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_does_no_harm(encoding: str, tmp_path: Path) -> None:
    (found,) = kept(export(tmp_path, "x.json", {"friends_v2": [{"name": "Zoë", "timestamp": STAMP}]}, encoding))
    assert found.name == "Zoë"


def test_one_entry_may_stand_without_its_list(tmp_path: Path) -> None:
    lone = export(tmp_path, "x.json", {"history_v2": at("A Shop")})
    assert kept(lone) == kept(export(tmp_path, "y.json", {"history_v2": [at("A Shop")]}))


# Damage


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"name": "x"}, "no-time"), ({"name": "x", "timestamp": 0}, "no-time"), ({"timestamp": STAMP}, "no-object"),
        ({"name": "x", "timestamp": -1}, "bad-time"), ({"name": "x", "timestamp": 2**31}, "bad-time"),
        ({"name": 5, "timestamp": STAMP}, "no-object"), (5, "not-an-activity"), (None, "not-an-activity"),
        ([], "not-an-activity"), ("x", "not-an-activity"),
    ],
)  # fmt: skip
def test_what_is_no_record_is_counted_with_its_reason(entry: object, reason: str, tmp_path: Path) -> None:
    good = {"name": "x", "timestamp": str(STAMP)}
    assert reasons(export(tmp_path, "your_friends.json", {"friends_v2": [good, entry, good]})) == [reason]


def test_a_file_cut_in_the_middle_keeps_what_was_read(tmp_path: Path) -> None:
    path = export(tmp_path, REACTIONS, [REACTED] * 9)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (report,) = gathered(path)
    assert report.problem == "malformed"
    assert 0 < report.records < 9


def test_no_secret_of_any_field_reaches_the_pod(tmp_path: Path) -> None:
    files = [(tail, content) for tail, content, _ in SHAPES.values()]
    files += [(POSTS, [checked_in(place())]), (TOLD, {"off_facebook_activity_v2": [{"name": "a", "events": [
        {"id": SECRET, "type": "X", "timestamp": STAMP}]}]})]  # fmt: skip
    found = [one for tail, content in files for one in kept(export(tmp_path, tail, content))]
    found += kept(thread(tmp_path, message())) + kept(payments(tmp_path, payment()), **{"facebook.name": "Sam"})
    once, twice = filed([found]), filed([found], [found])
    assert once == twice
    assert all(SECRET.encode() not in data for data in once.values())


# Chance


def test_damage_of_any_kind_gives_records_and_reasons_only(tmp_path: Path) -> None:
    chance = random.Random(11)
    samples: list[tuple[str, object]] = [(tail, content) for tail, content, _ in SHAPES.values()]
    samples += [(POSTS, [checked_in(place())]), (PAYMENTS, {"payments_v2": {"payments": [payment()] * 3}})]
    samples.append(("messages/inbox/a_1/message_1.json", {"participants": [{"name": "a"}], "messages": [message()]}))
    samples.append(("events/your_event_responses.json", {"event_responses_v2": {"events_joined": [{"name": "a"}]}}))
    for _ in range(200):
        tail, content = chance.choice(samples)
        text = json.dumps(spoiled(content, chance) if chance.random() < 0.6 else content)
        path = export(tmp_path, tail, "")
        path.write_bytes(clipped(text.encode(), chance) if chance.random() < 0.6 else text.encode())
        survived(IMPORTER, path)
