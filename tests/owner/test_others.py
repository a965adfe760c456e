"""Requests of other tools in the inbox: shown with what they ask, apart from what is proved, and left there."""

from __future__ import annotations

import pytest
from tests.owner.letters import at_home, in_inbox, letter, new_town, signed_request
from tests.terms.others import ALICE, AUTHAPP, GCONSENT, LWS, PURCHASES, SHOP, body

from lifepod.owner.others import foreign_as_value, foreign_in_words

pytestmark = pytest.mark.usefixtures("that_day")


@pytest.mark.parametrize(
    ("data", "content_type", "style"),
    [
        (AUTHAPP.encode(), "text/turtle", "authapp"),
        (body(GCONSENT), "application/json", "gconsent"),
        (body(LWS), "application/lws+json", "lws"),
        (body(LWS), "application/ld+json", "lws"),
    ],
)
async def test_a_request_of_another_tool_is_read_and_stays_in_the_inbox(
    data: bytes, content_type: str, style: str
) -> None:
    town, secrets, offer = await new_town()
    async with at_home(town, secrets) as (_, papers):
        letter(town, data, "foreign", content_type)
        letter(town, b"rubbish", "rubbish")
        letter(town, signed_request(town, offer), "ours")
        ((found, request),) = (await papers.inbox()).foreign
    assert (found.message.url, request.style) == (town.double.url("inbox/foreign"), style)
    assert request.places == (PURCHASES,)
    assert set(in_inbox(town)) == {"foreign", "rubbish"}
    value = foreign_as_value(found, request)
    assert (value["proved"], value["who"], value["style"]) == (False, SHOP, style)


async def test_the_words_say_that_nobody_proved_it_and_whom_it_asks() -> None:
    town, secrets, _ = await new_town()
    async with at_home(town, secrets) as (pod, papers):
        letter(
            town, AUTHAPP.replace("dpv:ServicePersonalisation", '"free \\u001b[31m gold"').encode(), "f", "text/turtle"
        )
        ((found, request),) = (await papers.inbox()).foreign
        words = foreign_in_words(found, request, pod.webid)
    assert "not proved: anyone could have sent this" in words[0]
    assert "to read, append, until no end" in words[1]
    assert any("free \\x1b[31m gold" in line for line in words)
    assert f"  It asks {ALICE}, not you." in words
    assert "It cannot be approved." in words[-1]
    assert not any("\x1b" in line for line in words)


async def test_nothing_a_foreign_request_names_is_fetched() -> None:
    town, secrets, _ = await new_town()
    async with at_home(town, secrets) as (_, papers):
        letter(town, AUTHAPP.encode(), "foreign", "text/turtle")
        town.asked.clear()
        assert (await papers.inbox()).foreign
    assert town.asked == []
