"""The hall: no command and a terminal open the screen, everything else is a command line.

It refuses to import either door before it knows which one is wanted.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the program ``lifepod``."""
    from lifepod.cli.opening import OpenScreen, has_screen

    if len(sys.argv) == 1 and has_screen():
        result: int | OpenScreen = OpenScreen()  # the screen waits for no command to be read
    else:
        from lifepod.cli.main import run

        result = run(sys.argv[1:])
    if not isinstance(result, OpenScreen):
        raise SystemExit(result)
    try:
        raise SystemExit(_shown(result.profile))
    finally:
        result.close()


def _shown(profile: str | None) -> int:
    """The screen, to its end; its exit code, or that of what stopped it, which is said as a command line says it."""
    from lifepod.cli.beginnings import beginnings
    from lifepod.tui.app import show

    try:
        return show(profile, beginnings())
    except (Exception, KeyboardInterrupt) as error:
        return _said(error)


def _said(error: BaseException) -> int:
    from lifepod.cli.main import speaking

    def again() -> None:
        raise error

    code = speaking(again)
    return code if isinstance(code, int) else 1


if __name__ == "__main__":
    main()
