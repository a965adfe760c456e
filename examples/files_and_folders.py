"""Files of any size and whole trees: up, copied inside the pod, down again, removed just as they were listed.

Run it after `lifepod home up` and `lifepod home add me`:

    python examples/files_and_folders.py
"""

import asyncio
import io
import tempfile
from pathlib import Path

from lifepod import connect


async def main() -> None:
    async with connect() as pod:
        photos, archive = pod.url("example-photos/"), pod.url("example-archive/")

        def meter(done: int, total: int) -> None:
            print(f"  {done * 100 // total} %")

        await pod.upload(io.BytesIO(bytes(1_000_000)), photos + "big.jpg", tell=meter)  # part by part, flat memory
        await pod.upload(io.BytesIO(b"a cat"), photos + "cats/tom.txt")

        plan = await pod.plan_copy(photos, archive)
        print("a copy would make", len(plan.pairs), "places;", len(plan.standing), "stand in the way")
        await pod.copy(plan)

        with tempfile.TemporaryDirectory() as folder:
            fetched = await pod.download_to(archive + "big.jpg", Path(folder) / "big.jpg")
            print("came back:", fetched.size, "bytes,", fetched.content_type)

        for root in (photos, archive):
            tree = await pod.look_at(root)
            print("removed", await pod.remove(tree), "places, each in the version that was listed")


asyncio.run(main())
