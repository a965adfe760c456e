"""Which access control language a server speaks."""

from __future__ import annotations

import pytest
from tests.access.worlds import ACME, at, document, owned, rule

from lifepod.access import dialects
from lifepod.access.dialects import Dialect, dialect_of, must_be_wac
from lifepod.errors import Undecided
from lifepod.names import ACP_RESOURCE, LDP

RESOURCE = LDP + "Resource"


@pytest.mark.parametrize(
    ("types", "wac_allow", "dialect"),
    [
        ((RESOURCE,), True, Dialect.WAC),
        ((), True, Dialect.WAC),
        ((RESOURCE, ACP_RESOURCE), False, Dialect.ACP),
        ((ACP_RESOURCE,), True, Dialect.ACP),
        ((RESOURCE,), False, Dialect.UNDECIDED),
        ((), False, Dialect.UNDECIDED),
        ((ACP_RESOURCE.replace("http:", "https:"),), False, Dialect.UNDECIDED),
    ],
)
def test_the_dialect_is_told_from_what_the_server_says(
    types: tuple[str, ...], wac_allow: bool, dialect: Dialect
) -> None:
    """T2, T12 (§4.3): a control document's own type tells ACP; without any sign nothing is decided."""
    assert dialect_of(types, has_wac_allow=wac_allow) is dialect


@pytest.mark.parametrize(("dialect", "word"), [(Dialect.ACP, "ACP"), (Dialect.UNDECIDED, "does not say")])
def test_nothing_is_read_or_written_in_another_dialect(dialect: Dialect, word: str) -> None:
    """T12: stop, and say why."""
    with pytest.raises(Undecided, match=word) as stop:
        must_be_wac(dialect, at("c/"))
    assert at("c/") in str(stop.value)
    assert stop.value.advice


def test_wac_may_go_on() -> None:
    must_be_wac(Dialect.WAC, at("c/"))


def test_what_will_be_read_back_is_what_the_document_says_now() -> None:
    """T19: the check before an ACL is sent."""
    written = document("c/", owned("c/", rule("r", ACME, "Read Append", here="c/", below="c/")))
    assert dialects.written_rules(written, at("c/")) == dialects.rules_of(written, at("c/"))
    assert dialects.names_place(written, at("c/"))
    assert not dialects.names_place(written, at("d/"))


def test_members_are_those_of_exactly_the_named_group() -> None:
    """W12."""
    vcard = "<http://www.w3.org/2006/vcard/ns#hasMember>"
    listed = document("g.ttl", f'<#us> {vcard} <{ACME}>, "text". <#them> {vcard} <https://b.example/#me>.')
    assert dialects.members_of(listed, listed.url + "#us") == (ACME,)
    assert dialects.members_of(listed, listed.url) == ()
