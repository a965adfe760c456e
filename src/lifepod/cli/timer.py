"""`guard --install`: the guard once an hour, by a timer of the person's own (systemd), or how to do it elsewhere.

It refuses to ask for rights it does not need: nothing is written outside the person's own settings.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from lifepod.cli.options import Common

_SERVICE = """[Unit]
Description=lifepod guard: close what has ended, report what has drifted

[Service]
Type=oneshot
ExecStart={command}
SuccessExitStatus=18
"""
_TIMER = """[Unit]
Description=lifepod guard, every hour

[Timer]
OnBootSec=5min
OnUnitActiveSec=1h
Persistent=true

[Install]
WantedBy=timers.target
"""


def install(options: Common) -> int:
    """Write the two unit files, and say the one command that starts them; elsewhere say what to put into cron."""
    words = [sys.executable, "-m", "lifepod", "guard"]
    command = " ".join([*words, "--profile", options.profile] if options.profile else words)
    if shutil.which("systemctl") is None:
        line = f"0 * * * * {command}"
        said = f"No systemd here. Add this line with `crontab -e`: {line}"
        options.voice.data({"installed": [], "cron": line}, [said])
        return 0
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = {"lifepod-guard.service": _SERVICE.format(command=command), "lifepod-guard.timer": _TIMER}
    for name, text in made.items():
        (folder / name).write_text(text)
    start = "systemctl --user enable --now lifepod-guard.timer"
    paths = [str(folder / name) for name in made]
    options.voice.data({"installed": paths, "start": start}, [*(f"Wrote {p}" for p in paths), f"Start it: {start}"])
    return 0
