"""The readers that people use today, each in a process of the environment that ``make bench`` makes for them.

It refuses to be part of lifepod's own environment: what they need is theirs. Each prints how many things it read and
how many seconds of CPU that took; what they keep for the next time is switched off, since nothing of ours is kept.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

PYTHON = Path(__file__).resolve().parents[2] / "build" / "peers" / "bin" / "python"

_COUNT = """
began = time.process_time()
count = sum(1 for _ in {events})
print(count, time.process_time() - began)
"""
_BROWSEREXPORT = "from browserexport.parse import read_visits\n" + _COUNT.format(events="read_visits(sys.argv[1])")
_TAKEOUT = "from google_takeout_parser.parse_json import _parse_json_activity\n" + _COUNT.format(
    events="_parse_json_activity(Path(sys.argv[1]))"
)
_HPI_BROWSER = """
import my.config
from my.core.cachew import disabled_cachew
my.config.browser = type("browser", (), {"export": type("export", (), {"export_path": sys.argv[1]})})
from my.browser.export import history
with disabled_cachew():
""" + _COUNT.format(events="history()").replace("\n", "\n    ")
_HPI_GOOGLE = """
import my.config, shutil, tempfile
from my.core.cachew import disabled_cachew
with tempfile.TemporaryDirectory() as folder, disabled_cachew():
    inside = Path(folder, "Takeout", "My Activity", "Search")
    inside.mkdir(parents=True)
    shutil.copy(sys.argv[1], inside / "MyActivity.json")
    my.config.google = type("google", (), {"takeout_path": folder})
    from my.google.takeout.parser import events
""" + _COUNT.format(events="events(disable_takeout_cache=True)").replace("\n", "\n    ")

OF_BROWSERS = {"browserexport": _BROWSEREXPORT, "HPI": _HPI_BROWSER}
OF_GOOGLE = {"google_takeout_parser": _TAKEOUT, "HPI": _HPI_GOOGLE}
"""Name of a reader → what it runs."""


def read_by(script: str, path: Path) -> float | None:
    """Things a second of CPU, the best of two; ``None`` where the readers are not installed."""
    if not PYTHON.exists():
        return None
    return max(_once(script, path) for _ in range(2))


def _once(script: str, path: Path) -> float:
    whole = f"import logging, sys, time\nfrom pathlib import Path\nlogging.disable(logging.CRITICAL)\n{script}"
    done = subprocess.run([PYTHON, "-W", "ignore", "-c", whole, path], capture_output=True, text=True, check=True)
    count, seconds = (float(word) for word in done.stdout.split())
    if not count:
        raise RuntimeError("a reader read nothing")
    return count / seconds
