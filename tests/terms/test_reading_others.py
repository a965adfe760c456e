"""Requests of other tools, read: what they ask, what cannot be mapped said in words, and nothing hostile believed."""

from __future__ import annotations

import time
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.terms.others import ALICE, AUTHAPP, BLANK, GCONSENT, LWS, LWS_EARLIER, PURCHASES, SHOP, body

from lifepod.errors import Malformed, TooBig
from lifepod.names import DPV
from lifepod.terms.reading_others import ForeignRequest, read_foreign_request

TURTLE, JSON, LWS_JSON = "text/turtle", "application/json", "application/lws+json"


def turtle(text: str) -> ForeignRequest:
    return read_foreign_request(text.encode(), TURTLE)


def said(request: ForeignRequest) -> str:
    return " ".join(request.notes)


def test_authapp_is_read_whole() -> None:
    found = turtle(AUTHAPP)
    assert (found.style, found.asker, found.person) == ("authapp", SHOP, ALICE)
    assert (found.places, found.modes) == ((PURCHASES,), ("read", "append"))
    assert found.purposes == (DPV + "ServicePersonalisation",)
    assert found.inherit
    assert "It names no end." in found.notes
    assert "It points to https://shop.example/app/client.jsonld, which was not looked at." in found.notes


def test_blank_nodes_a_text_as_purpose_and_modes_that_are_none() -> None:
    found = turtle(BLANK)
    assert found.asker == SHOP
    assert (found.places, found.modes) == (("https://alice.example/notes/",), ("read", "change"))
    assert found.purposes == ("to make you an offer",)
    words = said(found)
    assert "acl#read is no mode of access; acl:Read would be one" in words
    assert "acl#Update is no mode of access, so" in words
    assert "decide who has access, which nobody can ask for" in words
    assert "the shape https://trees.example/#Project, wherever that lies: that is no place" in words
    assert "Its parts ask for different things: " in words


def test_who_asks_for_somebody_else_is_told() -> None:
    found = turtle(AUTHAPP.replace("interop:forSocialAgent <https://shop", "interop:forSocialAgent <https://other"))
    assert found.asker == "https://other.example/profile/card#org"
    assert f"It is sent in the name of {SHOP}, and asks for somebody else." in found.notes


def test_what_a_request_says_besides_is_shown_raw() -> None:
    found = turtle(AUTHAPP.replace("<#AccessNeed-0-0> a", "<#AccessNeed-0-0> <https://x.example/p> 'gold\\u001b' ; a"))
    assert any("It also says: https://x.example/p" in note and "\x1b" not in note for note in found.notes)


def test_gconsent_is_read_by_key_name() -> None:
    found = read_foreign_request(body(GCONSENT), JSON)
    assert (found.style, found.asker, found.person) == ("gconsent", SHOP, ALICE)
    assert (found.places, found.modes) == ((PURCHASES,), ("read",))
    assert found.purposes == (DPV + "ServicePersonalisation",)
    assert found.until == "2027-05-01T00:00:00Z"
    assert found.inherit, "missing means yes"
    assert (
        "It does not say whether a folder means all that lies in it, which such requests take for yes." in found.notes
    )
    assert "It is signed by the platform https://vc.example, not by who asks; that is not checked." in found.notes


@pytest.mark.parametrize(("inherit", "expected"), [(False, False), (True, True)])
def test_gconsent_says_whether_a_folder_means_all_below(inherit: bool, expected: bool) -> None:
    value = deepcopy(GCONSENT)
    value["credentialSubject"]["hasConsent"]["inherit"] = inherit
    found = read_foreign_request(body(value), JSON)
    assert found.inherit is expected
    assert "does not say whether" not in said(found)


def test_gconsent_in_short_words_inside_a_presentation_with_a_pattern() -> None:
    value = deepcopy(GCONSENT)
    consent = value["credentialSubject"]["hasConsent"]
    consent |= {"mode": "Append", "hasStatus": "ConsentStatusRequested", "template": "https://alice.example/{year}/"}
    found = read_foreign_request(body({"type": ["VerifiablePresentation"], "verifiableCredential": [value]}), JSON)
    assert found.modes == ("append",)
    assert "It names a pattern and no place: https://alice.example/{year}/." in found.notes


def test_lws_is_read_in_the_later_form() -> None:
    found = read_foreign_request(body(LWS), LWS_JSON)
    assert (found.style, found.asker, found.person) == ("lws", SHOP, "")
    assert (found.places, found.modes, found.until) == ((PURCHASES,), ("read",), "2027-05-01T00:00:00Z")
    assert found.purposes == (DPV + "Marketing",)
    assert not found.inherit
    assert "Only through the app https://shop.example/app." in found.notes


def test_lws_is_read_in_the_earlier_form() -> None:
    found = read_foreign_request(body(LWS_EARLIER), LWS_JSON)
    assert (found.asker, found.places) == ("https://id.example/agent", ("https://storage.example/projects/",))
    assert (found.modes, found.purposes) == (("read", "append"), ("https://purpose.example/collaboration",))
    assert found.inherit


