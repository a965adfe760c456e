"""A person, and others, signed in at a pod in memory: the real client down to the transport, no sockets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from tests.double.pod_double import PodDouble

from lifepod.limits import LIMITS, Limits
from lifepod.solid.login import Credentials, sign_in
from lifepod.solid.pod import Pod
from lifepod.solid.send import Sender

ACME = "https://acme.example/profile/card#me"
BOLT = "https://bolt.example/profile/card#me"
WRITES = frozenset({"PUT", "POST", "PATCH", "DELETE"})
Answers = Callable[[httpx2.Request], object]


@asynccontextmanager
async def signed_in(
    double: PodDouble,
    webid: str = "",
    *,
    limits: Limits = LIMITS,
    through: httpx2.AsyncBaseTransport | None = None,
) -> AsyncIterator[Pod]:
    """The pod as ``webid`` (the owner unless named) reaches it; the log of requests starts empty."""
    who, line = webid or double.owner, through or httpx2.MockTransport(double)
    client_id, secret = double.credentials(who)
    client = await sign_in(Credentials(who, double.tokens.issuer, client_id, secret), transport=line, limits=limits)
    nobody = Sender.anonymous(double.base, line, limits)
    double.requests.clear()
    async with Pod(Sender(client, limits), nobody=nobody, webid=who, storage=double.base, limits=limits) as pod:
        yield pod


def rule(double: PodDouble, path: str, subject: str, modes: str = "Read", *, here: bool = True) -> str:
    """One authorization at a place and below; ``subject`` is a WebID or Turtle."""
    place = double.url(path)
    who = f"acl:agent <{subject}>" if "://" in subject and " " not in subject else subject
    aims = f"acl:accessTo <{place}>; " if here else ""
    aims += f"acl:default <{place}>; " if place.endswith("/") else ""
    return f"[] a acl:Authorization; {who}; {aims}acl:mode {', '.join('acl:' + m for m in modes.split())}.\n"


def writes(double: PodDouble) -> list[tuple[str, str]]:
    """Every write that arrived, in order; logins aside."""
    return [(s.method, s.url) for s in double.requests if s.method in WRITES and s.url != double.tokens.endpoint]


def searches(folder: Path, *texts: str, year: int = 2025, name: str = "MyActivity.json") -> Path:
    """A Google My Activity export with one search a month; the n-th text falls into month n."""
    entries = [
        {
            "header": "Search",
            "title": f"Searched for {text}",
            "titleUrl": f"https://www.google.com/search?q={text.replace(' ', '+')}",
            "time": f"{year}-{month:02}-05T10:00:00.000Z",
            "products": ["Search"],
        }
        for month, text in enumerate(texts, 1)
    ]
    path = folder / "Takeout" / "My Activity" / "Search" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(entries))
    return path


def purchases(folder: Path, *goods: str) -> Path:
    """An Amazon order export, one order each."""
    columns = (
        "ASIN", "Currency", "Order Date", "Order ID", "Order Status", "Original Quantity", "Product Name",
        "Ship Date", "Shipment Status", "Total Amount", "Unit Price", "Unit Price Tax", "Website",
    )  # fmt: skip
    lines = [",".join(columns)]
    for number, name in enumerate(goods, 1):
        day = f"2025-0{number}-03T09:00:00Z"
        row = (f"B00000000{number}", "EUR", day, f"302-0000000-000000{number}", "Closed", "1", name, day, "Shipped",
               "5.00", "5.00", "0", "Amazon.de")  # fmt: skip
        lines.append(",".join(row))
    path = folder / "Retail.OrderHistory.1.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\r\n".join(lines) + "\r\n")
    return path
