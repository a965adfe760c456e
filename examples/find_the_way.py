"""From a WebID to its pods, its inbox, and where which class of data lies, as apps tell each other.

Run it after `lifepod home up` and `lifepod home add me`:

    python examples/find_the_way.py
"""

import asyncio

from lifepod import connect, find_storages, read_type_indexes, register, storage_above


async def main() -> None:
    async with connect() as pod:
        print("storages:", await find_storages(pod, pod.webid))
        print("a place knows its storage:", await storage_above(pod, pod.url("profile/card")) == pod.storage)

        await register(pod, {pod.url("example-recipes/"): "https://schema.org/Recipe"})
        registrations, unread = await read_type_indexes(pod)
        for one in registrations:
            if one.for_class.endswith("/Recipe"):
                print("recipes lie in", one.place, "says", one.index)
        print(len(unread), "documents could not be read")


asyncio.run(main())
