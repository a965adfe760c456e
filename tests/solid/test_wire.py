"""HTTP as values: links, spellings, redirects, and what a failure means for the person."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifepod.errors import Conflict, LifepodError, Malformed, Missing, NotSignedIn, Refused, TooBig, Unreachable
from lifepod.solid.wire import (
    Link,
    Reply,
    failure_of,
    is_loopback,
    message_of,
    origin_of,
    own_spelling,
    parse_links,
    redirect_of,
)

BASE = "https://pod.example/alice/c/x.ttl"
SOLID = "http://www.w3.org/ns/solid/terms#"


def links(header: str, base: str = BASE) -> list[tuple[str, str]]:
    return [(link.rel, link.target) for link in parse_links(header, base)]


# Link headers


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", []),
        ('<x.ttl.acl>; rel="acl"', [("acl", BASE + ".acl")]),
        ("<x.ttl.acl>;rel=acl", [("acl", BASE + ".acl")]),
        ('<.acl>; rel="acl"', [("acl", "https://pod.example/alice/c/.acl")]),
        ('</acl/1>; rel="acl"', [("acl", "https://pod.example/acl/1")]),
        ('<https://access.example/1>; rel="acl"', [("acl", "https://access.example/1")]),
        ('<>; rel="self"', [("self", BASE)]),
        ('<a>; REL="ACL", <b>; Rel=describedBy', [("acl", BASE[:-5] + "a"), ("describedby", BASE[:-5] + "b")]),
        (f'<d>; rel="{SOLID}storageDescription"', [(SOLID + "storageDescription", BASE[:-5] + "d")]),
        ('<a>; rel="acl describedby"', [("acl", BASE[:-5] + "a"), ("describedby", BASE[:-5] + "a")]),
        ('<a,b;c>; title="x, <y>"; rel="acl"', [("acl", BASE[:-5] + "a,b;c")]),
        ('<a>; rel="acl"; rel="type"', [("acl", BASE[:-5] + "a")]),
        ("<a>", []),
        ("<a>; title=acl", []),
        ("<a; rel=acl", []),
        ("garbage, <a>; rel=acl", [("acl", BASE[:-5] + "a")]),
    ],
)
def test_links_are_read_whatever_their_number_case_and_form(header: str, found: list[tuple[str, str]]) -> None:
    """S5: several values, relative targets, relations without case."""
    assert links(header) == found


def test_a_relation_inside_a_quoted_title_is_no_relation() -> None:
    assert links('<a>; title="; rel=acl"; rel="type"') == [("type", BASE[:-5] + "a")]
    assert links('<a>; title="say \\"; rel=acl; \\""; rel="type"') == [("type", BASE[:-5] + "a")]


def test_a_link_about_another_resource_is_not_taken_for_this_one() -> None:
    """W1: the anchor says whose control document it is."""
    assert links('<a>; rel="acl"; anchor="https://pod.example/other"') == []
    assert links(f'<a>; rel="acl"; anchor="{BASE}"') == [("acl", BASE[:-5] + "a")]


@pytest.mark.parametrize("target", ["http://[", "http://[::1/x", "https://a]b/"])
def test_a_target_that_is_no_address_is_left_out(target: str) -> None:
    assert links(f'<{target}>; rel="acl", <b>; rel="type"') == [("type", BASE[:-5] + "b")]


@given(st.text(alphabet='<>;,="\\ arel-:/[]', max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_header_gives_links_or_none_but_never_fails(header: str) -> None:
    assert all(isinstance(link, Link) and link.rel for link in parse_links(header, BASE))


@pytest.mark.parametrize("filler", ["<", ";", "; ", '"', " ", "<a>;a ", "\\"])
def test_a_hostile_header_takes_no_longer_than_a_long_one(filler: str) -> None:
    assert parse_links('<a>; rel="acl", ' + filler * 60_000, BASE)[0].rel == "acl"


# What an answer says about itself


@pytest.mark.parametrize(
    ("tag", "status", "etag"),
    [
        ('"1-text/turtle"', 200, '"1-text/turtle"'),
        ('"1"', 304, '"1"'),
        ('W/"1"', 200, None),
        ("1", 200, None),
        ("", 200, None),
        ('"error page"', 404, None),
    ],
)
def test_only_a_strong_version_of_a_success_is_a_version(tag: str, status: int, etag: str | None) -> None:
    """§2 of the servers' facts: weak tags fail in If-Match, error pages have tags of their own."""
    assert Reply(BASE, status, {"etag": tag} if tag else {}).etag == etag


def test_the_media_type_comes_without_parameters_and_in_lower_case() -> None:
    assert Reply(BASE, 200, {"content-type": "Text/Turtle; charset=UTF-8"}).content_type == "text/turtle"
    assert Reply(BASE, 200, {}).content_type == ""


def test_the_first_target_of_a_relation_is_taken() -> None:
    reply = Reply(BASE, 200, {"link": '<t>; rel="type", <one>; rel="acl", <two>; rel="acl"'})
    assert reply.link("acl") == BASE[:-5] + "one"
    assert reply.link("describedby") is None


