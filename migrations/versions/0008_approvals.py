"""Actions that wait for a second person, members that were merged, and names to be searched by.

The columns added may be empty, so that the version before still writes; who it registers meanwhile
is found by everything but the name.

Revision ID: 0008
Revises: 0007
"""

import unicodedata

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
LONGEST = 128
PAGE = 5000
# Compared by bytes on every engine: an index then finds the beginning of a name in any language.
NAME_KEY = sa.String(LONGEST).with_variant(sa.String(LONGEST, collation="C"), "postgresql")

_members = sa.table(
    "members",
    sa.column("id", sa.Uuid()),
    sa.column("first_name", sa.String()),
    sa.column("last_name", sa.String()),
    sa.column("patronymic", sa.String()),
    sa.column("family_key", sa.String()),
    sa.column("given_key", sa.String()),
)


def upgrade() -> None:
    with op.batch_alter_table("members") as members:
        members.add_column(sa.Column("family_key", NAME_KEY, nullable=True))
        members.add_column(sa.Column("given_key", NAME_KEY, nullable=True))
        members.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        members.create_foreign_key(
            op.f("fk_members_merged_into_id_members"), "members", ["merged_into_id"], ["id"]
        )
    _fill()
    for key in ("family_key", "given_key"):
        op.create_index(
            f"ix_members_{key}",
            "members",
            ["program_id", key, "id"],
            unique=False,
            postgresql_where=sa.text(f"{key} IS NOT NULL"),
            sqlite_where=sa.text(f"{key} IS NOT NULL"),
        )
    op.create_index(
        "ix_members_merged_into_id",
        "members",
        ["merged_into_id"],
        unique=False,
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        sqlite_where=sa.text("merged_into_id IS NOT NULL"),
    )

    op.create_table(
        "approvals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("told", DOCUMENT, nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("requested_by", sa.String(length=255), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=255), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.String(length=255), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_approvals_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_approvals_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint(
            "program_id", "reference", name=op.f("uq_approvals_program_id_reference")
        ),
    )
    op.create_index("ix_approvals_member_id", "approvals", ["member_id"], unique=False)


def _fill() -> None:
    """Have everybody found by name, a page of members at a time."""
    work = op.get_bind()
    last = None
    of_member = (_members.c.id, _members.c.first_name, _members.c.last_name, _members.c.patronymic)
    changing = (
        _members.update()
        .where(_members.c.id == sa.bindparam("of"))
        .values(family_key=sa.bindparam("family"), given_key=sa.bindparam("given"))
    )
    while True:
        query = sa.select(*of_member).order_by(_members.c.id).limit(PAGE)
        page = work.execute(query if last is None else query.where(_members.c.id > last)).all()
        if not page:
            return
        last = page[-1].id
        rows = [
            {
                "of": row.id,
                "family": _key(row.last_name, row.first_name, row.patronymic),
                "given": _key(row.first_name, row.last_name),
            }
            for row in page
            if row.first_name or row.last_name
        ]
        if rows:
            work.execute(changing, rows)


def _key(first, *others):
    if not first:
        return None
    text = " ".join(part for part in (first, *others) if part)
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return " ".join(folded.split())[:LONGEST] or None


def downgrade() -> None:
    op.drop_index("ix_approvals_member_id", table_name="approvals")
    op.drop_table("approvals")

    op.drop_index("ix_members_merged_into_id", table_name="members")
    for key in ("given_key", "family_key"):
        op.drop_index(f"ix_members_{key}", table_name="members")
    with op.batch_alter_table("members") as members:
        members.drop_constraint(op.f("fk_members_merged_into_id_members"), type_="foreignkey")
        members.drop_column("merged_into_id")
        members.drop_column("given_key")
        members.drop_column("family_key")
