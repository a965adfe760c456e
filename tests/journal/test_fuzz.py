"""Damaged exports of every kind, through the whole engine: records and reasons, never an error, a hang or silence.

`make fuzz N=…` runs it longer; a seed that fails is printed and stays failing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journal import test_facebook, test_instagram
from tests.journal.damage import damaged
from tests.journal.exports import NOW
from tests.journal.places import ride, semantic

from lifepod.home.story_files import write_story
from lifepod.owner.gather import FileReport, Wanted, gather
from lifepod.owner.spool import Spool

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures"
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "6"))
"""Times each file is damaged; read while the tests are collected, before settings of the machine are scrubbed."""
ANSWERS = {"now": NOW, "netflix.profile": "Alice", "qif.currency": "EUR", "qif.dates": "dmy"}
SECONDS = 20.0


def samples(folder: Path) -> Iterator[Path]:
    """Exports of every kind: the sample week's, and those of others where they are."""
    write_story(folder / "story")
    yield from sorted(p for p in (folder / "story").rglob("*") if p.is_file())
    if FIXTURES.is_dir():
        yield from sorted(p for p in FIXTURES.rglob("*") if p.is_file() and "LICENSE" not in p.name)
    yield from shapes_of_our_own(folder / "ours")


def shapes_of_our_own(folder: Path) -> Iterator[Path]:
    """Shapes that nobody has written a file of that may be kept here."""
    for name, module in (("facebook", test_facebook), ("instagram", test_instagram)):
        for shape, (tail, content, _) in module.INTERESTS.items():
            yield module.export(folder / f"{name} {shape}", tail, content)
    fans = {"followers_v3": [test_facebook.FOLLOWER, {"name": "Jo"}] * 20}
    yield test_facebook.export(folder, "people_who_followed_you.json", fans)
    for shape, content in test_instagram.FOLLOWERS.items():
        yield test_instagram.export(folder / shape, f"{test_instagram.FOLLOWS}/followers_1.json", content)
    way = [{"latE7": 488500000 + n, "lngE7": 23550000 - n * n} for n in range(300)]
    trips = [ride(), ride(waypointPath={"waypoints": way}), ride(simplifiedRawPath={"points": way[:9]})]
    yield semantic(folder / "timeline", *trips)


def read(path: Path) -> tuple[FileReport, ...]:
    with Spool() as spool:
        found = gather(Wanted([path], ANSWERS), spool)
        for journal_class, source in spool.sources():
            from lifepod.journal.layout import default_granularity

            for batch in spool.batches(journal_class, source, default_granularity(journal_class)):
                assert batch.records
        return found


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_whatever_happened_to_an_export_it_ends_in_records_and_reasons(turn: int, tmp_path: Path) -> None:
    for number, path in enumerate(samples(tmp_path / "whole")):
        seed = 1000 * turn + number
        hurt = tmp_path / "hurt" / path.name
        hurt.parent.mkdir(exist_ok=True)
        hurt.write_bytes(damaged(path.read_bytes(), seed))
        began = time.monotonic()
        for report in read(hurt):
            said = f"seed {seed}, {path.name}: {report}"
            assert report.seen == report.records + sum(dict(report.skipped).values()), said
            assert not report.importer or report.records or report.problem, said
            assert "failed on it" not in report.hint, said
            assert not report.problem or report.hint or report.problem == "unsupported-version", said
        assert time.monotonic() - began < SECONDS, f"seed {seed}, {path.name}"
        hurt.unlink()
