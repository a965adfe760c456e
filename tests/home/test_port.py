"""The port of a pod at home."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from lifepod.home.port import by_whom, free_port, is_used


def test_a_chosen_port_is_free_and_below_what_systems_hand_out_for_outgoing_connections() -> None:
    port = free_port()
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert 20_000 <= port < min(30_000, lowest)
    assert not is_used(port)


def test_a_port_somebody_listens_on_is_used_and_he_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert is_used(port)
        name = Path("/proc/self/comm").read_text().strip()
        assert by_whom(port) == f" by {name} (process {os.getpid()})"
    assert not is_used(port)


def test_a_port_listened_on_for_every_address_is_used_too() -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        assert is_used(taken.getsockname()[1])


def test_of_a_port_nobody_listens_on_nobody_is_named() -> None:
    assert by_whom(free_port()) == ""
