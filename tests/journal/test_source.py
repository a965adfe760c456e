"""The protocol: what an importer must have, and that every kind of file keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.journal.exports import members, written, zipped

from lifepod.journal import shelf, tree
from lifepod.journal.activity import Skipped
from lifepod.journal.source import Importer, Match, Member

PARTS = ("name", "title", "how_to_get", "version", "recognise", "activities")


def of(*parts: str) -> object:
    return type("Some", (), dict.fromkeys(parts, len))()


@pytest.mark.parametrize("part", PARTS)
def test_an_importer_has_these_six_parts(part: str) -> None:
    assert isinstance(of(*PARTS), Importer)
    assert not isinstance(of(*(name for name in PARTS if name != part)), Importer)


def test_the_protocol_asks_for_two_methods_and_no_more() -> None:
    methods = {name for name in vars(Importer) if not name.startswith("_") and callable(getattr(Importer, name))}
    assert methods == {"recognise", "activities"}


def test_a_file_can_be_read_again_and_again(tmp_path: Path) -> None:
    for member in tree.members([written(tmp_path / "a", "text"), zipped(tmp_path / "z.zip", {"a": "text"})]):
        assert not isinstance(member, Skipped)
        for _ in range(2):
            with member.open() as stream:
                assert stream.read() == b"text"
            assert member.head() == member.head(4) == b"text"


def test_a_match_tells_why_and_has_no_problem_of_itself(tmp_path: Path) -> None:
    member: Member = members(written(tmp_path / "a", "x"))[0]
    match = Match(member, "shape", "1", 0.9, "because")
    assert (match.problem, match.hint, match.label) == (None, "", "")


@pytest.mark.parametrize("name", shelf.names())
def test_ours_keep_the_protocol(name: str, tmp_path: Path) -> None:
    assert isinstance(shelf.importer(name), Importer)
    assert shelf.importer(name).recognise(members(written(tmp_path / "a", "nothing of ours"))[0]) is None