# Addresses


@pytest.mark.parametrize(
    ("segment", "spelt"),
    [
        ("a+b.ttl", "a%2Bb.ttl"),
        ("a:b", "a%3Ab"),
        ("a@b", "a%40b"),
        ("a,b", "a%2Cb"),
        ("a;b", "a%3Bb"),
        ("a=b", "a%3Db"),
        ("a&b", "a%26b"),
        ("a$b", "a%24b"),
        ("a b", "a%20b"),
        ("é", "%C3%A9"),
        ("%c3%a9", "%C3%A9"),
        ("%2B", "%2B"),
        ("50%", "50%25"),
        ("%2525", "%2525"),
        ("a%2Fb", "a%2Fb"),
        ("a%5Cb", "a%5Cb"),
        ("%FF", "%FF"),
        ("-_.!~*'()", "-_.!~*'()"),
        ("%41%2D", "A-"),
        ("x?q=a+b", "x?q=a+b"),
        ("x#me", "x"),
    ],
)
def test_we_sign_and_send_the_servers_own_spelling(segment: str, spelt: str) -> None:
    """S4: a proof whose htu is spelt otherwise is answered 401."""
    assert own_spelling("https://pod.example/c/" + segment) == "https://pod.example/c/" + spelt


@pytest.mark.parametrize(
    ("url", "spelt"),
    [
        ("https://POD.Example/A/", "https://pod.example/A/"),
        ("https://pod.example", "https://pod.example/"),
        ("https://pod.example:443/", "https://pod.example/"),
        ("http://localhost:80/", "http://localhost/"),
        ("http://localhost:3000/alice/", "http://localhost:3000/alice/"),
        ("http://[::1]:3000/", "http://[::1]:3000/"),
        ("https://pod.example//a//", "https://pod.example//a//"),
    ],
)
def test_hosts_are_lower_case_and_default_ports_left_out(url: str, spelt: str) -> None:
    assert own_spelling(url) == spelt


@pytest.mark.parametrize(
    "url",
    [
        "ftp://pod.example/x",
        "file:///etc/passwd",
        "pod.example/x",
        "https:///x",
        "https://me:secret@pod.example/",
        "https://pod.example:99999/",
        "https://pod.example:port/",
        "http://[::1/",
        "\x1b[2J://x",
    ],
)
def test_what_is_no_pod_address_is_refused_in_harmless_words(url: str) -> None:
    with pytest.raises(Malformed) as stop:
        own_spelling(url)
    assert "\x1b" not in str(stop.value)


@pytest.mark.parametrize("segment", ["..", ".", "%2e%2e", "%2E.", "%2e"])
def test_an_address_never_climbs_out_of_its_container(segment: str) -> None:
    """A listing may name ``%2e%2e/``: decoded once it would be the container above."""
    with pytest.raises(Malformed):
        own_spelling(f"https://pod.example/c/{segment}/x")


@given(st.text(alphabet="ab%2Ff+é .~\U0001f600", max_size=12).filter(lambda s: s.strip(".")))
@settings(max_examples=150, deadline=None)
def test_spelling_twice_is_spelling_once(name: str) -> None:
    once = own_spelling("https://pod.example/c/x" + name)
    assert own_spelling(once) == once


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("http://localhost:3000/", True),
        ("http://LOCALHOST/", True),
        ("http://alice.localhost:3000/", True),
        ("http://127.0.0.1/", True),
        ("http://127.8.9.1/", True),
        ("http://[::1]/", True),
        ("http://127.0.0.1.evil.example/", False),
        ("http://127.evil.example/", False),
        ("http://localhost.evil.example/", False),
        ("https://pod.example/", False),
        ("http://10.0.0.1/", False),
        ("nonsense", False),
        ("https://[x]/", False),
        ("http://localhost./", False),
        ("http://127.1/", False),
    ],
)
def test_only_this_machine_is_this_machine(url: str, answer: bool) -> None:
    """A login goes out unencrypted only to this machine."""
    assert is_loopback(url) is answer


# Redirects


@pytest.mark.parametrize(
    ("method", "status", "location", "target"),
    [
        ("GET", 302, "/alice/c/", "https://pod.example/alice/c/"),
        ("GET", 301, "https://pod.example/alice/d/", "https://pod.example/alice/d/"),
        ("HEAD", 303, "../e/", "https://pod.example/alice/e/"),
        ("PUT", 307, "y.ttl", "https://pod.example/alice/c/y.ttl"),
        ("PATCH", 308, "y.ttl", "https://pod.example/alice/c/y.ttl"),
        ("GET", 302, "https://POD.example/x", "https://POD.example/x"),
    ],
)
def test_redirects_within_the_server_are_followed_by_hand(method: str, status: int, location: str, target: str) -> None:
    assert redirect_of(method, BASE, status, location) == target


