"""The port of a pod at home: chosen once, and looked at before every start.

It refuses to connect beyond loopback, and to end whatever holds a port.
"""

from __future__ import annotations

import errno
import secrets
import socket
from pathlib import Path

from lifepod.plain import plain

# Below what operating systems hand out for outgoing connections: a pod comes back to its port for years, and must not
# find a browser's connection on it.
_OURS = range(20_000, 30_000)
_LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def free_port() -> int:
    """A port nobody uses now."""
    for _ in range(50):
        port = secrets.choice(_OURS)
        if not is_used(port):
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_used(port: int) -> bool:
    """Whether a server could not listen there on loopback."""
    return any(_is_taken(family, address, port) for family, address in _LOOPBACK)


def _is_taken(family: socket.AddressFamily, address: str, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As Node does: connections that are only dying off do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
            probe.listen(1)
    except OSError as error:
        # Anything else (no IPv6 here, a port for root only) is no sign of another program.
        return error.errno == errno.EADDRINUSE
    return False


def by_whom(port: int) -> str:
    """``" by NAME (process N)"`` for who listens there, where Linux tells; else nothing."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
        except OSError:
            continue
        inodes |= {f"socket:[{r[9]}]" for r in rows if r[3] == "0A" and int(r[1].rsplit(":", 1)[1], 16) == port}
    for process in Path("/proc").glob("[0-9]*") if inodes else ():
        try:
            if any(str(handle.readlink()) in inodes for handle in (process / "fd").iterdir()):
                name = (process / "comm").read_text(errors="replace").strip()
                return f" by {plain(name, 40)} (process {process.name})"
        except OSError:
            continue
    return ""
