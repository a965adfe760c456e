"""Servers that the suite starts end with it, say why they do not start, and are found to be themselves."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from tests.interop import certificate, servers
from tests.interop.servers import NodeServer, NotStarted

pytestmark = pytest.mark.live


def test_a_server_that_is_stopped_leaves_no_process_and_no_port(tmp_path: Path) -> None:
    """S16."""
    with servers.jss(tmp_path / "jss") as server:
        assert server.remains
    assert server.remains == []


def test_a_server_ends_when_whoever_started_it_is_gone(tmp_path: Path) -> None:
    with servers.jss(tmp_path / "jss") as server:
        pipe = server._process.stdin
        assert pipe is not None
        pipe.close()
        assert server._process.wait(10) == 0
    assert server.remains == []


def test_a_stranger_on_the_port_is_not_taken_for_the_server(tmp_path: Path) -> None:
    """S16."""
    server = servers.jss(tmp_path / "jss")
    server.stop()
    with socket.create_server(("127.0.0.1", server.start.port)), pytest.raises(NotStarted, match="EADDRINUSE"):
        NodeServer(replace(server.start)).__enter__()


def test_nobody_but_who_is_handed_the_context_trusts_the_certificate(tmp_path: Path) -> None:
    context = certificate.made_in(tmp_path / "tls")
    assert [one["subject"] for one in context.get_ca_certs()] == [((("commonName", "localhost"),),)]
    assert (tmp_path / "tls" / servers.KEY).stat().st_mode & 0o077 == 0


def test_the_lockfile_names_no_registry() -> None:
    assert b'"resolved"' not in (servers.HERE / "package-lock.json").read_bytes()
