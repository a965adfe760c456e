"""The blocking twin: the same signatures, the same errors, and a stub that is what the async code says."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from typing import Any

import pytest
from tests.stubs import STUB, stub

from lifepod import blocking
from lifepod.errors import NotReady
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
