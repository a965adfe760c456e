"""The command ``web`` without a browser: what it says where it cannot serve, and what it never says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lifepod.cli import main, web
from lifepod.cli.say import Voice
from lifepod.cli.web_page import leading_in, policy, terminal
from lifepod.cli.web_server import Server


def test_without_the_extra_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    for name in ("lifepod.cli.web_server", "textual_serve.server", "textual_serve.app_service"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert main.run(["web", "--no-open"]) == 15
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 2
    assert "pip install 'lifepod[web]'" in said.err


def test_a_login_that_is_not_there_is_told_before_anything_listens(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["web", "--no-open", "--profile", "ghost"]) == 3
    assert "There is no login called ghost" in capsys.readouterr().err


def test_each_run_has_words_of_its_own() -> None:
    first, second = Server(0, ("x",)), Server(0, ("x",))
    assert first.entrance != second.entrance
    assert first.entrance.startswith("http://127.0.0.1:")


def test_the_login_goes_on_to_the_screen() -> None:
    assert web._server(0, "work")._command[-2:] == ("--profile", "work")
    assert "--profile" not in web._server(0, None)._command


def test_no_page_holds_a_script_or_a_thing_from_elsewhere() -> None:
    page = terminal("/r/", "ws://127.0.0.1:1/r/line", 16)
    assert "https://" not in page
    assert "<script>" not in page
    assert "onclick" not in page.lower()
    assert "'unsafe-eval'" not in policy("127.0.0.1:1")
    assert "script-src 'self';" in policy("127.0.0.1:1")


def test_an_address_is_no_markup_in_a_page() -> None:
    assert '"><b>' not in leading_in('http://127.0.0.1:1/"><b>')


def test_the_page_that_leads_in_is_written_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    server, page = Server(4711, ("x",)), tmp_path / "lifepod.html"
    web._tell(Voice(), web.How(0, no_open=True), server, page)
    assert page.stat().st_mode & 0o777 == 0o600
    assert server.entrance in page.read_text()
    said = capsys.readouterr()
    assert server.entrance not in said.out + said.err, "an output that is no terminal may be kept by somebody"
    assert opened == []
    web._tell(Voice(), web.How(0, no_open=False), server, page)
    for _ in range(200):
        if opened:
            break
        __import__("time").sleep(0.01)
    assert opened == [page.as_uri()], "the address would stand in the process list"
