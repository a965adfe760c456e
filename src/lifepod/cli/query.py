"""The command ``query``: SPARQL over the journal, any container, or one document.

It refuses to print what a pod holds raw on a terminal.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lifepod.cli.options import Common, common, gathered
from lifepod.cli.say import run, table
from lifepod.errors import Malformed

if TYPE_CHECKING:
    from lifepod.owner.files import Queried


@dataclass(frozen=True, slots=True)
class How:
    """How to ask."""

    place: str
    file: Path | None
    form: str
    as_known: bool


@click.command()
@click.argument("sparql", default="")
@click.option("--in", "place", default="journal/", metavar="PLACE", help="Container or document to ask (journal/).")
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Read it from a file.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv", "turtle"]), default="table", help="Output."
)
@click.option("--as-known", is_flag=True, help="Do not compare with the pod first; fast, and perhaps old.")
@common
@gathered(How)
def query(options: Common, how: How, sparql: str) -> None:
    """Ask the pod in SPARQL: SELECT, ASK, CONSTRUCT or DESCRIBE.

    A container is asked through an index in your cache folder, compared with the pod each time; what could not be
    read is said. The prefixes of lifepod (schema, lp, as, prov, ...) are known. SERVICE is refused.

    \b
    Examples: lifepod query 'SELECT ?name { ?s schema:name ?name } ORDER BY ?name LIMIT 5'
              lifepod query 'ASK { ?s a schema:Order }' --in journal/purchases/
              lifepod query 'SELECT * { ?s ?p ?o }' --in profile/card --format csv
    --json: {"results": SPARQL 1.1 JSON results, or {"turtle"}, "documents", "at", "unread": [{"url", "why", "older"}]}
    """
    text = how.file.read_text("utf-8", "replace") if how.file and how.file.is_file() else sparql
    if not text.strip():
        raise Malformed("No query was given.", advice="Write it after the command, or name a file with --file.")
    asked = run(_query(options, how, text))
    voice = options.voice
    for one in asked.unread:
        older = " (an older copy of it was asked)" if one.kept else ""
        voice.talk(f"not read: {one.url}: {one.failure}{older}")
    if options.as_json or how.form == "table":
        names, rows = asked.table()
        voice.data(_value(asked), table(names, rows) if rows else ["No results."])
    else:
        voice.document(asked.results(how.form))


def _value(asked: Queried) -> dict[str, object]:
    import json

    unread = [{"url": one.url, "why": str(one.failure), "older": one.kept} for one in asked.unread]
    text = asked.results("json").decode()
    graph = not (asked.is_table or isinstance(asked.answer, bool))
    results = {"turtle": text} if graph else json.loads(text)
    return {"results": results, "documents": asked.documents, "at": asked.at, "unread": unread}


async def _query(options: Common, how: How, text: str) -> Queried:
    from lifepod.owner.desk import Desk

    async with Desk.open(options.profile) as desk:
        try:
            return await (await desk.pod()).query(text, how.place, options.voice.progress, as_known=how.as_known)
        finally:
            options.voice.clear()
