"""What the benchmark measures on: a long browser history, and a pod of a thousand resources on a real server.

It refuses to measure anything.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lifepod.home import accounts
from lifepod.home.accounts import NewPod
from lifepod.owner import logins
from lifepod.solid.pod import Pod

_START = 13_330_000_000_000_000  # June 2023 in Chrome's own count, microseconds since 1601
_STEP = 788_400_000  # 100,000 of them are two and a half years
_TURTLE = {"Content-Type": "text/turtle"}


def history(path: Path, visits: int) -> Path:
    """A Chrome ``History`` with so many visits to a tenth as many pages, one in twenty of them a search."""
    db = sqlite3.connect(path)
    db.executescript(
        "CREATE TABLE urls(id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, visit_count INTEGER,"
        " typed_count INTEGER, last_visit_time INTEGER, hidden INTEGER);"
        "CREATE TABLE visits(id INTEGER PRIMARY KEY, url INTEGER, visit_time INTEGER, from_visit INTEGER,"
        " transition INTEGER, segment_id INTEGER, visit_duration INTEGER);"
        "CREATE TABLE keyword_search_terms(keyword_id INTEGER, url_id INTEGER, term LONGVARCHAR, normalized_term TEXT);"
    )
    pages = max(1, visits // 10)
    db.executemany("INSERT INTO urls VALUES (?,?,?,1,0,0,0)", (_page(n) for n in range(pages)))
    db.executemany(
        "INSERT INTO visits VALUES (?,?,?,0,0,0,0)",
        ((n, n * 7919 % pages, _START + n * _STEP) for n in range(visits)),
    )
    db.commit()
    db.close()
    return path


def _page(number: int) -> tuple[int, str, str]:
    if number % 20 == 0:
        return number, f"https://www.google.com/search?q=word+{number}", f"word {number} - Google Search"
    site = f"https://site{number % 97}.example/section/{number % 13}/page-{number}?ref=home"
    return number, site, f"Page {number}: something a person might read – Site {number % 97}"


def add_login(base_url: str, name: str) -> NewPod:
    """An account, a pod and a remembered login on the server at home."""
    new = accounts.add(base_url, name)
    who = logins.credentials(new.webid, new.issuer, new.client_id, new.client_secret)
    logins.add(name, who, new.pod, lambda line: None)
    return new


@dataclass(frozen=True, slots=True)
class Size:
    """How much a pod holds."""

    containers: int
    documents: int
    own_rules: int
    """Documents with an access document of their own, besides the root's."""


async def fill(pod: Pod, size: Size) -> None:
    """Put documents into containers below ``many/``, some with rules of their own."""
    places = [f"{pod.storage}many/c{n % size.containers:02d}/d{n:04d}.ttl" for n in range(size.documents)]
    # One document a container first: two that both make a missing container would wait for each other.
    await together(_put(pod, url, b"<> <https://schema.org/name> 'd' .") for url in places[: size.containers])
    await together(_put(pod, url, b"<> <https://schema.org/name> 'd' .") for url in places[size.containers :])
    every = size.documents // size.own_rules
    await together(_put(pod, f"{url}.acl", _rules(url, pod.webid)) for url in places[::every][: size.own_rules])


async def _put(pod: Pod, url: str, body: bytes) -> None:
    reply = await pod.ask("PUT", url, _TURTLE, body)
    assert reply.status in (201, 205), (url, reply.status)


def _rules(url: str, webid: str) -> bytes:
    return (
        "@prefix acl: <http://www.w3.org/ns/auth/acl#> .\n"
        f"<#owner> a acl:Authorization ; acl:agent <{webid}> ; acl:accessTo <{url}> ;"
        " acl:mode acl:Read, acl:Write, acl:Control .\n"
        f"<#other> a acl:Authorization ; acl:agent <https://friend.example/card#me> ; acl:accessTo <{url}> ;"
        " acl:mode acl:Read .\n"
    ).encode()


async def together(jobs: Iterable[Awaitable[object]]) -> None:
    """All of them; the pod's own gate bounds how many at once."""
    await asyncio.gather(*jobs)