def lws_with(**more: Any) -> dict[str, Any]:
    value = deepcopy(LWS)
    value["access"][0] |= more
    return value


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ({"constraint": [{"leftOperand": "mediaType", "operator": "isAnyOf", "rightOperand": ["a"]}]},
         "A condition that cannot be kept here: mediaType isAnyOf ['a']."),
        ({"action": ["share"]}, "share is no action we know, so it is not read as one."),
        ({"action": ["modify"]}, "Who may change a file of a pod may delete it, which it does not ask for."),
        ({"target": {"type": "Container", "value": ["javascript:alert(1)"]}}, "A place is no address: javascript"),
        ({"assignee": "bob"}, "It does not say who asks."),
        ({"constraint": [{"leftOperand": "dateTime", "operator": "lteq", "rightOperand": "soon"}]},
         "Its end cannot be read: soon."),
        ({"constraint": "none"}, "A condition that cannot be kept here: None None None."),
    ],
)  # fmt: skip
def test_what_cannot_be_mapped_is_told(more: dict[str, Any], note: str) -> None:
    assert note in said(read_foreign_request(body(lws_with(**more)), LWS_JSON))


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"", TURTLE),
        (b"<a> <b> <c> .", TURTLE),
        (b"@prefix broken", TURTLE),
        ((AUTHAPP + AUTHAPP.replace("<#AccessRequest>", "<#Second>")).encode(), TURTLE),
        (b"{}", JSON),
        (b"[]", JSON),
        (b'{"a": 1, "a": 2}', JSON),
        (b'{"type": NaN}', JSON),
        (b"\xff", JSON),
        (b"{", JSON),
        (b"[" * 60_000, JSON),
        (body({"type": "SolidAccessGrant", "credentialSubject": {}}), JSON),
        (body({"type": "SolidAccessRequest", "credentialSubject": "me"}), JSON),
        (body({"verifiableCredential": [GCONSENT, GCONSENT]}), JSON),
        (b"<p>hello</p>", "text/html"),
    ],
)
def test_what_is_no_request_is_refused(data: bytes, content_type: str) -> None:
    with pytest.raises(Malformed):
        read_foreign_request(data, content_type)


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"#" * 70_000, TURTLE),
        (b'{"a": "' + b"x" * 70_000 + b'"}', JSON),
        (b'{"a":' * 20 + b"1" + b"}" * 20, JSON),
        (body({"type": list(range(2_000))}), JSON),
        (("@prefix : <https://x.example/> ." + ":a :p " + " , ".join(f":o{n}" for n in range(1500)) + " .").encode(),
         TURTLE),
    ],
)  # fmt: skip
def test_what_is_too_big_is_refused_at_once(data: bytes, content_type: str) -> None:
    start = time.perf_counter()
    with pytest.raises(TooBig):
        read_foreign_request(data, content_type)
    assert time.perf_counter() - start < 1


def test_parts_that_ask_for_the_same_are_one_and_come_in_one_order() -> None:
    need = "[interop:accessMode acl:Read; interop:hasDataInstance <https://alice.example/%d>]"
    needs = ", ".join(need % n for n in range(9))
    text = (
        BLANK.partition("[] a")[0]
        + f"[] a interop:AccessRequest; interop:hasAccessNeedGroup [interop:hasAccessNeed {needs}]."
    )
    found = turtle(text)
    assert found == turtle(text)
    assert found.places == tuple(f"https://alice.example/{n}" for n in range(9))
    assert "different things" not in said(found)


def test_broken_turtle_names_its_line_and_no_address_of_ours() -> None:
    with pytest.raises(Malformed, match=r"^It is not readable as Turtle: line 2\.$"):
        turtle("@prefix a: <https://a.example/>.\na:b a:c ; ; ] .")


def test_no_more_places_and_notes_are_listed_than_a_person_reads() -> None:
    many = [f"https://alice.example/{n}" for n in range(300)]
    found = read_foreign_request(body(lws_with(target=many, action=[f"act{n}" for n in range(90)])), LWS_JSON)
    assert len(found.places) == 50
    assert "It names 300 places; 50 are shown." in found.notes or len(found.notes) == 21
    assert len(found.notes) <= 21


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: (
    st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["type", "access", "storage", "action", "target", "value", "constraint", "leftOperand", "credentialSubject",
         "hasConsent", "mode", "forPersonalData", "id", "inherit", "assignee", "expirationDate", "issuer"]
    ), inner, max_size=6)), max_leaves=30))  # fmt: skip
def test_whatever_json_comes_it_is_a_request_or_a_reason(value: Any) -> None:
    for top in (
        {"type": ["AccessRequest"], "access": value},
        {"type": "SolidAccessRequest", "credentialSubject": value},
    ):
        try:
            found = read_foreign_request(body(top), JSON)
        except Malformed:
            continue
        assert all("\x1b" not in note and "\n" not in note for note in found.notes)
