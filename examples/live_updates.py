"""Hear of changes as they happen: over a WebSocket where the server has one, else by what it has, without losing any.

Run it after `lifepod home up` and `lifepod home add me`:

    python examples/live_updates.py
"""

import asyncio

from lifepod import connect


async def main() -> None:
    async with connect() as pod:
        url = pod.url("example-note.ttl")
        await pod.write(url, b"<#it> <#says> 'one'.", match=None)
        standing = asyncio.Event()

        async def listen() -> None:
            changes = pod.changes(url, ready=lambda kind: (print("listening by", kind), standing.set()))
            async for change in changes:
                print(change.kind, change.url)
                if change.kind == "deleted":
                    break
            await changes.aclose()

        listening = asyncio.create_task(listen())
        await standing.wait()
        await pod.write(url, b"<#it> <#says> 'two'.", match=(await pod.head(url)).etag)
        await asyncio.sleep(0.2)
        await pod.delete(url)
        await asyncio.wait_for(listening, 30)


asyncio.run(main())
