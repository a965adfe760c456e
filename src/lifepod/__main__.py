"""The hall: no arguments and a terminal open the screen, everything else is a command line.

It refuses to import either door before it knows which one is wanted.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the program ``lifepod``."""
    from lifepod.cli.main import OpenScreen, run, speaking

    argv = sys.argv[1:]
    result = OpenScreen(None) if not argv and sys.stdin.isatty() and sys.stdout.isatty() else run(argv)
    if not isinstance(result, OpenScreen):
        raise SystemExit(result)

    from lifepod.tui.app import show

    try:
        raise SystemExit(speaking(lambda: show(result.profile)))
    finally:
        result.close()


if __name__ == "__main__":
    main()
