"""What a WebID document says for agreements, and until when a key may sign."""

from __future__ import annotations

import pytest

from lifepod.names import LP, SEC
from lifepod.rdf.turtle import Document, iris, literals, parse_turtle
from lifepod.terms.cards import Card, ShownKey, card_of, is_withdrawn, with_inbox, with_key, with_revoked, with_terms

WEBID = "https://alice.example/profile/card#me"
HOME = "https://alice.example/profile/card"
KEY = HOME + "#lifepod-1"
READ_AT = "2026-11-24T18:00:00Z"
_HEAD = """@prefix sec: <https://w3id.org/security#> . @prefix ldp: <http://www.w3.org/ns/ldp#> .
@prefix lp: <https://w3id.org/lifepod#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
_SHOWN = """<#me> sec:assertionMethod <#lifepod-1> ; ldp:inbox </inbox/> ; lp:terms </lifepod/terms/index> .
<#lifepod-1> a sec:Multikey ; sec:controller <#me> ; sec:publicKeyMultibase "z6Mka"^^sec:multibase .
"""


def document(text: str) -> Document:
    return Document(HOME, parse_turtle((_HEAD + text).encode(), HOME))


def card(text: str, webid: str = WEBID) -> Card:
    return card_of(document(text), webid, READ_AT)


def test_a_document_shows_keys_inbox_and_terms() -> None:
    found = card(_SHOWN)
    assert found.keys == (ShownKey(KEY, "z6Mka"),)
    assert (found.inbox, found.terms) == ("https://alice.example/inbox/", "https://alice.example/lifepod/terms/index")
    assert found.read_at == READ_AT


@pytest.mark.parametrize(
    "text",
    [
        "",
        _SHOWN.replace("<#lifepod-1> a", "<https://alice.example/other#k> a"),
        _SHOWN.replace("sec:controller <#me>", "sec:controller <#other>"),
        _SHOWN.replace("sec:controller <#me>", "sec:controller <#me>, <https://m.example/#me>"),
        _SHOWN.replace("sec:controller <#me> ;", ""),
        _SHOWN.replace("<#lifepod-1>", "<https://alice.example/keys#k>"),
        _SHOWN.replace("<#lifepod-1>", "<https://shop.example/profile/card#lifepod-1>"),
        _SHOWN.replace('"z6Mka"', '"z6Mkb"^^sec:multibase , "z6Mka"'),
        _SHOWN.replace("sec:assertionMethod", "sec:authentication"),
    ],
)
def test_a_key_of_another_document_or_controller_is_no_key(text: str) -> None:
    assert card(text).keys == ()


def test_a_document_is_believed_about_the_webid_it_was_asked_for_alone() -> None:
    assert card(_SHOWN, "https://shop.example/profile/card#org").keys == ()
    assert card(_SHOWN, HOME + "#you").inbox == ""


def test_a_key_comes_with_its_end() -> None:
    more = '<#lifepod-1> sec:revoked "2026-12-01T00:00:00Z" ; sec:expiration "2027-01-01T00:00:00Z" .'
    key = card(_SHOWN + more).key(KEY)
    assert key == ShownKey(KEY, "z6Mka", "2027-01-01T00:00:00Z", "2026-12-01T00:00:00Z")
    assert card(_SHOWN).key(HOME + "#lifepod-2") is None


REVOKED = ShownKey(KEY, "z6Mka", revoked="2026-12-01T00:00:00Z")
EXPIRED = ShownKey(KEY, "z6Mka", expires="2026-12-01T00:00:00Z")
BEFORE, AFTER = "2026-11-30T23:59:59Z", "2026-12-01T00:00:00Z"


@pytest.mark.parametrize(
    ("key", "created", "seen_at", "withdrawn"),
    [
        (ShownKey(KEY, "z"), AFTER, AFTER, False),
        (REVOKED, BEFORE, BEFORE, False),
        (REVOKED, AFTER, AFTER, True),
        (REVOKED, BEFORE, AFTER, True),
        (REVOKED, AFTER, BEFORE, True),
        (REVOKED, BEFORE, "", True),
        (REVOKED, "2026-11-30", BEFORE, True),
        (ShownKey(KEY, "z", revoked="yes"), BEFORE, BEFORE, True),
        (ShownKey(KEY, "z", revoked="2026-12-01T00:00:00"), BEFORE, BEFORE, True),
        (ShownKey(KEY, "z", revoked="2026-12-01T01:00:00+01:00"), BEFORE, BEFORE, False),
        (EXPIRED, BEFORE, AFTER, False),
        (EXPIRED, AFTER, BEFORE, True),
        (ShownKey(KEY, "z", expires="never"), BEFORE, BEFORE, True),
    ],
)
def test_a_withdrawn_key_signs_nothing_made_or_first_seen_later(
    key: ShownKey, created: str, seen_at: str, withdrawn: bool
) -> None:
    assert bool(is_withdrawn(key, created, seen_at)) is withdrawn


def test_a_key_is_added_beside_those_already_shown() -> None:
    graph = document(_SHOWN).graph
    both = with_key(graph, WEBID, HOME + "#lifepod-2", "z6Mkb")
    assert iris(both, WEBID, SEC + "assertionMethod") == (KEY, HOME + "#lifepod-2")
    assert literals(both, HOME + "#lifepod-2", SEC + "publicKeyMultibase") == ("z6Mkb",)
    assert iris(graph, WEBID, SEC + "assertionMethod") == (KEY,)


def test_a_revoked_key_stays_shown_with_the_day_it_was_first_revoked() -> None:
    graph = with_revoked(document(_SHOWN).graph, KEY, "2026-12-01T00:00:00Z")
    again = with_revoked(graph, KEY, "2026-12-09T00:00:00Z")
    assert literals(again, KEY, SEC + "revoked") == ("2026-12-01T00:00:00Z",)
    assert iris(again, WEBID, SEC + "assertionMethod") == (KEY,)


def test_of_several_revocations_the_first_counts() -> None:
    twice = '<#lifepod-1> sec:revoked "2026-12-09T00:00:00Z"^^xsd:dateTime , "2026-12-01T00:00:00Z"^^xsd:dateTime .'
    key = card(_SHOWN + twice).key(KEY)
    assert key is not None and key.revoked == "2026-12-01T00:00:00Z"


def test_one_index_of_terms_is_named_and_an_inbox_only_where_there_is_none() -> None:
    graph = document(_SHOWN).graph
    assert iris(with_terms(graph, WEBID, "https://alice.example/t"), WEBID, LP + "terms") == (
        "https://alice.example/t",
    )
    assert with_inbox(graph, WEBID, "https://alice.example/other/") is graph
    empty = document("").graph
    assert card("").inbox == ""
    named = iris(with_inbox(empty, WEBID, "https://alice.example/inbox/"), WEBID, "http://www.w3.org/ns/ldp#inbox")
    assert named == ("https://alice.example/inbox/",)
