"""What a person installs: the wheel holds all that the program reads, and nothing that points to where it was made."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ADDRESS = re.compile(rb"[a-z][a-z0-9+.-]*://[^\s\"'`<>),;]*")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network and unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def metadata(installed: Path, name: str) -> str:
    (folder,) = installed.glob("lifepod-*.dist-info")
    return (folder / name).read_text("utf-8")


def in_wheel(installed: Path, code: str) -> str:
    """What a program prints that finds lifepod in the wheel alone, far from the checkout."""
    find = f"import sys; sys.path.insert(0, {str(installed)!r})\n"
    done = subprocess.run(
        [sys.executable, "-c", find + code], cwd=installed.parent, env=dict(os.environ), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "vocab").iterdir()))
def test_the_vocabulary_is_found_in_the_wheel_as_in_the_checkout(installed: Path, name: str) -> None:
    said = in_wheel(
        installed,
        "import lifepod.rdf.jsonld as j\nfrom importlib.resources import files\n"
        f"assert files('lifepod').joinpath('vocab', {name!r}).is_file()\n"
        f"print(j.__file__)\nprint(j.vocab_file({name!r}).hex())",
    )
    where, content = said.splitlines()
    assert Path(where).is_relative_to(installed)
    assert bytes.fromhex(content) == (ROOT / "vocab" / name).read_bytes()


def test_json_ld_is_written_and_read_from_the_wheel(installed: Path) -> None:
    code = (
        "from lifepod.rdf.turtle import parse_turtle\nfrom lifepod.rdf.jsonld import read_jsonld, write_jsonld\n"
        "base = 'https://pod.example/x'\ngraph = parse_turtle(b'<#a> <https://schema.org/name> \"x\" .', base)\n"
        "print(set(read_jsonld(write_jsonld(graph, base), base)) == set(graph))"
    )
    assert in_wheel(installed, code) == "True"


@pytest.mark.parametrize("name", ["package.json", "package-lock.json", ".npmrc", "loopback.cjs"])
def test_the_pod_server_can_be_installed_from_the_wheel(installed: Path, name: str) -> None:
    source = ROOT / "src" / "lifepod" / "home" / "css" / name
    assert (installed / "lifepod" / "home" / "css" / name).read_bytes() == source.read_bytes()


def test_the_wheel_holds_every_file_of_the_package(installed: Path) -> None:
    source = ROOT / "src" / "lifepod"
    made = {"__pycache__", "node_modules"}
    wanted = {p.relative_to(source) for p in source.rglob("*") if p.is_file() and not made & set(p.parts)}
    found = {p.relative_to(installed / "lifepod") for p in (installed / "lifepod").rglob("*") if p.is_file()}
    assert found == wanted | {Path("vocab", path.name) for path in (ROOT / "vocab").iterdir()}
    assert Path("py.typed") in found


def test_the_lock_of_the_pod_server_names_contents_and_no_places() -> None:
    folder = ROOT / "src" / "lifepod" / "home" / "css"
    lock = json.loads((folder / "package-lock.json").read_text("utf-8"))
    assert not re.search(rb'"resolved"', (folder / "package-lock.json").read_bytes())
    packages = {name: said for name, said in lock["packages"].items() if name}
    assert len(packages) > 500
    assert [name for name, said in packages.items() if not str(said.get("integrity", "")).startswith("sha512-")] == []
    # Sponsors' pages are the only addresses npm writes besides; a version is a number and never a place.
    addressed = {key for said in packages.values() for key, value in said.items() if "://" in json.dumps(value)}
    assert addressed <= {"funding"}
    asked = json.loads((folder / "package.json").read_text("utf-8"))["dependencies"]
    assert lock["packages"][""]["dependencies"] == asked
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked.values())


@pytest.mark.parametrize(
    "path",
    [
        "pyproject.toml", "constraints.txt", "Makefile", ".ci/run",
        "src/lifepod/home/css/.npmrc", "src/lifepod/home/css/package.json", "src/lifepod/home/css/loopback.cjs",
    ],
)  # fmt: skip
def test_files_that_fetch_name_no_address(path: str) -> None:
    assert ADDRESS.findall((ROOT / path).read_bytes()) == []


def test_the_metadata_says_what_the_package_needs_and_no_place(installed: Path) -> None:
    said = Parser().parsestr(metadata(installed, "METADATA"))
    needs = said.get_all("Requires-Dist") or []
    assert said["Name"] == "lifepod"
    assert said["License-Expression"] == "MIT"
    assert said["Requires-Python"] == ">=3.11"
    assert [need for need in needs if "@" in need or "://" in need] == []
    assert {re.split(r"[^A-Za-z0-9_.-]", need)[0] for need in needs if "extra ==" not in need} >= {
        "click",
        "pyld",
        "rdflib",
    }


def test_the_program_and_the_importers_are_registered_and_can_be_loaded(installed: Path) -> None:
    points = ConfigParser(delimiters=("=",))
    points.read_string(metadata(installed, "entry_points.txt"))
    assert points["console_scripts"]["lifepod"] == "lifepod.__main__:main"
    importers = dict(points["lifepod.importers"])
    assert {"amazon", "browser", "google-activity"} <= set(importers)
    code = "from importlib import import_module as load\n" + "\n".join(
        f"m = load({where.split(':')[0]!r}); print(m.{where.split(':')[1]}.name, m.__file__)"
        for where in importers.values()
    )
    for name, line in zip(importers, in_wheel(installed, code).splitlines(), strict=True):
        assert line.startswith(f"{name} {installed}")
