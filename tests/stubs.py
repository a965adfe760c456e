"""Makes ``blocking.pyi`` from the async signatures: ``python -m tests.stubs`` writes it, a test compares it.

It refuses to guess: what it cannot turn into a blocking signature stops it.
"""

from __future__ import annotations

import ast
import builtins
import copy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SRC = Path(__file__).resolve().parents[1] / "src" / "lifepod"
STUB = SRC / "blocking.pyi"
HEAD = '''"""Types of :mod:`lifepod.blocking`, made from the async signatures by ``python -m tests.stubs``."""

'''
CLASSES = {
    "Desk": ["owner/desk.py"],
    "Papers": ["owner/papers.py"],
    "Pod": ["solid/pod.py", "solid/resources.py"],
    "VendorDesk": ["vendor/desk.py"],
}
"""Each class, and the files whose class of that name, or of its base's, holds its methods."""
BASES = {"solid/resources.py": "Resources"}
FUNCTIONS = {"connect": "solid/door.py", "visit": "solid/door.py"}
DERIVED = {"Desk": ("profile", "Profile"), "Papers": ("now", "str"), "VendorDesk": ("profile", "Profile")}
"""Attributes that are made from an argument, and their type."""
GENERATORS = ("AsyncGenerator", "AsyncIterator")


class Imports:
    """Where each name in an annotation comes from."""

    def __init__(self) -> None:
        self.found: dict[str, set[str]] = {}
        self.plain: set[str] = set()

    def take(self, node: ast.AST, tree: ast.Module, module: str) -> None:
        """Every name of an annotation or a default, as its module imports or defines it."""
        for name in {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}:
            self._name(name, tree, module)

    def _name(self, name: str, tree: ast.Module, module: str) -> None:
        if name in CLASSES or hasattr(builtins, name):
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        self.found.setdefault(str(node.module), set()).add(alias.name)
                        return
        for node in tree.body:
            names = [t.id for t in getattr(node, "targets", []) if isinstance(t, ast.Name)]
            if getattr(node, "name", "") == name or name in names:
                self.found.setdefault(module, set()).add(name)
                return
        raise SystemExit(f"{module} uses {name}, and nobody knows from where")

    def lines(self) -> Iterator[str]:
        """As they stand at the head of the file."""
        for module in sorted(self.found):
            yield f"from {module} import {', '.join(sorted(self.found[module]))}"


def _returns(node: ast.AsyncFunctionDef | ast.FunctionDef, imports: Imports) -> str:
    said = ast.unparse(node.returns) if node.returns else "None"
    decorated = any(ast.unparse(d) == "asynccontextmanager" for d in node.decorator_list)
    for kind in GENERATORS:
        if said.startswith(kind + "["):
            inner = ast.unparse(node.returns.slice)  # type: ignore[union-attr]
            inner = inner.strip("()").removesuffix(", None") if kind == "AsyncGenerator" else inner
            return f"AbstractContextManager[{inner}]" if decorated else f"Iterator[{inner}]"
    return said.replace("AbstractAsyncContextManager[", "AbstractContextManager[")


def _signature(node: ast.AsyncFunctionDef | ast.FunctionDef, returns: str) -> str:
    arguments = copy.deepcopy(node.args)
    for defaults in (arguments.defaults, arguments.kw_defaults):
        for number, default in enumerate(defaults):
            if default is not None and not isinstance(default, ast.Constant):
                defaults[number] = ast.Constant(...)  # a value that only the implementation knows
    return f"def {node.name}({ast.unparse(arguments)}) -> {returns}: ..."


def _class(name: str, imports: Imports) -> Iterator[str]:
    yield f"class {name}:"
    yield "    def __enter__(self) -> Self: ..."
    yield "    def __exit__(self, *error: object) -> None: ..."
    seen: set[str] = set()
    if name in DERIVED:
        if not hasattr(builtins, DERIVED[name][1]):
            imports.found.setdefault("lifepod.solid.remembered", set()).add(DERIVED[name][1])
        yield f"    {DERIVED[name][0]}: {DERIVED[name][1]}"
    for file in CLASSES[name]:
        tree = ast.parse((SRC / file).read_text("utf-8"))
        module = "lifepod." + file.removesuffix(".py").replace("/", ".")
        wanted = BASES.get(file, name)
        body = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == wanted).body
        yield from _attributes(body, tree, module, imports)
        for node in body:
            if not isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef) or node.name in seen:
                continue
            if not node.name.startswith("_"):
                seen.add(node.name)
                yield from _member(node, (tree, module), imports)


def _member(
    node: ast.AsyncFunctionDef | ast.FunctionDef, where: tuple[ast.Module, str], imports: Imports
) -> Iterator[str]:
    returns = _returns(node, imports)
    imports.take(ast.parse(returns), ast.parse(_KNOWN + ast.unparse(where[0])), where[1])
    for argument in (*node.args.args, *node.args.kwonlyargs):
        if argument.annotation is not None:
            imports.take(argument.annotation, *where)
    for decorator in node.decorator_list:
        if ast.unparse(decorator) in ("classmethod", "property"):
            yield f"    @{ast.unparse(decorator)}"
    yield "    " + _signature(node, returns)


_KNOWN = (
    "from contextlib import AbstractContextManager\nfrom collections.abc import Iterator\nfrom typing import Self\n"
)


def _attributes(body: list[ast.stmt], tree: ast.Module, module: str, imports: Imports) -> Iterator[str]:
    init = next((n for n in body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)
    for node in ast.walk(init) if init else ():
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            target = node.targets[0].attr
            kinds = {a.arg: a.annotation for a in (*init.args.args, *init.args.kwonlyargs)} if init else {}
            kind = kinds.get(ast.unparse(node.value))
            if not target.startswith("_") and target != "nobody" and kind is not None:
                imports.take(kind, tree, module)
                yield f"    {target}: {ast.unparse(kind)}"


def stub() -> str:
    """The whole file."""
    imports = Imports()
    imports.found["typing"] = {"Self"}
    out: list[str] = []
    for name in CLASSES:
        out += [*_class(name, imports), ""]
    for name, file in FUNCTIONS.items():
        tree = ast.parse((SRC / file).read_text("utf-8"))
        node = next(n for n in tree.body if isinstance(n, ast.AsyncFunctionDef) and n.name == name)
        imports.found.setdefault("contextlib", set()).add("AbstractContextManager")
        out.append(_signature(node, _returns(node, imports)))
    text = HEAD + "\n".join(imports.lines()) + "\n\n" + "\n".join(out) + "\n"
    for command in (["check", "--select", "I", "--fix-only", "--quiet"], ["format", "--quiet"]):
        whole = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(STUB), "-"]
        text = subprocess.run(whole, input=text, capture_output=True, text=True, check=True, cwd=SRC).stdout
    return text


if __name__ == "__main__":
    STUB.write_text(stub(), "utf-8")
