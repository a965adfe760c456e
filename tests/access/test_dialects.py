"""Which access control language a server speaks."""

from __future__ import annotations

import pytest
from tests.access.worlds import ACME, at, document, owned, rule

from lifepod.access import dialects
from lifepod.access.servers import WAC_SERVER, Dialect, Server, must_be_decided, server_of
from lifepod.errors import Undecided
from lifepod.names import ACP_RESOURCE, LDP

RESOURCE = LDP + "Resource"


CSS_SAYS = {"x-powered-by": "Community Solid Server"}


@pytest.mark.parametrize(
    ("types", "headers", "server"),
    [
        ((RESOURCE,), {"wac-allow": 'user="read"'}, Server(Dialect.WAC)),
        ((), {"wac-allow": ""} | CSS_SAYS, Server(Dialect.WAC, "css")),
        ((RESOURCE, ACP_RESOURCE), CSS_SAYS, Server(Dialect.ACP, "css")),
        ((ACP_RESOURCE,), {"wac-allow": ""}, Server(Dialect.ACP)),
        ((RESOURCE,), {}, Server(Dialect.UNDECIDED)),
        ((ACP_RESOURCE.replace("http:", "https:"),), {}, Server(Dialect.UNDECIDED)),
    ],
)
def test_the_server_is_told_from_what_it_says(types: tuple[str, ...], headers: dict[str, str], server: Server) -> None:
    """T2, T12 (§4.3): a control document's own type tells ACP; without any sign nothing is decided."""
    assert server_of(headers, types) == server


def test_nothing_is_read_or_written_where_the_language_is_not_known() -> None:
    """T12: stop, and say why."""
    with pytest.raises(Undecided, match="does not say") as stop:
        must_be_decided(Server(Dialect.UNDECIDED), at("c/"))
    assert at("c/") in str(stop.value)
    assert stop.value.advice


@pytest.mark.parametrize("dialect", [Dialect.WAC, Dialect.ACP])
def test_with_either_language_one_may_go_on(dialect: Dialect) -> None:
    must_be_decided(Server(dialect), at("c/"))


def test_what_will_be_read_back_is_what_the_document_says_now() -> None:
    """T19: the check before an ACL is sent."""
    written = document("c/", owned("c/", rule("r", ACME, "Read Append", here="c/", below="c/")))
    assert dialects.written_rules(written, at("c/"), WAC_SERVER) == dialects.rules_of(written, at("c/"), WAC_SERVER)
    assert dialects.names_place(written, at("c/"), WAC_SERVER)
    assert not dialects.names_place(written, at("d/"), WAC_SERVER)


def test_members_are_those_of_exactly_the_named_group() -> None:
    """W12."""
    vcard = "<http://www.w3.org/2006/vcard/ns#hasMember>"
    listed = document("g.ttl", f'<#us> {vcard} <{ACME}>, "text". <#them> {vcard} <https://b.example/#me>.')
    assert dialects.members_of(listed, listed.url + "#us") == (ACME,)
    assert dialects.members_of(listed, listed.url) == ()
