"""Live updates as values: what is offered, what a message says, whose it is to say, and what changed in a gap."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifepod.errors import Malformed
from lifepod.rdf.turtle import parse_turtle
from lifepod.solid.channels import (
    LOOK,
    WEBSOCKET_2023,
    Notice,
    Notification,
    Version,
    after,
    change_of,
    channel_of,
    confirmed,
    differences,
    is_known,
    line_of,
    notice_of,
    notices_of,
    offers_of,
    service_of,
    socket_url,
    subscription,
)
from lifepod.solid.wire import Reply

TOPIC, BOX = "https://pod.example/a/x.ttl", "https://pod.example/a/"
SERVICE = "https://pod.example/.notifications/WebSocketChannel2023/"
SECRET = "https://pod.example/.notifications/WebSocketChannel2023/5ec3e7"
DATE = "Wed, 25 Nov 2026 12:00:00 GMT"
MESSAGE = {
    "@context": ["https://www.w3.org/ns/activitystreams", "https://www.w3.org/ns/solid/notification/v1"],
    "id": "urn:1:https://pod.example/a/x.ttl",
    "type": "Update",
    "object": TOPIC,
    "state": '"1-text/turtle"',
    "published": "2026-11-25T12:21:12.037Z",
}


# Finding channels


def links(*pairs: tuple[str, str]) -> str:
    return ", ".join(f'<{target}>; rel="http://www.w3.org/ns/solid/terms#{rel}"' for target, rel in pairs)


def test_a_place_offers_what_its_headers_name() -> None:
    link = links(("/a/.well-known/solid", "storageDescription"), ("/stream/x", "updatesViaStreamingHttp2023"))
    offers = offers_of(Reply(TOPIC, 200, {"link": link, "updates-via": "wss://pod.example/.notifications"}))
    assert offers.description == BOX + ".well-known/solid"
    assert offers.streaming == "https://pod.example/stream/x"
    assert offers.updates_via == "wss://pod.example/.notifications"


@pytest.mark.parametrize("host", ["https://evil.example", "http://pod.example", "https://pod.example:444", "//evil"])
def test_nothing_on_another_server_is_offered(host: str) -> None:
    link = links((host + "/d", "storageDescription"), (host + "/s", "updatesViaStreamingHttp2023"))
    offers = offers_of(Reply(TOPIC, 200, {"link": link, "updates-via": "wss://evil.example/"}))
    assert (offers.description, offers.streaming, offers.updates_via) == ("", "", "")


def test_what_is_missing_offers_no_stream() -> None:
    link = links(("/stream/b0", "updatesViaStreamingHttp2023"))
    assert offers_of(Reply(TOPIC, 404, {"link": link})).streaming == ""


def test_the_subscription_service_is_the_one_of_the_type_on_this_server() -> None:
    said = "@prefix n: <http://www.w3.org/ns/solid/notifications#>.\n" + "".join(
        f"<{url}> n:channelType n:{kind}.\n"
        for url, kind in [
            ("https://evil.example/ws/", "WebSocketChannel2023"),
            (SERVICE, "WebSocketChannel2023"),
            ("https://pod.example/hooks/", "WebhookChannel2023"),
        ]
    )
    graph = parse_turtle(said.encode(), BOX)
    assert service_of(graph, WEBSOCKET_2023, TOPIC) == SERVICE
    assert service_of(graph, WEBSOCKET_2023, "https://other.example/x") == ""


@pytest.mark.parametrize(
    ("address", "topic"),
    [
        ("wss://pod.example/secret", TOPIC),
        ("wss://pod.example:443/secret", TOPIC),
        ("wss://pod.example:8443/secret", "https://pod.example:8443/x"),
        ("ws://localhost:3000/secret", "http://localhost:3000/x"),
        ("ws://127.0.0.1:3000/secret", "http://127.0.0.1:3000/x"),
    ],
)
def test_a_socket_on_the_places_own_server_is_taken(address: str, topic: str) -> None:
    assert socket_url(address, topic) == address


@pytest.mark.parametrize(
    ("address", "topic"),
    [
        ("wss://evil.example/secret", TOPIC),
        ("ws://pod.example/secret", TOPIC),
        ("ws://pod.example/secret", "http://pod.example/x"),
        ("wss://pod.example:444/secret", TOPIC),
        ("wss://pod.example@evil.example/secret", TOPIC),
        ("wss://me@pod.example/secret", TOPIC),
        ("https://pod.example/secret", TOPIC),
        ("ws://127.0.0.1:22/secret", "http://127.0.0.1:3000/x"),
        ("ws://localhost/secret", TOPIC),
        ("wss://pod.example:notaport/secret", TOPIC),
        ("wss://[/secret", TOPIC),
        ("", TOPIC),
    ],
)
def test_any_other_socket_is_refused_without_showing_its_address(address: str, topic: str) -> None:
    with pytest.raises(Malformed) as stop:
        socket_url(address, topic)
    assert "secret" not in str(stop.value)


# Subscribing


def answered(**said: object) -> Reply:
    return Reply(SERVICE, 200, {"date": DATE, "content-type": "application/ld+json"}, json.dumps(said).encode())


def test_a_subscription_names_type_and_topic_and_an_end_where_one_is_wanted() -> None:
    said = json.loads(subscription(TOPIC, WEBSOCKET_2023, "2026-11-25T13:00:00.000Z"))
    assert (said["type"], said["topic"], said["endAt"]) == (WEBSOCKET_2023, TOPIC, "2026-11-25T13:00:00.000Z")
    assert "endAt" not in json.loads(subscription(TOPIC, WEBSOCKET_2023))


def test_the_life_of_a_channel_is_counted_by_the_servers_own_clock() -> None:
    channel = channel_of(
        answered(id=SECRET, topic=TOPIC, receiveFrom="wss" + SECRET[5:], endAt="2026-11-25T12:10:00Z"), TOPIC
    )
    assert (channel.id, channel.receive_from, channel.seconds) == (SECRET, "wss" + SECRET[5:], 600.0)


@pytest.mark.parametrize("end", ["", "soon", "2026-11-25T12:10:00", "9" * 5000])
def test_a_channel_without_a_readable_end_has_none(end: str) -> None:
    assert channel_of(answered(id=SECRET, receiveFrom="wss" + SECRET[5:], endAt=end), TOPIC).seconds is None


def test_a_channel_is_never_shown() -> None:
    channel = channel_of(answered(id=SECRET, receiveFrom="wss" + SECRET[5:]), TOPIC)
    assert "5ec3e7" not in repr(channel)


def test_a_channel_named_on_another_server_is_not_ours_to_end() -> None:
    assert channel_of(answered(id="https://evil.example/x", receiveFrom="wss" + SECRET[5:]), TOPIC).id == ""


@pytest.mark.parametrize(
    "reply",
    [
        answered(id=SECRET, receiveFrom="wss://evil.example/x"),
        answered(id=SECRET),
        answered(id=SECRET, receiveFrom="wss" + SECRET[5:], topic="https://pod.example/a/y.ttl"),
        answered(id=SECRET, receiveFrom=["wss" + SECRET[5:]]),
        Reply(SERVICE, 200, {}, b"[]"),
        Reply(SERVICE, 200, {}, b"\xff"),
        Reply(SERVICE, 200, {}, b"[" * 100_000),
    ],
)
def test_an_answer_that_is_no_channel_for_this_place_is_malformed(reply: Reply) -> None:
    with pytest.raises(Malformed):
        channel_of(reply, TOPIC)


# Messages


def test_a_message_says_what_where_and_when() -> None:
    change = change_of(notice_of(json.dumps(MESSAGE)), TOPIC, "websocket")
    assert change == Notification(TOPIC, "updated", "2026-11-25T12:21:12.037Z", '"1-text/turtle"', "websocket")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"type": "Create"}, "created"),
        ({"type": ["Delete"]}, "deleted"),
        ({"type": "as:Update"}, "updated"),
        ({"type": "https://www.w3.org/ns/activitystreams#Update"}, "updated"),
        ({"object": {"id": TOPIC, "type": "Document"}}, "updated"),
        ({"object": {"@id": TOPIC}}, "updated"),
        ({"type": "Add", "object": TOPIC, "target": BOX}, "unknown"),
    ],
)
def test_messages_are_read_in_every_spelling(said: dict[str, object], kind: str) -> None:
    change = change_of(notice_of(json.dumps(MESSAGE | said)), TOPIC, "websocket")
    assert change is not None and (change.url, change.kind) == (TOPIC, kind)


@pytest.mark.parametrize(
    "text",
    ["", "Notification channel has expired", "[]", "null", '"Update"', "[" * 60_000, "9" * 60_000, '{"type": 7}', "{}"]
    + [json.dumps(MESSAGE | {"type": said}) for said in ("Like", ["Like"], [["Update"]], None, {"id": "Update"})],
)
def test_a_message_that_cannot_be_understood_asks_for_a_look(text: str) -> None:
    assert notice_of(text).kind == LOOK.kind


MEMBER = BOX + "new.ttl"


@pytest.mark.parametrize(("kind", "meaning"), [("added", "added"), ("removed", "removed")])
@pytest.mark.parametrize("name", ["new.ttl", "deeper/", "new.ttl.acl", "a%20b.ttl"])
def test_a_container_tells_of_its_own_members(kind: str, meaning: str, name: str) -> None:
    change = change_of(Notice(kind, BOX + name, BOX), BOX, "websocket")
    assert change is not None and (change.url, change.kind, change.container) == (BOX + name, meaning, BOX)


@pytest.mark.parametrize(
    ("notice", "topic"),
    [
        (Notice("updated", "https://evil.example/a/x.ttl"), TOPIC),
        (Notice("updated", "https://pod.example/a/y.ttl"), TOPIC),
        (Notice("updated", "http://pod.example/a/x.ttl"), TOPIC),
        (Notice("updated", "x.ttl"), TOPIC),
        (Notice("updated", ""), TOPIC),
        (Notice("updated", MEMBER), BOX),
        (Notice("added", "https://evil.example/a/new.ttl", BOX), BOX),
        (Notice("added", BOX + "deep/er.ttl", BOX), BOX),
        (Notice("added", BOX + "../b/x.ttl", BOX), BOX),
        (Notice("added", MEMBER, "https://pod.example/b/"), BOX),
        (Notice("added", "https://pod.example/a/x.ttl", TOPIC), "https://pod.example/a/x.tt"),
        (Notice("added", "javascript:alert(1)", BOX), BOX),
    ],
)
def test_what_is_said_of_another_place_is_not_told(notice: Notice, topic: str) -> None:
    assert change_of(notice, topic, "websocket") is None


def test_a_member_with_a_name_past_reason_is_no_name_but_still_a_change() -> None:
    change = change_of(Notice("added", BOX + "x" * 5000, BOX), BOX, "websocket")
    assert change is not None and (change.kind, change.url) == ("unknown", BOX)


def test_texts_in_a_message_are_bounded_and_harmless() -> None:
    change = change_of(Notice("updated", TOPIC, "", "\x1b[2J" + "9" * 9000, "t" * 9000), TOPIC, "websocket")
    assert change is not None
    assert "\x1b" not in change.when and len(change.when) <= 60 and len(change.state) <= 1000


TURTLE = (
    f"<urn:2:x> <https://www.w3.org/ns/activitystreams#object> <{TOPIC}>;\n"
    '    <http://www.w3.org/ns/solid/notifications#state> "\\"2-text/turtle\\"";\n'
    '    <https://www.w3.org/ns/activitystreams#published> "2026-11-25T12:21:11.412Z"'
    "^^<http://www.w3.org/2001/XMLSchema#dateTime>;\n"
    "    a <https://www.w3.org/ns/activitystreams#Update>.\n"
)


def test_a_stream_says_the_same_in_turtle() -> None:
    assert notices_of(TURTLE.encode(), TOPIC) == (
        Notice("updated", TOPIC, "", "2026-11-25T12:21:11.412Z", '"2-text/turtle"', "urn:2:x"),
    )


def test_messages_that_came_together_are_told_in_their_order() -> None:
    later = TURTLE.replace("urn:2", "urn:1").replace("12:21:11", "12:21:13").replace("Update", "Delete")
    assert [notice.kind for notice in notices_of((later + TURTLE).encode(), TOPIC)] == ["updated", "deleted"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"ack {TOPIC}", ("ack", TOPIC)),
        (f"pub {TOPIC}\n", ("pub", TOPIC)),
        (f"err {TOPIC} forbidden", ("err", TOPIC)),
        ("protocol solid-0.1", ("protocol", "solid-0.1")),
        ("pub", ("pub", "")),
        ("", ("", "")),
    ],
)
def test_lines_of_the_old_protocol(text: str, line: tuple[str, str]) -> None:
    assert line_of(text) == line


# Versions


SETTLED, YOUNG = Version(tag='"1"', settled=True), Version(tag='"1"', digest="d1")


@pytest.mark.parametrize(
    ("known", "now", "kinds"),
    [
        (SETTLED, SETTLED, []),
        (SETTLED, Version(tag='"2"', settled=True), ["updated"]),
        (SETTLED, Version(tag='"2"', digest="d2"), ["updated"]),
        (YOUNG, YOUNG, []),
        (YOUNG, replace(YOUNG, digest="d2"), ["updated"]),
        (YOUNG, replace(SETTLED, digest="d1"), []),
        (Version(tag='"1"', told=True), SETTLED, ["unknown"]),
        (Version(tag='"1"', told=True), Version(tag='"2"', settled=True), ["updated"]),
        (Version(told=True), SETTLED, ["unknown"]),
        (Version(digest="d1"), Version(digest="d1"), []),
        (Version(digest="d1"), Version(digest="d2"), ["updated"]),
        (Version(digest="d1"), Version(), ["unknown"]),
        (Version(there=False), SETTLED, ["created"]),
        (SETTLED, Version(there=False), ["deleted"]),
        (Version(there=False), Version(there=False), []),
    ],
)
def test_a_gap_tells_no_more_and_no_less_than_can_be_known(known: Version, now: Version, kinds: list[str]) -> None:
    found = differences(known, now, TOPIC)
    assert [change.kind for change in found] == kinds
    assert {change.url for change in found} <= {TOPIC} and {change.via for change in found} <= {"poll"}


def held(*names: str, tag: str = "") -> Version:
    return Version(True, tag, bool(tag), members=frozenset(BOX + name for name in names))


def told(known: Version, now: Version) -> list[tuple[str, str]]:
    return [(change.kind, change.url.removeprefix(BOX)) for change in differences(known, now, BOX)]


def test_a_gap_of_a_container_tells_members_by_name() -> None:
    assert told(held("a", "b"), held("b", "c/")) == [("added", "c/"), ("removed", "a")]


def test_a_container_whose_tag_moved_without_a_member_is_told_as_a_whole() -> None:
    assert told(held("a", tag='"1"'), held("a", tag='"2"')) == [("updated", "")]
    assert told(held("a"), held("a", tag='"2"')) == []


def test_a_container_where_everything_changed_is_told_as_a_whole() -> None:
    many = [f"n{number}" for number in range(10_001)]
    assert told(held("a"), held("a", *many)) == [("updated", "")]


def test_a_member_only_messages_told_of_may_never_have_been_listed() -> None:
    known = after(held("a"), Notification(BOX + "a.acl", "added", container=BOX))
    assert told(known, held("a")) == [("unknown", "a.acl")]
    assert told(known, held("a", "a.acl")) == []


def test_what_messages_told_is_what_a_gap_is_compared_with() -> None:
    known = after(held("a"), Notification(BOX + "b", "added", container=BOX))
    known = after(known, Notification(BOX + "a", "removed", container=BOX))
    assert told(known, held("b")) == []
    assert after(known, Notification(BOX, "deleted")).there is False
    assert after(known, Notification(BOX, "created")).members == frozenset()


def test_a_container_remembers_only_so_many_members_from_messages() -> None:
    known = replace(held("a"), unseen=frozenset(str(number) for number in range(20_000)))
    known = after(known, Notification(BOX + "b", "added", container=BOX))
    assert known.members is None and not known.unseen


def test_a_tag_settles_when_the_same_body_carries_it_again_later() -> None:
    assert confirmed(YOUNG, YOUNG, 3.0).settled
    assert not confirmed(YOUNG, YOUNG, 1.0).settled
    assert not confirmed(YOUNG, replace(YOUNG, digest="d2"), 3.0).settled
    assert not confirmed(Version(digest="d1"), Version(digest="d1"), 3.0).settled


@pytest.mark.parametrize(
    ("known", "state", "same"),
    [(SETTLED, '"1"', True), (SETTLED, '"2"', False), (SETTLED, "", False), (YOUNG, '"1"', False)],
)
def test_only_a_settled_state_is_known(known: Version, state: str, same: bool) -> None:
    assert is_known(known, Notification(TOPIC, "updated", state=state)) is same


VERSIONS = st.builds(
    Version,
    there=st.booleans(),
    tag=st.sampled_from(["", '"1"', '"2"']),
    settled=st.booleans(),
    digest=st.sampled_from(["", "d1", "d2"]),
    members=st.one_of(st.none(), st.frozensets(st.sampled_from([BOX + "a", BOX + "b"]))),
    told=st.booleans(),
)


@given(VERSIONS, VERSIONS)
def test_a_body_that_is_another_is_never_silent(known: Version, now: Version) -> None:
    bodies = {known.digest, now.digest}
    told_apart = known.members is None or now.members is None
    if known.there and now.there and len(bodies - {""}) == 2 and told_apart and not (known.settled and known.tag):
        assert differences(known, now, BOX)
