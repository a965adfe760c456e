"""The blocking twin: the same signatures, the same errors, and a stub that is what the async code says."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from tests.double.pod_double import PodDouble
from tests.stubs import STUB, stub

from lifepod import blocking
from lifepod.errors import NotReady
from lifepod.owner import logins
from lifepod.owner.desk import Desk
from lifepod.solid import door
from lifepod.solid.pod import Pod
from lifepod.vendor.desk import VendorDesk

TWINS: list[tuple[Any, type]] = [(blocking.Desk, Desk), (blocking.Pod, Pod), (blocking.VendorDesk, VendorDesk)]


def public(of: type) -> set[str]:
    return {name for name in dir(of) if not name.startswith("_")}


@pytest.mark.parametrize(("twin", "of"), TWINS)
def test_every_public_name_is_there_with_the_same_signature(twin: Any, of: type) -> None:
    assert public(of) == public(twin)
    for name in public(of):
        one, other = inspect.getattr_static(of, name), inspect.getattr_static(twin, name)
        if isinstance(one, property):
            assert isinstance(other, property)
            continue
        mine, theirs = getattr(of, name), getattr(twin, name)
        assert inspect.signature(mine) == inspect.signature(theirs), name
        assert inspect.getdoc(mine) == inspect.getdoc(theirs), name
        assert not inspect.iscoroutinefunction(other), name


@pytest.mark.parametrize("name", ["connect", "visit"])
def test_so_are_the_two_ways_in(name: str) -> None:
    assert inspect.signature(getattr(door, name)) == inspect.signature(getattr(blocking, name))


def test_the_types_are_made_from_the_async_signatures() -> None:
    """`python -m tests.stubs` writes them anew."""
    assert STUB.read_text("utf-8") == stub()


def test_a_twin_that_is_not_open_says_so() -> None:
    from lifepod.solid.remembered import Profile

    twin: Any = blocking.Desk
    desk = twin(Desk(door.Door(Profile("me", "https://a.example/#me", "https://a.example/", "https://i/"))))
    assert desk.profile.name == "me"
    with pytest.raises(NotReady, match="not open"):
        desk.place("x")


def test_the_stub_is_what_type_checkers_see() -> None:
    code = "from lifepod.blocking import connect\nwith connect('me') as pod:\n    reveal_type(pod.read('x').graph)\n"
    command = [sys.executable, "-m", "mypy", "--config-file=", "--strict", "-c", code]
    found = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "MYPYPATH": "src"})
    assert "rdflib.graph.Graph" in found.stdout, found.stdout + found.stderr


# In use


@contextmanager
def a_pod() -> Iterator[Any]:
    """The owner's pod in memory, seen without ``await``; no sockets."""
    double = PodDouble()
    double.put("notes/a.ttl")
    who = logins.credentials(double.owner, double.tokens.issuer, *double.credentials(double.owner))
    profile = logins.add("me", who, double.base, lambda line: None)
    twin: Any = blocking.Desk
    with twin(Desk(door.Door(profile, transport=httpx2.MockTransport(double)))) as desk:
        yield desk.pod()


def test_an_iterator_that_is_left_is_closed_before_the_next_line() -> None:
    room, closed = cast(Any, blocking), list[str]()

    async def items(how: str) -> AsyncGenerator[int, None]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # closing may ask the server something
            closed.append(how)

    with room._portal() as portal:
        for one in room._steps(portal, items("left")):
            assert one == 1
            break
        assert closed == ["left"]
        stream = room._steps(portal, items("closed"))
        next(stream)
        stream.close()
        assert closed == ["left", "closed"]
        assert list(stream) == []


def test_an_iterator_that_is_forgotten_does_not_hold_its_pod_open() -> None:
    with a_pod() as pod:
        stream = pod.walk(pod.storage)
        next(stream)
    with pytest.raises(NotReady, match="not open"):
        next(stream)


def test_a_pod_that_is_used_after_its_block_says_so() -> None:
    with a_pod() as pod:
        walk = pod.walk
        url = pod.url("notes/a.ttl")
        assert pod.get(url).status == 200
    uses: list[Callable[[], object]] = [lambda: pod.get(url), lambda: next(pod.walk(url)), lambda: next(walk(url))]
    for use in uses:
        with pytest.raises(NotReady, match="not open") as stop:
            use()
        assert "with" in stop.value.advice


LISTENER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from tests.test_blocking import a_pod
try:
    with a_pod() as pod:
        for change in pod.changes(pod.url("notes/"), ready=lambda kind: print("listens", flush=True)):
            pass
except KeyboardInterrupt:
    print("stopped", flush=True)
"""
WORKER = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from tests.test_blocking import a_pod
try:
    with a_pod() as pod:
        for listing in pod.walk(pod.storage):
            print("listens", flush=True)
            time.sleep(60)
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


@pytest.mark.parametrize("program", [LISTENER, WORKER], ids=["waiting", "at work"])
def test_ctrl_c_ends_a_loop(program: str, tmp_path: Path) -> None:
    world = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "LIFEPOD_DIR": str(tmp_path)}
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=world, start_new_session=True
    ) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == "listens\n"
            begin = time.monotonic()
            running.send_signal(signal.SIGINT)
            said, errors = running.communicate(timeout=10)
            assert time.monotonic() - begin < 3
        finally:
            running.kill()
    assert (said, errors, running.returncode) == ("stopped\n", "", 0)
