"""``who`` and ``sees`` on kept surveys: what a condition asks for stands in the table."""

from __future__ import annotations

import pytest
from tests.access.acp_worlds import APP, ISSUER, Acr, Matcher, Policy, acp_world, lets
from tests.access.worlds import ACME, OWNER
from tests.cli.test_looks import ran, signed_in


def matching(**values: str) -> Policy:
    return Policy(("Read",), any_of=(Matcher({name: (value,) for name, value in values.items()}),))


@pytest.mark.parametrize("command", [("who",), ("sees", ACME)])
@pytest.mark.parametrize(
    ("policy", "shown"),
    [
        (matching(agent=ACME, issuer=ISSUER), f"{ACME}, with a login from {ISSUER}"),
        (matching(issuer=ISSUER), f"signed-in, with a login from {ISSUER}"),
        (matching(agent=ACME, client=APP), f"{ACME}, through the app {APP}"),
        (matching(agent=ACME, client=APP, issuer=ISSUER), f"{ACME}, through the app {APP}, with a login from {ISSUER}"),
        (matching(agent=ACME), ACME),
    ],
)
def test_the_table_names_the_app_and_the_login_that_access_hangs_on(
    command: tuple[str, ...], policy: Policy, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = acp_world({"": Acr((policy, lets(OWNER, "Read", "Control")))})
    signed_in(audit.survey)
    code, said = ran(capsys, *command, "--kept")
    assert code == 0
    assert shown in [cell.strip() for line in said.splitlines() for cell in line.split("  ")]
    assert "public" not in said
