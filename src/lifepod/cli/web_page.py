"""The pages around the screen in a browser: the one that leads in, the one that holds the terminal.

It refuses anything from elsewhere: no script, font or picture comes from another host, and no script stands in a page.
"""

from __future__ import annotations

from html import escape

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Of every answer."""


FOCUS = """// The keys go to the screen at once, and again whenever the page comes back to the front.
"use strict";
const keys = () => document.querySelector(".xterm-helper-textarea");
const focus = () => { const found = keys(); if (found) { found.focus(); } return Boolean(found); };
addEventListener("load", () => {
  const waiting = setInterval(() => { if (focus()) { clearInterval(waiting); } }, 50);
});
addEventListener("focus", focus);
"""
"""The only script of ours, a file of its own like the other."""


def policy(host: str) -> str:
    """What the page may load: its own files, and the line to its own screen."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        f"img-src 'self' data: blob:; connect-src 'self' ws://{host}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def leading_in(address: str) -> str:
    """Goes to an address; as a file, so that the address stands in no process list."""
    target = escape(address)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<meta http-equiv="refresh" content="0;url={target}"><title>lifepod</title></head>'
        f'<body><p>Opening lifepod. <a href="{target}">Go on</a></p></body></html>\n'
    )


def terminal(root: str, socket: str, font_size: int) -> str:
    """The page that holds the screen."""
    base = escape(root)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>lifepod</title>
<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<link rel="preload" href="{base}static/fonts/RobotoMono-VariableFont_wght.ttf" as="font" type="font/ttf" crossorigin>
<link rel="stylesheet" href="{base}static/css/xterm.css">
<style>
@font-face {{ font-family: "Roboto Mono"; font-weight: 100 700; font-display: block;
  src: url("{base}static/fonts/RobotoMono-VariableFont_wght.ttf"); }}
@font-face {{ font-family: "Roboto Mono"; font-style: italic; font-weight: 100 700; font-display: block;
  src: url("{base}static/fonts/RobotoMono-Italic-VariableFont_wght.ttf"); }}
html, body {{ margin: 0; height: 100%; overflow: hidden; background: #162026; color: #dfe6e9;
  font: 16px "Roboto Mono", Menlo, Monaco, monospace; }}
.textual-terminal {{ width: 100vw; height: 100vh; }}
.over {{ position: absolute; inset: 0; display: flex; align-items: center; justify-content: center;
  background: #162026; z-index: 10; }}
.over a {{ color: #e9c46a; margin-left: 1em; }}
.closed, body.-first-byte .opening, body.-closed .opening {{ display: none; }}
body.-closed .closed {{ display: flex; }}
</style>
<script src="{base}static/js/textual.js"></script><script src="{base}focus.js"></script></head>
<body>
<div class="over opening">Opening lifepod …</div>
<div class="over closed">This screen is closed.<a href="{base}">Open it again</a></div>
<noscript><div class="over">The screen needs scripts; all of them come from this machine.</div></noscript>
<div id="terminal" class="textual-terminal" data-session-websocket-url="{escape(socket)}"
  data-font-size="{font_size}"></div>
</body></html>
"""
