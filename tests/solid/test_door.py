"""A remembered login on its way to its pod, and who is meant by a word that a person typed."""

from __future__ import annotations

import asyncio

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.solid.visits import login

from lifepod.errors import Malformed, NotSignedIn, Unreachable
from lifepod.solid.door import Door, agent_of
from lifepod.solid.keyring import open_store
from lifepod.solid.session import remember


@pytest.fixture(name="double")
def _double() -> PodDouble:
    return PodDouble()


def door(double: PodDouble) -> Door:
    async def line(request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(0)  # as on a real line, others come to their turn meanwhile
        return await double(request)

    profile = remember("me", login(double), double.base, open_store(lambda sentence: None))
    return Door(profile, transport=httpx2.MockTransport(line))


def logins(double: PodDouble) -> int:
    return len([s for s in double.requests if s.method == "POST"])


async def test_nobody_signs_in_before_something_is_asked(double: PodDouble) -> None:
    closed = door(double)
    assert double.requests == []
    await closed.close()
    assert double.requests == []


async def test_one_line_serves_all_who_ask_at_once(double: PodDouble) -> None:
    opened = door(double)
    pods = await asyncio.gather(*(opened.pod() for _ in range(10)))
    assert len({id(pod) for pod in pods}) == 1
    assert logins(double) == 1
    await opened.close()
    await opened.close()


async def test_a_door_that_was_closed_opens_anew(double: PodDouble) -> None:
    opened = door(double)
    first = await opened.pod()
    await opened.close()
    second = await opened.pod()
    assert second is not first
    assert (await second.get(double.url("README"))).status == 200
    await opened.close()


async def test_a_login_that_failed_is_tried_again_at_the_next_request(double: PodDouble) -> None:
    double.script("POST", double.tokens.endpoint, faults.refused_connection())
    opened = door(double)
    with pytest.raises(Unreachable):
        await opened.pod()
    assert (await opened.pod()).webid == double.owner
    await opened.close()


def test_a_door_is_found_by_name_or_is_the_default(double: PodDouble) -> None:
    with pytest.raises(NotSignedIn):
        Door.of()
    door(double)
    assert Door.of().profile.name == Door.of("me").profile.name == "me"
    with pytest.raises(NotSignedIn):
        Door.of("you")


@pytest.mark.parametrize("word", ["public", "signed-in", "https://acme.example/card#me", "http://localhost:3000/a/#me"])
def test_who_everyone_signed_in_and_a_webid_are(word: str) -> None:
    assert agent_of(word) == word


def test_the_name_of_a_login_stands_for_its_webid(double: PodDouble) -> None:
    door(double)
    assert agent_of("me") == double.owner


@pytest.mark.parametrize(
    "word", ["nobody-known", "", "ftp://acme.example/#me", "mailto:me@acme.example", "https:///x", "\x1b[2J"]
)
def test_a_word_that_means_nobody_is_refused(word: str) -> None:
    with pytest.raises(Malformed) as stop:
        agent_of(word)
    assert "\x1b" not in str(stop.value)
    assert stop.value.advice
