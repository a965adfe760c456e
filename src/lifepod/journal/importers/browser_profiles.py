"""Which browser and which of its profiles a file belongs to, told from where it lies.

It refuses to put an e-mail address, a phone number or a person's name for a folder above the profile into an address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from lifepod.journal.redact import slug

Programs = Mapping[str, tuple[str, str]]
"""How a program's name stands in paths (a pattern) → its name in an address, and as a person writes it."""

FIREFOX: Programs = MappingProxyType({
    "firefox": ("firefox", "Firefox"), "librewolf": ("librewolf", "LibreWolf"), "waterfox": ("waterfox", "Waterfox"),
    "floorp": ("floorp", "Floorp"), "pale ?moon": ("palemoon", "Pale Moon"), "zen": ("zen", "Zen"),
})  # fmt: skip
"""Programs that keep history and cookies as Firefox does; the one that is meant where no path tells comes first."""
CHROME: Programs = MappingProxyType({
    "chrome": ("chrome", "Chrome"), "chromium": ("chromium", "Chromium"), "brave": ("brave", "Brave"),
    "edge": ("edge", "Edge"), "vivaldi": ("vivaldi", "Vivaldi"), "opera[ -]gx": ("operagx", "Opera GX"),
    "opera": ("opera", "Opera"), "arc": ("arc", "Arc"),
})  # fmt: skip
"""The same for Chrome."""
SAFARI: Programs = MappingProxyType({"safari": ("safari", "Safari")})
"""The same for Safari."""
_SHOWN = {name: shown for family in (FIREFOX, CHROME, SAFARI) for name, shown in family.values()}
_UUID = re.compile(r"([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f-]{4,}", re.IGNORECASE)


def source_of(path: str, programs: Programs) -> str:
    """The source slug: ``firefox-default-release``, ``chrome-profile-1``."""
    # The name nearest to the file, as a word of its own: "arc" is also in "search" and "archive".
    said = re.findall(rf"(?<![a-z])(?:{'|'.join(programs)})(?![a-z])", path.lower())
    known = next((names for word, names in programs.items() if said and re.fullmatch(word, said[-1])), None)
    program, _ = known or next(iter(programs.values()))
    return f"{program}-{slug(_profile(path, programs)) or 'default'}"


def shown(source: str) -> str:
    """The program as a person writes it, of a source slug."""
    program = source.split("-")[0]
    return _SHOWN.get(program, program.capitalize())


def _profile(path: str, programs: Programs) -> str:
    folders = path.split("/")[:-1]
    if folders and folders[-1] == "Network":  # where Chrome keeps its cookies since 2021
        folders.pop()
    folder = folders[-1] if folders else ""
    if programs is SAFARI:
        unique = _UUID.fullmatch(folder)
        return unique.group(1) if unique else ""
    if programs is CHROME:
        return folder if re.fullmatch(r"Default|Profile \d{1,4}|Guest Profile", folder) else ""
    profile = folder.split(".", 1)[1] if re.match(r"[a-z0-9]{8}\.", folder) else ""
    # Some programs name profiles after the account.
    return "named" if re.search(r"@|\d{6}", profile) else profile
