"""A real browser without a window, which goes through a login server's pages as a person would.

It refuses to be left out: where the machine has no Chromium, the tests that need one fail and say how to get it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
_MS = 30_000
"""How long one step may take."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Where the browser was at last."""

    address: str
    """The address the login server sent it to."""
    said: str
    """What the page there says; empty where it was not loaded."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in, and as which of their WebIDs."""

    email: str
    password: str
    webid: str = ""
    agrees: bool = True


class Chromium:
    """One browser for many logins, none with another's cookies; all of it lives in one thread, as its library wants."""

    def __init__(self, thread: ThreadPoolExecutor, browser: Browser) -> None:
        self._thread, self._browser = thread, browser

    def logs_in(self, address: str, who: Account, *, away: bool = False) -> Future[Ended]:
        """Open an address, log in with a password, choose the WebID, say yes (or no).

        ``away``: the browser runs on another device, and never reaches what listens on this one.
        """
        return self._thread.submit(self._logs_in, address, who, away)

    def _logs_in(self, address: str, who: Account, away: bool) -> Ended:
        return self._on_a_page(lambda page: _through(page, address, who, away))

    def _on_a_page(self, work: Callable[[Page], Ended]) -> Ended:
        context = self._browser.new_context()
        context.set_default_timeout(_MS)
        try:
            return work(context.new_page())
        finally:
            context.close()


def _through(page: Page, address: str, who: Account, away: bool) -> Ended:
    if away:
        page.route("http://127.0.0.1:*/**", lambda route: route.abort())
    page.goto(address)
    page.fill("#email", who.email)
    page.fill("#password", who.password)
    page.click("button[type=submit]")
    page.wait_for_selector("#authorize:enabled")
    if who.webid:
        page.check(f'input[name=webId][value="{who.webid}"]')
    with page.expect_request(lambda request: request.url.startswith("http://127.0.0.1:")) as going:
        page.click("#authorize" if who.agrees else "#cancel")
    if away:
        return Ended(going.value.url, "")
    page.wait_for_url("http://127.0.0.1:*/**")
    return Ended(going.value.url, page.inner_text("body"))


def found() -> str:
    """The Chromium of this machine; the test fails where it has none."""
    path = next((path for name in NAMES if (path := shutil.which(name))), None)
    if path is None:
        pytest.fail("No Chromium here, which the login's tests need. Debian, Ubuntu: apt-get install -y chromium")
    return path


@contextmanager
def running() -> Iterator[Chromium]:
    """A browser that is closed again, whatever happens."""
    path = found()
    with ThreadPoolExecutor(1) as thread:
        library = thread.submit(lambda: sync_playwright().start()).result()
        try:
            browser = thread.submit(lambda: library.chromium.launch(executable_path=path)).result()
            try:
                yield Chromium(thread, browser)
            finally:
                thread.submit(browser.close).result()
        finally:
            thread.submit(library.stop).result()
