"""The hall: no command and a terminal open the screen, everything else is a command line.

It refuses to import either door before it knows which one is wanted.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the program ``lifepod``."""
    from lifepod.cli.main import OpenScreen, run, speaking

    result = run(sys.argv[1:])
    if not isinstance(result, OpenScreen):
        raise SystemExit(result)

    from lifepod.cli.beginnings import beginnings
    from lifepod.tui.app import show

    try:
        raise SystemExit(speaking(lambda: show(result.profile, beginnings())))
    finally:
        result.close()


if __name__ == "__main__":
    main()
