"""Sales that earn, payments, benefits with conditions, short codes, events and the outbox.

Every column added has a default of the database's, so that the version before still writes.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("last_error", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_messages")),
    )
    op.create_index("ix_outbox_messages_ended_at", "outbox_messages", ["ended_at"], unique=False)
    op.create_index(
        "ix_outbox_messages_next_try_at",
        "outbox_messages",
        ["next_try_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "code_misses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("outlet_code", sa.String(length=255), nullable=False),
        sa.Column("terminal", sa.String(length=255), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_code_misses_program_id_programs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_misses")),
    )
    op.create_index("ix_code_misses_program_id", "code_misses", ["program_id", "at"], unique=False)

    op.create_table(
        "email_locks",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("program_id", "slot", name=op.f("pk_email_locks")),
    )
    op.create_table(
        "tiers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_tiers_program_id_programs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tiers")),
        sa.UniqueConstraint("program_id", "code", name=op.f("uq_tiers_program_id_code")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=128), nullable=False),
        sa.Column("sub_kind", sa.String(length=255), nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("tags", DOCUMENT, nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("outlet_code", sa.String(length=255), nullable=False),
        sa.Column("terminal", sa.String(length=255), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_events_member_id_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_member_id", "events", ["member_id", "occurred_at"], unique=False)

    op.create_table(
        "member_counters",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("spent_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_member_counters_member_id_members")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_member_counters")),
    )
    op.create_table(
        "redemptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("outlet_code", sa.String(length=255), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=True),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("debit_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("confirmation_code", sa.String(length=64), nullable=False),
        sa.Column("vendor_data", DOCUMENT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_redemptions_member_id_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemptions")),
        sa.UniqueConstraint(
            "program_id",
            "confirmation_code",
            name=op.f("uq_redemptions_program_id_confirmation_code"),
        ),
    )
    op.create_index("ix_redemptions_member_id", "redemptions", ["member_id"], unique=False)
    op.create_index(
        "uq_redemptions_reference",
        "redemptions",
        ["program_id", "source", "outlet_code", "reference", "member_id", "amount_minor"],
        unique=True,
        postgresql_where=sa.text("state = 'paid' AND reference IS NOT NULL"),
        sqlite_where=sa.text("state = 'paid' AND reference IS NOT NULL"),
    )

    op.create_table(
        "rule_usages",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("rule_code", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_rule_usages_member_id_members")
        ),
        sa.PrimaryKeyConstraint("member_id", "rule_code", "period", name=op.f("pk_rule_usages")),
    )
    op.create_table(
        "short_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("sent_by", sa.String(length=32), nullable=True),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("outlet_code", sa.String(length=255), nullable=False),
        sa.Column("terminal", sa.String(length=255), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_short_codes_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name=op.f("fk_short_codes_program_id_programs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_short_codes")),
    )
    op.create_index("ix_short_codes_expires_at", "short_codes", ["expires_at"], unique=False)
    op.create_index(
        "ix_short_codes_member_id", "short_codes", ["member_id", "created_at"], unique=False
    )
    op.create_index(
        "uq_short_codes_digest",
        "short_codes",
        ["program_id", "digest"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_short_codes_member_id",
        "short_codes",
        ["member_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "benefit_uses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("benefit_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["benefit_id"], ["benefits.id"], name=op.f("fk_benefit_uses_benefit_id_benefits")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_benefit_uses_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["transactions.id"],
            name=op.f("fk_benefit_uses_transaction_id_transactions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_uses")),
    )
    op.create_index("ix_benefit_uses_benefit_id", "benefit_uses", ["benefit_id"], unique=False)
    op.create_index(
        "ix_benefit_uses_transaction_id", "benefit_uses", ["transaction_id"], unique=False
    )

    op.add_column(
        "benefits",
        sa.Column("description", sa.String(length=4000), server_default="", nullable=False),
    )
    op.add_column(
        "benefits", sa.Column("image", sa.String(length=1000), server_default="", nullable=False)
    )
    op.add_column("benefits", sa.Column("code", sa.String(length=64), nullable=True))
    op.add_column("benefits", sa.Column("uses", sa.Integer(), server_default="1", nullable=True))
    op.add_column("benefits", sa.Column("used", sa.Integer(), server_default="0", nullable=False))
    op.add_column("benefits", sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("benefits", sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("benefits", sa.Column("terms", DOCUMENT, server_default="{}", nullable=False))

    op.add_column(
        "consents", sa.Column("actor", sa.String(length=255), server_default="", nullable=False)
    )

    op.add_column(
        "earn_rules", sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    )

    op.add_column("entries", sa.Column("explanation", DOCUMENT, nullable=True))

    op.add_column("members", sa.Column("tier", sa.String(length=64), nullable=True))
    op.add_column("members", sa.Column("segments", DOCUMENT, server_default="[]", nullable=False))

    op.add_column(
        "transaction_items",
        sa.Column("reference", sa.String(length=255), server_default="", nullable=False),
    )
    op.add_column(
        "transaction_items",
        sa.Column("department", sa.String(length=255), server_default="", nullable=False),
    )
    op.add_column(
        "transaction_items",
        sa.Column("department_name", sa.String(length=255), server_default="", nullable=False),
    )
    op.add_column(
        "transaction_items", sa.Column("tags", DOCUMENT, server_default="[]", nullable=False)
    )
    op.add_column("transaction_items", sa.Column("gross_minor", sa.BigInteger(), nullable=True))

    op.add_column(
        "transactions", sa.Column("actor", sa.String(length=255), server_default="", nullable=False)
    )
    op.add_column(
        "transactions",
        sa.Column("fingerprint", sa.String(length=64), server_default="", nullable=False),
    )
    op.add_column(
        "transactions", sa.Column("confirmation_code", sa.String(length=64), nullable=True)
    )
    op.add_column("transactions", sa.Column("points_minor", sa.BigInteger(), nullable=True))
    op.add_column("transactions", sa.Column("balances_after", DOCUMENT, nullable=True))
    op.add_column(
        "transactions", sa.Column("tax_minor", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column(
        "transactions",
        sa.Column("discount_minor", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "transactions", sa.Column("tenders", DOCUMENT, server_default="[]", nullable=False)
    )
    op.add_column("transactions", sa.Column("tags", DOCUMENT, server_default="[]", nullable=False))
    op.add_column(
        "transactions", sa.Column("reported_deals", DOCUMENT, server_default="[]", nullable=False)
    )
    op.add_column(
        "transactions", sa.Column("related_reference", sa.String(length=255), nullable=True)
    )
    op.add_column("transactions", sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "transactions", sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "transactions",
        sa.Column("shortfall_minor", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.create_index(
        "ix_transactions_shortfall",
        "transactions",
        ["member_id"],
        unique=False,
        postgresql_where=sa.text("shortfall_minor > 0"),
        sqlite_where=sa.text("shortfall_minor > 0"),
    )
    op.create_index(
        "uq_transactions_confirmation_code",
        "transactions",
        ["program_id", "confirmation_code"],
        unique=True,
        postgresql_where=sa.text("confirmation_code IS NOT NULL"),
        sqlite_where=sa.text("confirmation_code IS NOT NULL"),
    )

    with op.batch_alter_table("benefits") as benefits:
        benefits.create_check_constraint(
            op.f("ck_benefits_used_within_uses"), "used >= 0 AND (uses IS NULL OR used <= uses)"
        )
    # What there is already counts as if it had been counted from the first day.
    op.execute("UPDATE benefits SET used = 1 WHERE state = 'redeemed'")
    op.execute(
        "INSERT INTO member_counters (member_id, visits, spent_minor)"
        " SELECT member_id, count(*), sum(total_minor) FROM transactions"
        " WHERE member_id IS NOT NULL AND state = 'recorded' GROUP BY member_id"
    )


def downgrade() -> None:
    with op.batch_alter_table("benefits") as benefits:
        benefits.drop_constraint(op.f("ck_benefits_used_within_uses"), type_="check")
    op.drop_index("uq_transactions_confirmation_code", table_name="transactions")
    op.drop_index("ix_transactions_shortfall", table_name="transactions")
    op.drop_column("transactions", "shortfall_minor")
    op.drop_column("transactions", "cancelled_at")
    op.drop_column("transactions", "opened_at")
    op.drop_column("transactions", "related_reference")
    op.drop_column("transactions", "reported_deals")
    op.drop_column("transactions", "tags")
    op.drop_column("transactions", "tenders")
    op.drop_column("transactions", "discount_minor")
    op.drop_column("transactions", "tax_minor")
    op.drop_column("transactions", "balances_after")
    op.drop_column("transactions", "points_minor")
    op.drop_column("transactions", "confirmation_code")
    op.drop_column("transactions", "fingerprint")
    op.drop_column("transactions", "actor")

    op.drop_column("transaction_items", "gross_minor")
    op.drop_column("transaction_items", "tags")
    op.drop_column("transaction_items", "department_name")
    op.drop_column("transaction_items", "department")
    op.drop_column("transaction_items", "reference")

    op.drop_column("members", "segments")
    op.drop_column("members", "tier")

    op.drop_column("entries", "explanation")

    op.drop_column("earn_rules", "version")

    op.drop_column("consents", "actor")

    op.drop_column("benefits", "terms")
    op.drop_column("benefits", "valid_until")
    op.drop_column("benefits", "valid_from")
    op.drop_column("benefits", "used")
    op.drop_column("benefits", "uses")
    op.drop_column("benefits", "code")
    op.drop_column("benefits", "image")
    op.drop_column("benefits", "description")

    op.drop_index("ix_benefit_uses_transaction_id", table_name="benefit_uses")
    op.drop_index("ix_benefit_uses_benefit_id", table_name="benefit_uses")

    op.drop_table("benefit_uses")
    op.drop_index("uq_short_codes_member_id", table_name="short_codes")
    op.drop_index("uq_short_codes_digest", table_name="short_codes")
    op.drop_index("ix_short_codes_member_id", table_name="short_codes")
    op.drop_index("ix_short_codes_expires_at", table_name="short_codes")

    op.drop_table("short_codes")
    op.drop_table("rule_usages")
    op.drop_index("uq_redemptions_reference", table_name="redemptions")
    op.drop_index("ix_redemptions_member_id", table_name="redemptions")

    op.drop_table("redemptions")
    op.drop_table("member_counters")
    op.drop_index("ix_events_member_id", table_name="events")

    op.drop_table("events")
    op.drop_table("tiers")
    op.drop_table("email_locks")
    op.drop_index("ix_code_misses_program_id", table_name="code_misses")

    op.drop_table("code_misses")
    op.drop_index("ix_outbox_messages_next_try_at", table_name="outbox_messages")
    op.drop_index("ix_outbox_messages_ended_at", table_name="outbox_messages")

    op.drop_table("outbox_messages")
