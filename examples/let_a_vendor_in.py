"""One class of data opened for one vendor, read with the vendor's own login, and closed again with proof.

Run it after `lifepod home up`, `lifepod home add me`, `lifepod home add acme` and `lifepod import examples/exports`:

    python examples/let_a_vendor_in.py
"""

import asyncio

from lifepod import Desk, LifepodError, VendorDesk, wish


async def main() -> None:
    async with Desk.open("me") as desk, VendorDesk.open("acme") as vendor:
        acme, place = desk.agent("acme"), await desk.place("journal/purchases/")

        plan = await desk.rehearse(wish("grant", acme, place, ["read"]))
        for shift in plan.shifts:
            print(f"{shift.who} {shift.mode.value}: {shift.before.word} -> {shift.after.word}")
        outcome = await desk.apply(plan)  # raises unless a fresh look finds exactly what the plan promised
        print(f"open since {outcome.confirmed_at}")

        async for record in vendor.read(place):
            print(record["schema:startTime"], record["schema:name"])

        await desk.apply(await desk.rehearse(wish("revoke", acme, place)))
        try:
            async for record in vendor.read(place):
                print("this is never printed", record)
        except LifepodError as error:
            print(f"{type(error).__name__}: {error}")


asyncio.run(main())
