"""Scripted faults, and the log of what arrived."""

from __future__ import annotations

import httpx2
import pytest
from tests.double import faults
from tests.double.caller import ACME, Caller
from tests.double.pod_double import PodDouble


async def test_scripted_answers_play_as_often_as_asked(owner: Caller, double: PodDouble) -> None:
    double.script("GET", "README", faults.busy(503, "9"), times=2)
    answers = [await owner.ask("GET", "README") for _ in range(3)]
    assert [a.status_code for a in answers] == [503, 503, 200]
    assert answers[1].headers["retry-after"] == "9"


async def test_a_lost_answer_can_hide_a_done_write(owner: Caller, double: PodDouble) -> None:
    double.script("PUT", "x.ttl", faults.dropped(), after=True)
    with pytest.raises(httpx2.RemoteProtocolError):
        await owner.ask("PUT", "x.ttl", "<a> <b> <c>.")
    assert double.body("x.ttl") == b"<a> <b> <c>."


async def test_a_hang_ends_at_the_clients_own_timeout(double: PodDouble) -> None:
    double.script("*", "*", faults.Hang())
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(double), timeout=0.01) as http:
        with pytest.raises(httpx2.ReadTimeout):
            await http.get(double.base)


async def test_someone_else_can_write_just_before_a_request(owner: Caller, double: PodDouble) -> None:
    def meddle(_: httpx2.Request) -> None:
        double.put("README", "changed", "text/markdown")

    etag = (await owner.ask("HEAD", "README")).headers["etag"]
    double.script("PUT", "README", meddle)
    assert (await owner.ask("PUT", "README", "mine", "text/markdown", If_Match=etag)).status_code == 412


async def test_the_log_holds_each_request_as_it_came_and_who_proved_to_ask(acme: Caller, double: PodDouble) -> None:
    double.requests.clear()
    await acme.ask("PUT", "x.ttl", "<a> <b> <c>.")
    await Caller(double).ask("GET", "")
    assert [(s.method, s.url, s.webid) for s in double.requests] == [
        ("PUT", double.base + "x.ttl", ACME),
        ("GET", double.base, None),
    ]
    assert double.requests[0].body == b"<a> <b> <c>."


async def test_hosts_that_are_not_there_cannot_be_reached_and_webids_are_public(nobody: Caller) -> None:
    nobody.double.credentials(ACME)
    assert ACME in (await nobody.http.get(ACME)).text
    with pytest.raises(httpx2.ConnectError):
        await nobody.http.get("https://elsewhere.example/")


async def test_control_documents_can_live_elsewhere_and_links_be_relative(owner: Caller, double: PodDouble) -> None:
    moved = "https://pod.example/.access/readme"
    double.control_at("README", moved)
    assert f'<{moved}>; rel="acl"' in (await owner.ask("HEAD", "README")).headers["link"]
    assert (await owner.ask("GET", moved)).status_code == 200
    double.ldp.relative_links = True
    assert '<card.acl>; rel="acl"' in (await owner.ask("HEAD", "profile/card")).headers["link"]
