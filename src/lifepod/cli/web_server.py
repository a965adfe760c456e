"""Serves the screen to browsers of this machine: a process of the program for each tab, behind a word that works once.

It refuses to listen on anything but 127.0.0.1, to answer a name of a host that is not its own (a web page could lead
such a name here), to open a line that no page of its own asked for, and to leave a process behind.

* The word is exchanged for a cookie and then dead. Cookies do not know ports: it is bound to a path nobody can guess,
  so that no other server of this machine is ever sent it.
* Nothing is logged: addresses would hold the word.
"""

from __future__ import annotations

import asyncio
import secrets
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import textual_serve.server
from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from lifepod.cli.web_page import FOCUS, HEADERS, leading_in, policy, terminal
from lifepod.errors import NotReady

COOKIE = "lifepod"
_HOST = "127.0.0.1"
_MOST = 8
"""Screens at one time."""
_PATIENCE = 4.0
"""Seconds a screen may take to end at each way of asking it."""
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STATIC = Path(textual_serve.server.__file__).parent / "static"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """One run of ``lifepod web``."""

    def __init__(self, port: int, command: tuple[str, ...]) -> None:
        self._port, self._command = port, command
        self._word = secrets.token_urlsafe(32)
        self._cookie = secrets.token_urlsafe(32)
        self._root = f"/{secrets.token_hex(16)}/"
        self._entered: Callable[[], None] = lambda: None
        self._screens: dict[_Screen, web.WebSocketResponse] = {}

    @property
    def host(self) -> str:
        """Host and port, once it listens."""
        return f"{_HOST}:{self._port}"

    @property
    def url(self) -> str:
        """Where it answers; that alone lets nobody in."""
        return f"http://{self.host}/"

    @property
    def entrance(self) -> str:
        """The address that lets one browser in, once; a secret."""
        return f"{self.url}enter/{self._word}"

    async def until_stopped(self, ready: Callable[[], None], entered: Callable[[], None]) -> None:
        """Serve until a signal says to stop; raises :class:`~lifepod.errors.NotReady` where the port is taken.

        ``ready`` is called once it listens, ``entered`` when the word has been used.
        """
        self._entered = entered
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in _STOPPING:
            loop.add_signal_handler(number, stop.set)
        runner = web.AppRunner(self._app(), access_log=None, handle_signals=False, shutdown_timeout=_PATIENCE)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, _HOST, self._port).start()
            except OSError as error:
                raise NotReady(
                    f"Port {self._port} of this machine cannot be used ({error.strerror or error}).",
                    advice="Name another one with --port, or leave it away for any free one.",
                ) from None
            self._port = runner.addresses[0][1]
            ready()
            await stop.wait()
        finally:
            await runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._guarded])
        app.router.add_get("/enter/{word}", self._enter, allow_head=False)
        app.router.add_get(self._root, self._page, allow_head=False)
        app.router.add_get(f"{self._root}focus.js", self._focus, allow_head=False)
        app.router.add_get(f"{self._root}line", self._line, allow_head=False)
        app.router.add_static(f"{self._root}static", _STATIC)
        app.on_shutdown.append(self._end_all)
        return app

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Only our own name, and only with the cookie; no answer tells which of the two was missing."""
        named = request.headers.getall("Host", [])
        is_entrance = request.match_info.handler == self._enter
        if named != [self.host] or not (is_entrance or _is(self._cookie, request.cookies.get(COOKIE, ""))):
            return _refused()
        try:
            answer = await handler(request)
        except web.HTTPException as missing:
            return _refused(missing.status)
        if not answer.prepared:
            answer.headers.update(HEADERS)
        return answer

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        if not self._word or not _is(self._word, request.match_info["word"]):
            return _refused()
        self._word = ""
        self._entered()
        # Not a redirect: the cookie is only sent where a page of ours leads on.
        answer = web.Response(text=leading_in(self._root), content_type="text/html")
        answer.set_cookie(COOKIE, self._cookie, path=self._root, httponly=True, samesite="Strict")
        return answer

    async def _page(self, request: web.Request) -> web.StreamResponse:
        asked = request.query.get("fontsize", "")
        size = int(asked) if asked.isascii() and asked.isdecimal() and 8 <= int(asked[:3]) <= 40 else 16
        text = terminal(self._root, f"ws://{self.host}{self._root}line", size)
        headers = {"Content-Security-Policy": policy(self.host)}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def _focus(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text=FOCUS, content_type="text/javascript")

    async def _line(self, request: web.Request) -> web.StreamResponse:
        """A screen of its own for a tab, for as long as the tab is open."""
        if request.headers.getall("Origin", []) != [f"http://{self.host}"] or len(self._screens) >= _MOST:
            return _refused()
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=1_000_000)
        screen = _Screen(self._command, socket)
        self._screens[screen] = socket
        try:
            await socket.prepare(request)
            await screen.start(_cells(request, "width", 80), _cells(request, "height", 24))
            await screen.listen(socket)
        except (ConnectionError, OSError):
            pass  # the tab was closed, or no process could be started: the page says that it is closed
        finally:
            self._screens.pop(screen, None)
            await asyncio.shield(screen.stop())
            await socket.close()
        return socket

    async def _end_all(self, app: web.Application) -> None:
        screens = dict(self._screens)
        await asyncio.gather(*(screen.stop() for screen in screens), return_exceptions=True)
        await asyncio.gather(*(socket.close() for socket in screens.values()), return_exceptions=True)


class _Screen(AppService):
    """One process of the program, and the line of a tab to it."""

    def __init__(self, command: tuple[str, ...], socket: web.WebSocketResponse) -> None:
        super().__init__(
            "",
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=self._closed,
            download_manager=DownloadManager(),
        )
        self._argv, self._socket = command, socket
        self._stopping = asyncio.Lock()

    async def _closed(self) -> None:
        await self._socket.close()

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        # Without a shell, and so that what the program says when it fails goes where ours goes.
        self._process = process = await asyncio.create_subprocess_exec(
            *self._argv, stdin=PIPE, stdout=PIPE, env=self._build_environment(width, height)
        )
        nothing = asyncio.StreamReader()
        nothing.feed_eof()
        process.stderr = nothing
        self._stdin = process.stdin
        return process

    async def listen(self, socket: web.WebSocketResponse) -> None:
        """Pass on what the tab sends."""
        async for message in socket:
            if message.type is web.WSMsgType.TEXT:
                with suppress(ValueError, TypeError, LookupError, AttributeError):
                    await self._take(message.json())

    async def _take(self, envelope: list[object]) -> None:
        match envelope:
            case ["stdin", str(text)]:
                await self.send_bytes(text.encode("utf-8", "replace"))
            case ["resize", {"width": int(width), "height": int(height)}]:
                await self.set_terminal_size(_bounded(width), _bounded(height))
            case ["ping", str(data)]:
                await self._socket.send_json(["pong", data])
            case ["blur"]:
                await self.blur()
            case ["focus"]:
                await self.focus()

    async def stop(self) -> None:
        """End the process, the gentle way first, and wait until it is gone."""
        async with self._stopping:
            task, process = self._task, self._process
            if task is None or process is None:
                return
            with suppress(ConnectionError):
                await self.send_meta({"type": "quit"})
            for harder in (process.terminate, process.kill, None):
                if await _gone(process, task) or harder is None:
                    break
                with suppress(ProcessLookupError):
                    harder()
            task.cancel()
            self._task = None


async def _gone(process: Process, task: asyncio.Task[None]) -> bool:
    """Whether it ends soon; what it still writes is read meanwhile, or it could not."""
    try:
        async with asyncio.timeout(_PATIENCE):
            await asyncio.wait([task])
            while process.stdout is not None and await process.stdout.read(65_536):
                pass
            await process.wait()
    except TimeoutError:
        return False
    return True


def _is(secret: str, said: str) -> bool:
    return secrets.compare_digest(secret.encode(), said.encode("utf-8", "surrogateescape"))


def _cells(request: web.Request, name: str, default: int) -> int:
    said = request.query.get(name, "")
    return _bounded(int(said)) if said.isascii() and said.isdecimal() and len(said) < 5 else default


def _bounded(cells: int) -> int:
    return min(max(cells, 1), 1000)


def _refused(status: int = 403) -> web.Response:
    return web.Response(text="Refused.\n", status=status, headers=HEADERS)
