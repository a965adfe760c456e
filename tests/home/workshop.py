"""A Node of the tests' own, with an npm and a server that do as they are told; everything of ours is real."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from lifepod.home.install import SERVER_JS
from lifepod.home.node import find_node

ANSWERS = """
const http = require('node:http');
const port = process.argv[process.argv.indexOf('-p') + 1];
http.createServer((asked, reply) => { reply.setHeader('Connection', 'close'); reply.end('{}'); }).listen(port);
"""
"""A server that answers everything with 200."""
DIES = "console.error('\\u001b[31m2026 [Main] error: no room for \\u202eyou\\u001b[39m'); process.exit(3);"
NEVER = "setInterval(() => {}, 1000);"
"""A server that never listens."""


class Workshop:
    """A folder with ``bin/node`` (a real one), its npm, and the place where servers are installed."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.bin = top / "bin"
        self.servers = top / "servers"
        self._npm = top / "lib/node_modules/npm/bin/npm-cli.js"
        self._calls = top / "calls"
        self.bin.mkdir(parents=True)
        self._npm.parent.mkdir(parents=True)
        self._calls.mkdir()
        _copy(find_node().path, self.bin / "node")
        self.npm_does()

    def npm_does(self, script: str = "", *, server: str = ANSWERS) -> None:
        """What npm does after it has noted its call; by default it installs ``server``."""
        install = (
            f"fs.mkdirSync(path.dirname({json.dumps(SERVER_JS)}), {{recursive: true}});"
            f"fs.writeFileSync({json.dumps(SERVER_JS)}, {json.dumps(server)}); process.exit(0);"
        )
        self._npm.write_text(
            "const fs = require('node:fs'), path = require('node:path');"
            f"fs.writeFileSync(path.join({json.dumps(str(self._calls))}, String(process.pid)),"
            " JSON.stringify({args: process.argv.slice(2), cwd: process.cwd(), files: fs.readdirSync('.')}));"
            + (script or install)
        )

    @property
    def calls(self) -> list[dict[str, object]]:
        """How npm was called, each time."""
        return [json.loads(file.read_text()) for file in self._calls.iterdir()]

    @property
    def callers(self) -> list[int]:
        """Process ids npm had."""
        return [int(file.name) for file in self._calls.iterdir()]


def _copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def is_alive(pid: int) -> bool:
    """Whether this process runs; one that is dead and only not yet counted by its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False
