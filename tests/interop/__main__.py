"""`make interop`: asks all four servers everything, and writes what they can do into the README.

Exit code 1, and no table, where a single answer differs from what is pinned: something of ours broke, or a server
learned something and the pin beside the question is to be changed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from tests.conftest import SERVER_DIR
from tests.interop.stage import TITLES, Kind, Stage, css, staged
from tests.interop.suite import Capability, Pin, capabilities
from tests.interop.table import BEGIN, ORDER, put_into, table_of

import lifepod
from lifepod.home.server import RunningServer

README = Path(__file__).resolve().parents[2] / "README.md"
_QUESTION_SECONDS = 90.0


async def _asked(stage: Stage, questions: Sequence[Capability]) -> dict[tuple[Kind, str], Pin | Exception]:
    out: dict[tuple[Kind, str], Pin | Exception] = {}
    for one in questions:
        began = time.monotonic()
        try:
            async with asyncio.timeout(_QUESTION_SECONDS):
                found: Pin | Exception = await one.asked(stage)
        except Exception as error:
            found = error
        out[stage.kind, one.title] = found
        said = found.can.value if isinstance(found, Pin) else "FAILS"
        print(f"  {said:7}{one.title}  ({time.monotonic() - began:.1f} s)", flush=True)
    return out


async def _every(
    kinds: Sequence[Kind], questions: Sequence[Capability], folder: Path
) -> dict[tuple[Kind, str], Pin | Exception]:
    """One server after the other; the one that vouches for people on node-solid-server runs beside it."""
    out: dict[tuple[Kind, str], Pin | Exception] = {}

    async def ask(kind: Kind, issuer: RunningServer | None = None) -> None:
        print(TITLES[kind], flush=True)
        async with staged(kind, issuer) as stage:
            out.update(await _asked(stage, questions))

    shared = [kind for kind in kinds if kind in (Kind.CSS_WAC, Kind.NSS)]
    if shared:
        with css(folder) as server:
            for one in shared:
                await ask(one, server)
    for other in kinds:
        if other not in shared:
            await ask(other)
    return out


def main() -> int:
    """All servers, or some; the table is written only after all of them answered as they should."""
    parser = argparse.ArgumentParser(prog="interop", description=__doc__)
    parser.add_argument("--only", choices=[kind.value for kind in Kind], action="append", help="one server; no table")
    parser.add_argument("--ask", action="append", help="one question by its function's name; no table")
    parser.add_argument("--print", action="store_true", help="print the table instead of writing it")
    wanted = parser.parse_args()
    kinds = [kind for kind in ORDER if not wanted.only or kind.value in wanted.only]
    questions = [one for one in capabilities() if not wanted.ask or one.name in wanted.ask]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="interop-") as folder:
        os.environ |= {"LIFEPOD_CSS_DIR": SERVER_DIR, "LIFEPOD_DIR": folder}
        found = asyncio.run(_every(kinds, questions, Path(folder)))
    failures = {key: error for key, error in found.items() if isinstance(error, Exception)}
    for (kind, title), error in failures.items():
        print(f"\n{TITLES[kind]}: {title}", file=sys.stderr)
        traceback.print_exception(error, file=sys.stderr)
    print(f"{len(found)} answers, {len(failures)} failures, {time.monotonic() - began:.0f} s")
    answers = {key: pin for key, pin in found.items() if isinstance(pin, Pin)}
    if not failures and not wanted.only and not wanted.ask:
        _shown(table_of(questions, answers), only_print=wanted.print)
    return 1 if failures else 0


def _shown(table: str, *, only_print: bool) -> None:
    # What another copy of the program can do is not for this page to say.
    ours = Path(lifepod.__file__).resolve().is_relative_to(README.parent / "src")
    page = put_into(README.read_text("utf-8"), table) if ours and not only_print else None
    if page is None:
        why = "" if only_print else f"README.md has no {BEGIN}; the table:\n\n" if ours else "Not of this checkout:\n\n"
        print(why + table)
    else:
        README.write_text(page, "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
