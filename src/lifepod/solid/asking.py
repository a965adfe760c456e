"""Queries with a clock: how long an answer is waited for.

It refuses to hold up the end of the program, and to wait for ever.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from lifepod.errors import TooBig
from lifepod.limits import LIMITS, Limits
from lifepod.rdf.sparql import Answer as Answer  # what is handed out
from lifepod.rdf.sparql import Stop, query_graph, query_of
from lifepod.rdf.turtle import Document


async def ask_document(document: Document, text: str, limits: Limits = LIMITS) -> Answer:
    """Ask one resource as it was read, without an index; raises :class:`Malformed` or :class:`TooBig`."""
    return await in_time(
        lambda stop: query_graph(document.graph, query_of(text), document.url, limits=limits, stop=stop), limits
    )


async def in_time(work: Callable[[Stop], Answer], limits: Limits = LIMITS) -> Answer:
    """Wait at most ``limits.query_seconds`` for work that asks now and then whether to stop; raises :class:`TooBig`.

    Work that does not ask goes on in its own thread, which never holds up the end of the program.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Answer] = loop.create_future()
    given_up = threading.Event()

    def run() -> None:
        try:
            found, failure = work(given_up.is_set), None
        except Exception as error:
            # What hangs on a traceback would keep the store open, and end in another thread than it may.
            error.__context__ = error.__cause__ = None
            found, failure = False, error.with_traceback(None)
        try:
            loop.call_soon_threadsafe(_settle, answer, found, failure)
        except RuntimeError:
            pass  # the loop has ended, and with it whoever asked

    threading.Thread(target=run, daemon=True, name="lifepod-query").start()
    try:
        return await asyncio.wait_for(answer, limits.query_seconds)
    except TimeoutError:
        raise TooBig(
            f"The query takes longer than {limits.query_seconds:.0f} seconds; it was given up.",
            advice="Ask for less: name a class or a property, or add a LIMIT.",
        ) from None
    finally:
        given_up.set()


def _settle(answer: asyncio.Future[Answer], found: Answer, failure: Exception | None) -> None:
    if answer.done():
        return
    if failure is not None:
        answer.set_exception(failure)
    else:
        answer.set_result(found)
