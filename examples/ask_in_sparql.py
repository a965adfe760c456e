"""Questions in SPARQL: over a container through an index on this machine that keeps itself fresh, or over one document.

Run it after `lifepod home up`, `lifepod home add me` and `lifepod import examples/exports`:

    python examples/ask_in_sparql.py
"""

import asyncio

from lifepod import connect

MOST_READ = """
SELECT ?name (COUNT(*) AS ?times) { ?visit schema:name ?name }
GROUP BY ?name ORDER BY DESC(?times) ?name LIMIT 3
"""


async def main() -> None:
    async with connect() as pod:
        asked = await pod.query(MOST_READ, "journal/browsing/")
        names, rows = asked.table()
        print(names, "from", asked.documents, "documents;", len(asked.unread), "could not be read")
        for row in rows:
            print("  ", *row)
        one = await pod.query("ASK { ?me solid:oidcIssuer ?server }", "profile/card")
        print("the profile names a login server:", one.answer)


asyncio.run(main())
