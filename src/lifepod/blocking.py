"""The same objects without ``await``: ``from lifepod.blocking import Desk, VendorDesk, connect, visit``.

It refuses to have a behaviour of its own: each call runs the async one on an event loop in a thread of its own (a
portal), and gives back what that gives. Async iterators become plain ones, async context managers plain ones. What is
handed in and called (progress, callbacks) is called in that thread.

Types are those of ``blocking.pyi``, made from the async signatures; a test compares the two.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import queue
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from types import TracebackType
from typing import Any, Self

from anyio.from_thread import BlockingPortal, start_blocking_portal

from lifepod.errors import NotReady
from lifepod.owner import desk as owner_desk
from lifepod.solid import door as solid_door
from lifepod.solid import pod as solid_pod
from lifepod.vendor import desk as vendor_desk


class _Twin:
    """One async object seen from outside its loop."""

    _of: type

    def __init__(self, inner: Any, portal: BlockingPortal | None = None) -> None:
        self._inner, self._portal = inner, portal
        self._own: Any = None

    def __enter__(self) -> Self:
        self._own = start_blocking_portal()
        self._portal = self._own.__enter__()
        self._portal.call(self._inner.__aenter__)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._loop().call(self._inner.__aexit__, kind, error, trace)
        finally:
            self._portal = None
            self._own.__exit__(None, None, None)

    def _loop(self) -> BlockingPortal:
        if self._portal is None:
            raise NotReady(f"This {type(self).__name__} is not open.", advice="Use it in a `with` block.")
        return self._portal

    def __repr__(self) -> str:
        return f"<blocking {self._inner!r}>"


def _seen(portal: Callable[[], BlockingPortal], value: Any) -> Any:
    """What an async object gave, as it is seen from outside its loop."""
    twin = _TWINS.get(type(value))
    if twin is not None:
        return twin(value, portal())
    if isinstance(value, AbstractAsyncContextManager) and not isinstance(value, AsyncIterator):
        return _within(portal(), value)
    return _steps(portal(), value) if isinstance(value, AsyncIterator) else value


@contextmanager
def _within(portal: BlockingPortal, manager: AbstractAsyncContextManager[Any]) -> Iterator[Any]:
    with portal.wrap_async_context_manager(manager) as value:
        yield _seen(lambda: portal, value)


def _steps(portal: BlockingPortal, items: AsyncIterator[Any]) -> Iterator[Any]:
    """One step at a time, all in one task: what an iterator opened in it must be closed in it."""
    asked: asyncio.Queue[bool] = portal.call(_queue)
    heard: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    portal.start_task_soon(_pump, items, asked, heard)
    try:
        while True:
            portal.call(asked.put, True)
            what, value = heard.get()
            if what == "item":
                yield value
            elif what == "error":
                raise value
            else:
                return
    finally:
        portal.call(asked.put, False)
        while heard.get()[0] != "over":
            pass


async def _queue() -> asyncio.Queue[bool]:
    return asyncio.Queue()


async def _pump(items: AsyncIterator[Any], asked: asyncio.Queue[bool], heard: queue.SimpleQueue[Any]) -> None:
    try:
        while await asked.get():
            try:
                heard.put(("item", await anext(items)))
            except StopAsyncIteration:
                heard.put(("end", None))
            except Exception as error:
                heard.put(("error", error))
    finally:
        close = getattr(items, "aclose", None)
        try:
            if close is not None:
                await close()
        finally:
            heard.put(("over", None))


def _method(of: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(of)
    def call(self: _Twin, *args: Any, **named: Any) -> Any:
        if inspect.iscoroutinefunction(of):
            value = self._loop().call(functools.partial(of, self._inner, *args, **named))
        else:
            value = of(self._inner, *args, **named)
        return _seen(self._loop, value)

    return call


def _twin(of: type) -> type[_Twin]:
    names = {name for kind in of.__mro__[:-1] for name in vars(kind) if not name.startswith("_")}
    body: dict[str, Any] = {"__doc__": of.__doc__, "__module__": __name__, "_of": of}
    for name in names:
        member = inspect.getattr_static(of, name)
        if isinstance(member, classmethod):
            body[name] = classmethod(_maker(member.__func__, of))
        elif isinstance(member, property):
            body[name] = property(functools.partial(_value, name), doc=member.__doc__)
        elif inspect.isfunction(member):
            body[name] = _method(member)
    body["__getattr__"] = lambda self, name: _attribute(self, name)
    return type(of.__name__, (_Twin,), body)


def _maker(of: Callable[..., Any], kind: type) -> Callable[..., Any]:
    @functools.wraps(of)
    def make(cls: type[_Twin], *args: Any, **named: Any) -> _Twin:
        return cls(of(kind, *args, **named))

    return make


def _value(name: str, twin: _Twin) -> Any:
    return getattr(twin._inner, name)


def _attribute(twin: _Twin, name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    return getattr(twin._inner, name)


Desk = _twin(owner_desk.Desk)
Pod = _twin(solid_pod.Pod)
VendorDesk = _twin(vendor_desk.VendorDesk)
_TWINS: dict[type, type[_Twin]] = {owner_desk.Desk: Desk, solid_pod.Pod: Pod, vendor_desk.VendorDesk: VendorDesk}


def _opened(of: Callable[..., AbstractAsyncContextManager[Any]]) -> Callable[..., Any]:
    @functools.wraps(of)
    def call(*args: Any, **named: Any) -> Any:
        return _with_portal(of(*args, **named))

    return call


@contextmanager
def _with_portal(manager: AbstractAsyncContextManager[Any]) -> Iterator[Any]:
    with start_blocking_portal() as portal, _within(portal, manager) as value:
        yield value


connect = _opened(solid_door.connect)
visit = _opened(solid_door.visit)
__all__ = ["Desk", "Pod", "VendorDesk", "connect", "visit"]
