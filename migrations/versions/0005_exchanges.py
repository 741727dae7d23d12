"""The request log: every exchange with a platform.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchanges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("credential_id", sa.Uuid(), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("protocol", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.String(length=255), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("refusal", sa.String(length=64), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("duration_us", sa.Integer(), nullable=False),
        sa.Column("outlet", sa.String(length=255), nullable=False),
        sa.Column("terminal", sa.String(length=255), nullable=False),
        sa.Column("given_request_id", sa.String(length=64), nullable=True),
        sa.Column("entries", sa.Text(), nullable=True),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("query", sa.Text(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=True),
        sa.Column("request_body", sa.Text(), nullable=True),
        sa.Column("response_body", sa.Text(), nullable=True),
        sa.Column("is_truncated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchanges")),
    )
    op.create_index("ix_exchanges_program_id_id", "exchanges", ["program_id", "id"], unique=False)
    op.create_index(
        "ix_exchanges_credential_id_id", "exchanges", ["credential_id", "id"], unique=False
    )
    op.create_index(
        "ix_exchanges_member_id_id",
        "exchanges",
        ["member_id", "id"],
        unique=False,
        postgresql_where=sa.text("member_id IS NOT NULL"),
        sqlite_where=sa.text("member_id IS NOT NULL"),
    )
    op.create_index(
        "ix_exchanges_given_request_id",
        "exchanges",
        ["given_request_id"],
        unique=False,
        postgresql_where=sa.text("given_request_id IS NOT NULL"),
        sqlite_where=sa.text("given_request_id IS NOT NULL"),
    )
    op.create_table(
        "exchange_counts",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("protocol", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "program_id", "day", "protocol", "outcome", name=op.f("pk_exchange_counts")
        ),
    )
    op.create_table(
        "terminal_uses",
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("outlet", sa.String(length=255), nullable=False),
        sa.Column("terminal", sa.String(length=255), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "credential_id", "outlet", "terminal", name=op.f("pk_terminal_uses")
        ),
    )


def downgrade() -> None:
    op.drop_table("terminal_uses")
    op.drop_table("exchange_counts")
    op.drop_index(
        "ix_exchanges_given_request_id",
        table_name="exchanges",
        postgresql_where=sa.text("given_request_id IS NOT NULL"),
        sqlite_where=sa.text("given_request_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_exchanges_member_id_id",
        table_name="exchanges",
        postgresql_where=sa.text("member_id IS NOT NULL"),
        sqlite_where=sa.text("member_id IS NOT NULL"),
    )
    op.drop_index("ix_exchanges_credential_id_id", table_name="exchanges")
    op.drop_index("ix_exchanges_program_id_id", table_name="exchanges")
    op.drop_table("exchanges")
