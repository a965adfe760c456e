"""The vendor's commands: what they print, what they ask, and the code they end with."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from tests.cli.stage import Said, ran
from tests.terms.samples import SHOP
from tests.vendor.market import (
    Market,
    approved,
    case_in,
    ended,
    offering_at,
)

from lifepod.owner import logins
from lifepod.vendor.side import stamp

Run = Callable[..., Awaitable[Said]]


@pytest.fixture
async def market(monkeypatch: pytest.MonkeyPatch) -> Market:
    """Both pods on the network that commands reach, and the shop's login as the default one."""
    made = await offering_at(stamp())

    async def answer(line: httpx2.AsyncHTTPTransport, request: httpx2.Request) -> httpx2.Response:
        return await made.street.handle_async_request(request)

    monkeypatch.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", answer)
    issuer = made.home.tokens.issuer
    login = logins.credentials(SHOP, issuer, *made.home.credentials(SHOP))
    logins.add("shop", login, made.shop.base, lambda line: None)
    return made


@pytest.fixture
def run(market: Market, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``vendor …`` in a thread of its own: a command has an event loop of its own."""

    async def command(*argv: str) -> Said:
        return await asyncio.to_thread(ran, monkeypatch, "vendor", *argv)

    return command


def until() -> str:
    return (datetime.now(UTC) + timedelta(days=60)).strftime("%Y-%m-%d")


async def value(run: Run, *argv: str) -> dict[str, object]:
    said = await run(*argv, "--json")
    assert said.code == 0, said.err
    found = json.loads(said.words)
    assert isinstance(found, dict)
    return found


async def asked(run: Run, market: Market) -> str:
    await value(run, "init")
    return str((await value(run, "ask", market.home.owner, "--until", until(), "--yes"))["id"])


async def in_force(run: Run, market: Market) -> str:
    case = await asked(run, market)
    await approved(market, stamp())
    await value(run, "status")
    return case


async def test_making_ready_is_told_once(run: Run, market: Market) -> None:
    first = await run("init")
    assert first.code == 0
    assert "Done: made the inbox https://shop.example/inbox/" in first.words
    assert (await run("init")).words == "Everything was ready already.\n"
    assert str((await value(run, "init", "--new-key"))["key"]).endswith("#lifepod-2")


async def test_before_making_ready_nothing_is_asked(run: Run, market: Market) -> None:
    said = await run("ask", market.home.owner, "--until", until())
    assert (said.code, said.out) == (15, b"")
    assert "vendor init" in said.err


async def test_a_rehearsal_shows_the_offers_and_the_request_and_sends_nothing(run: Run, market: Market) -> None:
    await value(run, "init")
    said = await run("ask", market.home.owner, "--until", until(), "--dry-run")
    assert (said.code, said.words) == (0, "Nothing was written.\n")
    for words in ("They offer:", "1  shops-1, open", "This is the request:", "Nothing may be kept. (vendor)", "(pod"):
        assert words in said.err
    found = await value(run, "ask", market.home.owner, "--until", until(), "--dry-run")
    assert set(found) == {"request", "offers", "applied"}
    assert not [s for s in market.home.requests if s.method == "POST" and "/inbox/" in s.url]


async def test_silence_is_no_yes(run: Run, market: Market) -> None:
    await value(run, "init")
    said = await run("ask", market.home.owner, "--until", until())
    assert (said.code, said.out) == (10, b"")
    assert "--yes" in said.err
    assert not [s for s in market.home.requests if s.method == "POST" and "/inbox/" in s.url]


async def test_what_is_outside_the_terms_ends_with_13(run: Run, market: Market) -> None:
    await value(run, "init")
    said = await run("ask", market.home.owner, "--until", until(), "--purpose", "Marketing")
    assert (said.code, said.out) == (13, b"")
    assert "--dry-run" in said.err


async def test_the_story_from_the_vendors_side(run: Run, market: Market, tmp_path: Path) -> None:
    case = await asked(run, market)
    listed = await run("status")
    assert f"{case[:8]}  asked" in listed.words
    await approved(market, stamp())
    found = await value(run, "status", case[:8])
    one = case_in(found, case)
    assert (one["state"], one["same_copy"], found["left"]) == ("open", "identical", 0)
    read = await run("read", case, "--purpose", "Personalisation", "--json")
    assert [json.loads(line)["schema:name"] for line in read.words.splitlines()] == ["Lamp"]
    assert "1 record." in read.err
    assert "passed over" in read.err
    file = tmp_path / "receipt.ttl"
    file.write_bytes(b"<#a> <https://schema.org/name> 'Receipt'.")
    assert "from-shop.example" in str((await value(run, "append", case, str(file)))["place"])
    assert (await value(run, "note", case, "Two suggestions."))["told"] is True
    await ended(market, case, stamp())
    await value(run, "status")
    shut = await run("read", case)
    assert (shut.code, shut.out) == (4, b"")
    assert "(revoked)" in shut.err
    assert (await run("attest", case)).words.startswith("Attested: https://shop.example/")
    assert f"{case[:8]}  settled" in (await run("status")).words


async def test_taking_back_is_shown_first(run: Run, market: Market) -> None:
    case = await in_force(run, market)
    said = await run("withdraw", case, "--dry-run")
    assert said.words == "Nothing was written.\n"
    assert "shop.example: one transaction, nothing kept" in said.err
    done = await run("withdraw", case, "--yes")
    assert done.words.splitlines()[0] == "It is withdrawn."
    assert "delete-at-end is due by" in done.words
    assert "They were told." in done.words


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("accept", "{case}", "--yes"), 5),
        (("decline", "{case}", "--yes"), 5),
        (("withdraw", "0000", "--yes"), 5),
        (("status", "0000"), 5),
        (("read", "0000"), 5),
        (("read", "{case}", "journal/browsing/"), 4),
        (("read", "journal/purchases/", "x/"), 7),
        (("attest", "{case}"), 5),
        (("pay", "{case}", "--amount", "6", "--currency", "EUR", "--ref", "R"), 5),
        (("pay", "{case}", "--amount", "6", "--currency", "EUR"), 2),
        (("append", "{case}", "missing.ttl"), 2),
    ],
)
async def test_each_refusal_has_its_code(argv: tuple[str, ...], code: int, run: Run, market: Market) -> None:
    case = await in_force(run, market)
    said = await run(*(word.format(case=case) for word in argv))
    assert (said.code, said.out) == (code, b""), said.err


async def test_what_was_left_in_the_inbox_is_said(run: Run, market: Market) -> None:
    await asked(run, market)
    market.shop.put("inbox/a\u202eb", b"hello", "text/plain")
    said = await run("status")
    assert "was left in the inbox: Its type is text/plain" in said.words
    assert "\u202e" not in said.words
