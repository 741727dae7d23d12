"""Orders: open bills that set points aside; and entries that undo a part of another.

The column added may be empty, so that the version before still writes.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

_counters = sa.table("member_counters", sa.column("member_id"), sa.column("visits"))
_sales = sa.table(
    "transactions", sa.column("member_id"), sa.column("state"), sa.column("total_minor")
)
_returns = (
    sa.select(sa.func.count())
    .select_from(_sales)
    .where(
        _sales.c.member_id == _counters.c.member_id,
        _sales.c.state == "recorded",
        _sales.c.total_minor < 0,
    )
    .scalar_subquery()
)


def upgrade() -> None:
    with op.batch_alter_table("entries") as entries:
        entries.add_column(sa.Column("reverses_part_of_id", sa.Uuid(), nullable=True))
        entries.create_foreign_key(
            op.f("fk_entries_reverses_part_of_id_entries"),
            "entries",
            ["reverses_part_of_id"],
            ["id"],
        )
    op.create_index(
        "ix_entries_reverses_part_of_id",
        "entries",
        ["reverses_part_of_id"],
        unique=False,
        postgresql_where=sa.text("reverses_part_of_id IS NOT NULL"),
        sqlite_where=sa.text("reverses_part_of_id IS NOT NULL"),
    )

    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("outlet_code", sa.String(length=255), nullable=False),
        sa.Column("terminal", sa.String(length=255), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=False),
        sa.Column("parent_reference", sa.String(length=255), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("items", DOCUMENT, nullable=False),
        sa.Column("vendor_data", DOCUMENT, nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=True),
        sa.Column("reservation_id", sa.Uuid(), nullable=True),
        sa.Column("reserved_minor", sa.BigInteger(), nullable=False),
        sa.Column("holds", sa.Integer(), nullable=False),
        sa.Column("refunds", sa.Integer(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=True),
        sa.Column("transaction_id", sa.Uuid(), nullable=True),
        sa.Column("points_left_minor", sa.BigInteger(), nullable=True),
        sa.Column("earned_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("given_back_minor", sa.BigInteger(), nullable=False),
        sa.Column("taken_back_minor", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_orders_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"],
            ["reservations.id"],
            name=op.f("fk_orders_reservation_id_reservations"),
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["transactions.id"],
            name=op.f("fk_orders_transaction_id_transactions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint(
            "program_id",
            "source",
            "outlet_code",
            "reference",
            name=op.f("uq_orders_program_id_source_outlet_code_reference"),
        ),
    )
    op.create_index("ix_orders_member_id", "orders", ["member_id"], unique=False)
    op.create_index(
        "ix_orders_parent_reference",
        "orders",
        ["program_id", "source", "parent_reference", "state"],
        unique=False,
        postgresql_where=sa.text("parent_reference IS NOT NULL"),
        sqlite_where=sa.text("parent_reference IS NOT NULL"),
    )
    # Returns were counted as visits until now.
    op.execute(_counters.update().values(visits=_counters.c.visits - _returns))


def downgrade() -> None:
    op.execute(_counters.update().values(visits=_counters.c.visits + _returns))
    op.drop_index("ix_orders_parent_reference", table_name="orders")
    op.drop_index("ix_orders_member_id", table_name="orders")
    op.drop_table("orders")

    op.drop_index("ix_entries_reverses_part_of_id", table_name="entries")
    with op.batch_alter_table("entries") as entries:
        entries.drop_constraint(op.f("fk_entries_reverses_part_of_id_entries"), type_="foreignkey")
        entries.drop_column("reverses_part_of_id")
