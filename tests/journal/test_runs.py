"""The record of an import: one per set of files, never doubled, and safe whatever importers are called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifepod import names
from lifepod.errors import Malformed
from lifepod.journal.runs import Input, Run, finished_inputs, write_run
from lifepod.rdf.flat import read_flat, text

URL = "https://pod.example/lifepod/imports/run.ttl"
INPUT = Input("ab" * 32, "History", 4096, "browser", "1", "chrome-history", 12, (("internal-url", 2), ("no-time", 1)))
RUN = Run((INPUT,), "2026-03-01T00:00:00Z")
DONE = replace(
    RUN, ended="2026-03-01T00:01:00Z", written=9, unchanged=1, duplicates=3, earliest="2025-12-01", latest="2025-12-31",
    introduced=(("journal/a.ttl", ()), ("journal/b.ttl", ("n-1", "n-2"))),
)  # fmt: skip


def said(run: Run, name: str) -> set[str]:
    return {o for _, p, o in read_flat(write_run(run), URL) if p.endswith(f"{name}>")}


def test_the_same_files_have_the_same_run_in_any_order() -> None:
    other = replace(INPUT, sha256="cd" * 32, name="elsewhere")
    assert replace(RUN, inputs=(INPUT, other)).name == replace(DONE, inputs=(other, INPUT)).name
    assert replace(RUN, inputs=(replace(INPUT, name="copy"),)).name == RUN.name


@pytest.mark.parametrize("other", [{"sha256": "cd" * 32}, {"importer": "x"}, {"version": "2"}])
def test_another_file_or_importer_is_another_run(other: dict[str, str]) -> None:
    assert replace(RUN, inputs=(replace(INPUT, **other),)).name != RUN.name  # type: ignore[arg-type]


def test_a_run_that_began_says_so_and_counts_nothing() -> None:
    assert said(RUN, "state") == {text("started")}
    assert said(RUN, "endedAtTime") == said(RUN, "written") == set()
    assert finished_inputs(write_run(RUN), URL) == frozenset()


def test_a_finished_run_says_what_came_of_it() -> None:
    assert said(DONE, "state") == {text("finished")}
    for name, count in (("written", 9), ("unchanged", 1), ("duplicates", 3), ("seen", 12)):
        assert said(DONE, f"#{name}") == {f'"{count}"^^<{names.XSD}integer>'}
    assert said(DONE, "reason") == {text("internal-url"), text("no-time")}
    assert said(DONE, "introduced") == {text("all"), text("n-1"), text("n-2")}
    assert said(DONE, "sha256") == {text("ab" * 32)}
    assert said(DONE, "earliest") | said(DONE, "latest") == {text("2025-12-01"), text("2025-12-31")}


@pytest.mark.parametrize("importer", ["browser", "my importer", "a>b", "ä/ö", 'x"y', "100%", ""])
@pytest.mark.parametrize("version", ["1", 'v"1\\'])
def test_the_files_of_a_finished_run_are_known_again(importer: str, version: str) -> None:
    one = replace(INPUT, importer=importer, version=version)
    two = replace(INPUT, sha256="cd" * 32, importer="other")
    found = finished_inputs(write_run(replace(DONE, inputs=(one, two))), URL)
    assert found == {(one.sha256, importer, version), (two.sha256, "other", "1")}


@pytest.mark.parametrize("name", ["\udcff.json", "a\x1b[31m.csv", 'a"b\\c', "x" * 3000])
def test_any_name_of_a_file_can_be_recorded(name: str) -> None:
    data = write_run(replace(DONE, inputs=(replace(INPUT, name=name),)))
    assert b"\x1b" not in data
    assert len(finished_inputs(data, URL)) == 1


def test_a_damaged_record_is_malformed() -> None:
    with pytest.raises(Malformed):
        finished_inputs(write_run(DONE)[:-9], URL)


def test_nothing_of_the_records_is_in_the_run() -> None:
    assert b"internal-url" in write_run(DONE)
    assert write_run(DONE) == write_run(replace(DONE))
