"""The whole test of an importer: a sample, and what must come of it."""

from pathlib import Path

from radio_log import IMPORTER

from lifepod import golden

HERE = Path(__file__).parent


def test_the_sample_gives_the_golden_records():
    assert golden(IMPORTER, HERE / "radio_log.csv") == (HERE / "radio_log.golden").read_text()
