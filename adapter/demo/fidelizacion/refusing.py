"""What a till must not get: refused in the vendor's envelope, and nothing moves."""

from __future__ import annotations

from adapter.demo.cast import Cast
from adapter.demo.receipts import line, payment, receipt
from adapter.demo.rules import NEIGHBOUR
from adapter.demo.till import KEY, Till


def refusals(till: Till, cast: Cast) -> None:
    """One of each kind: business, access, fields."""
    till.screen.chapter(
        "6", "Refusals", "What a till must not get. Business says no with 200; the rest is HTTP's."
    )
    till.serve(cast.maria)
    maria = {"externalId": cast.marias_card}
    look = {"member": maria}
    dear = receipt("R-2004", [line("K-1000")], card=129900)
    till.refused("More than she has", "payment", payment(maria, dear, 120000), code="407")
    till.refused(
        "A neighbour's key on the same server knows no Maria",
        "member/details",
        look,
        code="203",
        path="body.member.externalId",
        headers={KEY: cast.access.secret("fidelizacion", NEIGHBOUR)},
    )
    till.refused(
        "A wrong key",
        "member/details",
        look,
        code="4010000",
        status=401,
        path="headers.x-api-key",
        headers={KEY: "wrong"},
    )
    till.refused(
        "A branch that is not on the list",
        "member/details",
        look,
        code="4030001",
        status=403,
        path="headers.x-branch-id",
        headers={"x-branch-id": "BR999"},
    )
    wrong = receipt("R-2005", [{**line("K-1000"), "quantity": "1"}], card=129900)
    till.refused(
        "A number written as text",
        "transaction",
        {"member": maria, "transaction": wrong},
        code="1001",
        status=400,
        path="body.transaction.items.0.quantity",
    )
