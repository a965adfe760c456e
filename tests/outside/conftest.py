"""Files of other projects lie beside the checkout; where they are not, their tests are not there either."""

from __future__ import annotations

from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "../shared/fixtures"

collect_ignore = [] if (FIXTURES / "MANIFEST.md").is_file() else ["test_fixtures.py"]
