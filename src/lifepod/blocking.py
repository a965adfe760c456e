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
from lifepod.owner import papers as owner_papers
from lifepod.solid import door as solid_door
from lifepod.solid import pod as solid_pod
from lifepod.vendor import desk as vendor_desk

_OPEN: dict[BlockingPortal, set[_Pump]] = {}
"""The portals that are open, each with the iterators that are stepped in it."""
_GOODBYE = 2.0
"""How long an iterator that is left may take to close what it holds, seconds; then it is cut off."""


@contextmanager
def _portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        _OPEN[portal] = set()
        try:
            yield portal
        finally:
            del _OPEN[portal]


def _leave_iterators(portal: BlockingPortal) -> None:
    """What a program forgot to close is closed before that which it was asked of."""
    for pump in tuple(_OPEN[portal]):
        pump.stop()


def _must_be_open(portal: BlockingPortal | None, what: str) -> BlockingPortal:
    if portal is None or portal not in _OPEN:
        raise NotReady(f"This {what} is not open.", advice="Use it inside its `with` block.")
    return portal


class _Twin:
    """One async object seen from outside its loop."""

    _of: type

    def __init__(self, inner: Any, portal: BlockingPortal | None = None) -> None:
        self._inner, self._portal = inner, portal
        self._own: Any = None

    def __enter__(self) -> Self:
        self._own = _portal()
        self._portal = self._own.__enter__()
        self._portal.call(self._inner.__aenter__)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        portal = self._loop()
        try:
            _leave_iterators(portal)
            portal.call(self._inner.__aexit__, kind, error, trace)
        finally:
            self._portal = None
            self._own.__exit__(kind, error, trace)  # with an error what still runs is cut off

    def _loop(self) -> BlockingPortal:
        return _must_be_open(self._portal, type(self).__name__)

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
    """One step at a time, until it ends, is left, or Ctrl-C comes while it waits."""
    pump = _Pump(_must_be_open(portal, "iterator"), items)
    try:
        while True:
            what, value = pump.next()
            if what == "item":
                yield value
            elif what == "error":
                raise value
            else:
                return
    finally:
        pump.stop()


class _Pump:
    """Steps an async iterator all in one task: what is opened in a task must be closed in it."""

    def __init__(self, portal: BlockingPortal, items: AsyncIterator[Any]) -> None:
        self._portal, self._items = portal, items
        self._asked: asyncio.Queue[bool] = portal.call(_queue)
        self._heard: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._stepping: asyncio.Task[Any] | None = None
        self._left = False
        self._run = portal.start_task_soon(self._runs)
        _OPEN[portal].add(self)

    def next(self) -> tuple[str, Any]:
        """The next item, the end, or the error that came instead; raises :class:`NotReady` where all is closed."""
        _must_be_open(self._portal, "iterator").call(self._asked.put, True)
        return self._heard.get()

    def stop(self) -> None:
        """Close the iterator, also one that waits for what may never come."""
        if self not in _OPEN.get(self._portal, ()):
            return
        self._portal.call(self._leave)
        _OPEN[self._portal].discard(self)
        try:
            while self._heard.get(timeout=_GOODBYE)[0] != "over":
                pass
        except queue.Empty:
            self._run.cancel()

    def _leave(self) -> None:
        self._left = True  # a step that was asked for and has not begun is not taken any more
        self._asked.put_nowait(False)
        if self._stepping is not None:
            # Once, and not by the portal's own cancelling, which would cut off every await of the closing too.
            self._stepping.cancel()

    async def _runs(self) -> None:
        try:
            while await self._asked.get() and not self._left:
                self._heard.put(await self._step())
        finally:
            close = getattr(self._items, "aclose", None)
            try:
                if close is not None:
                    await close()
            finally:
                self._heard.put(("over", None))

    async def _step(self) -> tuple[str, Any]:
        self._stepping = asyncio.current_task()
        try:
            return "item", await anext(self._items)
        except StopAsyncIteration:
            return "end", None
        except Exception as error:  # it is raised again, in the thread that asked
            return "error", error
        finally:
            self._stepping = None


async def _queue() -> asyncio.Queue[bool]:
    return asyncio.Queue()


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
Papers = _twin(owner_papers.Papers)
Pod = _twin(solid_pod.Pod)
VendorDesk = _twin(vendor_desk.VendorDesk)
_TWINS: dict[type, type[_Twin]] = {twin._of: twin for twin in (Desk, Papers, Pod, VendorDesk)}


def _opened(of: Callable[..., AbstractAsyncContextManager[Any]]) -> Callable[..., Any]:
    @functools.wraps(of)
    def call(*args: Any, **named: Any) -> Any:
        return _with_portal(of(*args, **named))

    return call


@contextmanager
def _with_portal(manager: AbstractAsyncContextManager[Any]) -> Iterator[Any]:
    with _portal() as portal, _within(portal, manager) as value:
        try:
            yield value
        finally:
            _leave_iterators(portal)


connect = _opened(solid_door.connect)
visit = _opened(solid_door.visit)
__all__ = ["Desk", "Papers", "Pod", "VendorDesk", "connect", "visit"]
