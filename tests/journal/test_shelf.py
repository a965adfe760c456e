"""Importers by entry point: a stranger's is found and used like ours, and a broken one never stops the rest."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from tests.journal.exports import chrome, entry, gathered, members, written

from lifepod.errors import LifepodError, Malformed, Missing, TooBig
from lifepod.journal import shelf
from lifepod.journal.source import Importer
from lifepod.owner.sources import known_sources

OURS = (
    "amazon", "bank-csv", "browser", "calendar", "camt", "contacts", "cookies", "facebook", "google-activity",
    "google-places", "gpx", "instagram", "ios-privacy", "mail", "mt940", "netflix", "ofx", "paypal", "qif", "spotify",
    "youtube",
)  # fmt: skip

STRANGER = """
from lifepod.journal.activity import Activity, Moment, Skipped
from lifepod.journal.importers.clock import moment_of
from lifepod.journal.source import Match

class Steps:
    name, title, version, how_to_get = "steps", "Steps of a watch", "7", "Press the button."

    def recognise(self, member):
        if member.head(6) == b"steps\\n":
            return Match(member, "steps-1", "1", 0.8, "it begins with steps")

    def activities(self, match, answers):
        with match.member.open() as stream:
            for number, line in enumerate(stream, 1):
                moment = moment_of(line.decode().strip(), answers["now"])
                if isinstance(moment, str):
                    yield Skipped(moment, f"{match.member.path}#{number}")
                else:
                    yield Activity("listen", "steps", (line.decode(),), moment, "A walk")

IMPORTER = Steps()
"""


class Install(Protocol):
    def __call__(self, module: str, **code: str) -> None: ...


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Put a package with importers of its own beside the others, as an installer would."""
    before = set(sys.modules)

    def make(module: str, **code: str) -> None:
        folder = tmp_path / "site" / module
        info = folder / f"{module}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        points = "".join(f"{name} = {module}_{name}:IMPORTER\n" for name in code)
        (info / "entry_points.txt").write_text(f"[lifepod.importers]\n{points}")
        for name, text in code.items():
            (folder / f"{module}_{name}.py").write_text(text)
        monkeypatch.syspath_prepend(str(folder))
        forget()

    yield make
    monkeypatch.undo()
    for name in set(sys.modules) - before:
        del sys.modules[name]
    forget()


def forget() -> None:
    for found in (shelf.names, shelf.importer, shelf.every):
        found.cache_clear()


def test_ours_are_found_by_name() -> None:
    assert shelf.names() == OURS
    assert [shelf.importer(name).name for name in OURS] == list(OURS)


def test_a_name_that_is_not_there_is_missing() -> None:
    with pytest.raises(Missing, match="nobody"):
        shelf.importer("nobody")


def test_a_strangers_importer_is_found_and_used_like_ours(install: Install, tmp_path: Path) -> None:
    install("stranger", steps=STRANGER)
    assert shelf.names() == tuple(sorted((*OURS, "steps")))
    assert isinstance(shelf.importer("steps"), Importer)
    path = written(tmp_path / "export.txt", "steps\n2025-12-01\n2025-12-01T10:00:00Z\nnever\n")
    (report,) = gathered(path)
    assert (report.importer, report.version, report.shape) == ("steps", "7", "steps-1")
    assert (report.seen, report.records, report.skipped) == (4, 2, (("bad-time", 2),))
    assert [s.title for s in known_sources() if s.name == "steps"] == ["Steps of a watch"]


RECOGNISING = STRANGER.replace('if member.head(6) == b"steps\\n":', "if True:")
BROKEN = {
    "does not load": "raise RuntimeError('sorry \\x1b[31m')",
    "leaves while it is loaded": "import sys\nsys.exit(3)",
    "is not Python": "def",
    "needs what is not installed": "import nothing_of_that_name",
    "has no importer": "",
    "is a class": STRANGER.replace("IMPORTER = Steps()", "IMPORTER = Steps"),
    "lacks a method": STRANGER.replace("def activities", "def other"),
    "has no name": STRANGER.replace(
        'name, title, version, how_to_get = "steps"', "name, title, version, how_to_get = None"
    ),
    "stumbles over every file": STRANGER.replace('if member.head(6) == b"steps\\n":', "if 1 / 0:"),
    "refuses every file": STRANGER.replace(
        "        if member", "        raise Malformed('no')\n        if member"
    ).replace("\nfrom", "\nfrom lifepod.errors import Malformed\nfrom", 1),
    "says yes": STRANGER.replace("        if member", "        return True\n        if member"),
}


