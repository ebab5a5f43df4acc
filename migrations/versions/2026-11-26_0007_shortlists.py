"""Shortlists: startups that an organisation remembers for a challenge."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shortlist_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_shortlist_entry_organisation_id_organisation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name="fk_shortlist_entry_challenge_id_challenge", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name="fk_shortlist_entry_profile_id_profile", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_shortlist_entry_user_id_user_account", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shortlist_entry"),
        sa.UniqueConstraint("challenge_id", "profile_id", name="uq_shortlist_entry_challenge_id_profile_id"),
        sqlite_autoincrement=True,
    )
    for column in ("organisation_id", "profile_id", "user_id"):
        op.create_index(f"ix_shortlist_entry_{column}", "shortlist_entry", [column], unique=False)


def downgrade() -> None:
    for column in ("organisation_id", "profile_id", "user_id"):
        op.drop_index(f"ix_shortlist_entry_{column}", "shortlist_entry")
    op.drop_table("shortlist_entry")