@pytest.mark.parametrize(
    ("method", "status", "location"),
    [
        ("GET", 302, "https://evil.example/"),
        ("GET", 302, "//evil.example/"),
        ("GET", 302, "http://pod.example/alice/c/x.ttl"),
        ("GET", 302, "https://pod.example:8443/"),
        ("GET", 302, "https://pod.example@evil.example/"),
        ("GET", 302, "https://sub.pod.example/"),
        ("GET", 302, "http://["),
        ("GET", 302, ""),
        ("GET", 302, None),
        ("PUT", 301, "/alice/c/"),
        ("PUT", 302, "/alice/c/"),
        ("DELETE", 303, "/alice/c/"),
        ("POST", 307, "https://evil.example/"),
    ],
)
def test_the_login_is_taken_nowhere_else_and_a_write_is_not_repeated(
    method: str, status: int, location: str | None
) -> None:
    """S3."""
    with pytest.raises(Unreachable) as stop:
        redirect_of(method, BASE, status, location)
    assert stop.value.advice


def test_a_hostile_location_is_shown_harmlessly() -> None:
    with pytest.raises(Unreachable) as stop:
        redirect_of("GET", BASE, 302, "https://evil\x1b[2J.example/")
    assert "\x1b" not in str(stop.value)


# Failures


@pytest.mark.parametrize("status", [200, 201, 204, 205, 206, 304])
def test_success_and_unchanged_are_no_failures(status: int) -> None:
    assert failure_of("GET", Reply(BASE, status, {})) is None


FAMILIES: list[tuple[int, type[LifepodError]]] = [
    (400, Malformed),
    (401, NotSignedIn),
    (403, Refused),
    (404, Missing),
    (405, Malformed),
    (409, Conflict),
    (410, Missing),
    (412, Conflict),
    (413, TooBig),
    (415, Malformed),
    (422, Malformed),
    (428, Conflict),
    (429, Unreachable),
    (500, Unreachable),
    (502, Unreachable),
    (503, Unreachable),
]


@pytest.mark.parametrize(("status", "family"), FAMILIES)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_each_status_is_the_error_of_whose_move_is_next(method: str, status: int, family: type[LifepodError]) -> None:
    found = failure_of(method, Reply(BASE, status, {}))
    assert type(found) is family
    assert BASE in str(found)
    assert str(status) in str(found) or status == 413
    assert str(found).endswith(".")
    assert found.advice.endswith(".")


@pytest.mark.parametrize("status", [status for status, _ in FAMILIES])
def test_no_error_carries_control_characters_of_the_server(status: int) -> None:
    said = json.dumps({"message": "\x1b]0;pwned\x07 \u202eevil\u200b", "detail": "\x9b2J"}).encode()
    reply = Reply(BASE + "?\x1b[31m", status, {"content-type": "application/json"}, said)
    shown = str(failure_of("GET", reply))
    assert not [c for c in shown if ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u202e\u200b"]


def test_a_refusal_says_what_was_tried_where() -> None:
    found = failure_of("PATCH", Reply(BASE, 403, {}))
    assert isinstance(found, Refused)
    assert (found.place, found.mode) == (BASE, "PATCH")
    assert "change" in str(found)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("999999999", 86400.0),
        ("", None),
        ("-1", None),
        ("soon", None),
        ("1e9", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_may_say_how_long_to_wait(status: int, header: str, seconds: float | None) -> None:
    """S13."""
    found = failure_of("GET", Reply(BASE, status, {"retry-after": header}))
    assert isinstance(found, Unreachable)
    assert found.after == seconds
    assert found.host == "https://pod.example"


def test_a_full_pod_is_named_with_what_helps() -> None:
    """S13: 413 is the server's bound, not ours."""
    found = failure_of("PUT", Reply(BASE, 413, {}))
    assert isinstance(found, TooBig)
    assert "quota" in str(found)
    assert "space" in found.advice


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("application/problem+json", b'{"title": "T", "detail": "D"}', "D"),
        ("application/problem+json", b'{"title": "T"}', "T"),
        ("application/json", b'{"name": "ConflictHttpError", "message": "M"}', "M"),
        ("text/html", b'{"message": "M"}', ""),
        ("application/json", b"{", ""),
        ("application/json", b'["M"]', ""),
        ("application/json", b'{"message": {"a": 1}}', ""),
        ("application/json", b"[" * 20_000, ""),
        ("application/json", b"\xff\xfe", ""),
        ("application/json", b'{"message": "' + b"x" * 30_000 + b'"}', ""),
    ],
)
def test_what_the_server_says_is_taken_only_from_problem_reports(kind: str, body: bytes, said: str) -> None:
    assert message_of(Reply(BASE, 500, {"content-type": kind}, body)) == said


def test_what_the_server_says_is_cut_short() -> None:
    body = json.dumps({"message": "x" * 5000}).encode()
    assert len(message_of(Reply(BASE, 500, {"content-type": "application/json"}, body))) == 200


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin_of("https://Pod.example:8443/a/b?c#d") == "https://pod.example:8443"
