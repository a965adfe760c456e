"""What has no effect in an access document is named, and nothing that has."""

from __future__ import annotations

import pytest
from tests.access.acp_worlds import ACP, CSS
from tests.access.worlds import ACME, at, document, rule

from lifepod import names
from lifepod.access.idle import idle_in
from lifepod.access.servers import WAC_SERVER
from lifepod.rdf.turtle import parse_turtle


def test_a_mode_written_as_text_is_not_called_idle() -> None:
    """Community Solid Server takes it for the mode."""
    text = rule("r", ACME, here="c/", below="c/").replace("acl:Read", f"'{names.ACL_READ}'")
    assert idle_in(document("c/", text).graph, at("c/"), WAC_SERVER) == ()


@pytest.mark.parametrize("spelt", [f"<{at('c/')}>", f"'{at('c/')}'"])
def test_an_entry_whose_place_is_text_speaks_for_it_all_the_same(spelt: str) -> None:
    url = at("c/.acr")
    graph = parse_turtle(f"<#acr> <{ACP}resource> {spelt}.".encode(), url)
    assert idle_in(graph, at("c/"), CSS) == ()
