"""The screen in a terminal that goes away."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time


def _painted(terminal: int, wanted: bytes) -> bool:
    seen, until = b"", time.monotonic() + 30
    while wanted not in seen and time.monotonic() < until:
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 65536)
    return wanted in seen


def test_a_terminal_that_was_closed_without_a_word_ends_the_screen() -> None:
    terminal, inner = pty.openpty()
    world = {k: v for k, v in os.environ.items() if k not in ("TEXTUAL_DRIVER", "LIFEPOD_PROFILE")}
    with subprocess.Popen(
        [sys.executable, "-m", "lifepod"],
        stdin=inner,
        stdout=inner,
        stderr=inner,
        env=world | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"},
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),  # as nohup does
    ) as process:
        os.close(inner)
        try:
            assert _painted(terminal, b"lifepod")
            os.close(terminal)
            assert process.wait(20) is not None, "it goes on, and nobody sees it"
        finally:
            process.kill()