def test_the_broken_importers_are_broken_in_the_way_they_say() -> None:
    for fault in list(BROKEN)[4:]:
        compile(BROKEN[fault], fault, "exec")


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_importer_never_stops_the_rest(fault: str, install: Install, tmp_path: Path) -> None:
    install("stranger", steps=BROKEN[fault])
    written(tmp_path / "x/MyActivity.json", [entry()])
    chrome(tmp_path / "x/History")
    assert [(r.importer, r.records, r.problem) for r in gathered(tmp_path / "x")] == [
        ("browser", 1, ""), ("google-activity", 1, ""),
    ]  # fmt: skip


@pytest.mark.parametrize("fault", list(BROKEN)[:8])
def test_an_importer_that_cannot_be_used_is_listed_with_the_reason(fault: str, install: Install) -> None:
    install("stranger", steps=BROKEN[fault])
    (source,) = (s for s in known_sources() if s.name == "steps")
    assert "importer steps" in source.problem
    assert "Update or remove" in source.problem
    assert "\x1b" not in source.problem
    with pytest.raises(Malformed):
        shelf.importer("steps")


READING = {
    "fails at once": "raise KeyError('x')\n        yield",
    "fails after a record": "yield Activity('listen', 'steps', ('a',), None)\n        raise ValueError('x')",
    "gives an unknown kind": "yield Activity('nonsense', 'steps', ('a',), None)",
    "gives what is no record": "yield 5",
    "gives an address that is none": "from lifepod.journal.activity import Iri\n"
    "        yield Activity('listen', 'steps', ('a',), None, facts=(('https://x/y', Iri('a b')),))",
}


@pytest.mark.parametrize("fault", READING)
def test_an_importer_that_fails_while_it_reads_is_named_and_the_rest_is_read(
    fault: str, install: Install, tmp_path: Path
) -> None:
    code = (
        STRANGER[: STRANGER.index("        with match.member")] + "        " + READING[fault] + "\nIMPORTER = Steps()\n"
    )
    install("stranger", steps=code)
    written(tmp_path / "x/a.txt", "steps\n")
    written(tmp_path / "x/b.json", [entry()])
    first, second = gathered(tmp_path / "x")
    assert (first.problem, second.records) == ("malformed", 1)
    assert first.hint


def test_the_surest_importer_comes_first_and_equals_by_name(install: Install, tmp_path: Path) -> None:
    sure = RECOGNISING.replace("0.8", "0.95")
    install(
        "stranger",
        steps=sure,
        also=RECOGNISING.replace('"steps"', '"also"'),
        almost=RECOGNISING.replace('"steps"', '"almost"'),
    )
    found = shelf.recognise(members(written(tmp_path / "a.json", [entry()]))[0])
    assert [importer.name for importer, _ in found] == ["steps", "almost", "also", "google-activity"]


def test_what_kept_everybody_from_looking_is_told(tmp_path: Path) -> None:
    class Shut:
        path, size = "x.zip!/places.sqlite", 5

        def head(self, count: int = 65536) -> bytes:
            raise TooBig("x unpacks to far more than it should.")

    with pytest.raises(LifepodError, match="far more"):
        shelf.recognise(Shut())  # type: ignore[arg-type]


def test_what_is_installed_is_looked_up_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shelf.recognise(members(written(tmp_path / "a", "x"))[0])

    def refuse(**wanted: str) -> None:
        raise AssertionError("looked up again")

    monkeypatch.setattr(shelf, "entry_points", refuse)
    assert shelf.recognise(members(written(tmp_path / "b.json", [entry()]))[0])


def test_every_importer_of_ours_says_how_to_get_its_export() -> None:
    for name in OURS:
        one = shelf.importer(name)
        assert one.title and one.version and len(one.how_to_get) > 40
