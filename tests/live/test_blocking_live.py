"""The blocking twin against the real server: calls, iterators, context managers, errors, from a plain thread."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.live.conftest import HomeServer

from lifepod.errors import Conflict, Missing, NotSignedIn
from lifepod.owner import logins

pytestmark = pytest.mark.live
PLAIN = "text/plain"
_NUMBERS = count(1)


@pytest.fixture(name="name")
def _name(home_server: HomeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    monkeypatch.setenv("LIFEPOD_DIR", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    new = home_server.new_pod(f"blocking-{next(_NUMBERS)}")
    who = logins.credentials(new.webid, new.issuer, new.client_id, new.client_secret)
    logins.add("me", who, new.pod, lambda line: None)
    yield "me"


def connect(name: str) -> Any:
    from lifepod.blocking import connect as opened

    return opened(name)


def test_a_pod_without_await(name: str) -> None:
    with connect(name) as pod:
        url = pod.url("b/x.txt")
        pod.write(url, b"one", match=None, content_type=PLAIN)
        assert pod.get(url).body == b"one"
        with pytest.raises(Conflict):
            pod.write(url, b"two", match=None, content_type=PLAIN)
        assert pod.upload(io.BytesIO(b"x" * 600_000), pod.url("b/y.bin")) == 600_000
        assert sorted(pod.storage + "b/" == one.url for one in pod.walk(pod.url("b/"))) == [True]
        for listing in pod.walk(pod.storage):
            assert listing.url
            break  # an iterator that is left is closed
        with pytest.raises(Missing):
            pod.read(pod.url("b/none.ttl"))


def test_an_edit_is_a_plain_with_block(name: str) -> None:
    from rdflib import Literal, URIRef

    a = URIRef("https://a.example/")
    with connect(name) as pod:
        url = pod.url("b/e.ttl")
        with pod.edit(url, create=True) as graph:
            graph.add((a, a, Literal("x")))
        with pytest.raises(RuntimeError, match="stop"), pod.edit(url) as graph:
            graph.add((a, a, Literal("never")))
            raise RuntimeError("stop")
        assert len(pod.read(url).graph) == 1
        with pod.open("GET", url) as opened:
            assert opened.reply.status == 200


def test_changes_come_as_they_happen(name: str) -> None:
    with connect(name) as pod, connect(name) as other:
        url = pod.url("b/c.ttl")
        pod.write(url, b"<#a> <#b> <#c>.", match=None)

        def ready(kind: str) -> None:
            """Called in the thread of the loop, as soon as the channel stands: then somebody else writes."""
            other_write.append(kind)

        other_write: list[str] = []
        stream = pod.changes(url, ready=ready)
        import threading

        def write() -> None:
            while not other_write:
                threading.Event().wait(0.02)
            other.write(url, b"<#a> <#b> <#d>.", match=other.head(url).etag)

        writer = threading.Thread(target=write)
        writer.start()
        change = next(stream)
        writer.join()
        stream.close()
        assert (change.url, change.kind) == (url, "updated")


def test_a_desk_without_await(name: str) -> None:
    from lifepod.blocking import Desk

    with Desk.open(name) as desk:
        place = desk.place("profile/card")
        assert desk.profile.storage in place
        audit = desk.look("profile/card", below=False)
        assert audit.who(place)
        assert desk.pod().head(place).status == 200


def test_who_is_not_signed_in_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIFEPOD_DIR", str(tmp_path))
    with pytest.raises(NotSignedIn), connect("nobody-here"):
        pass


def test_what_everyone_may_read_needs_no_login(home_server: HomeServer, name: str) -> None:
    from lifepod.blocking import visit

    with connect(name) as pod:
        card = pod.url("profile/card")
    with visit(card) as nobody:
        assert nobody.read(card).graph
