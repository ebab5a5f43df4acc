"""Unfinished challenges: what was typed survives an ended session, a closed window, a crash."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unfinished_challenge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_unfinished_challenge_organisation_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_unfinished_challenge"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_unfinished_challenge_organisation_id", "unfinished_challenge", ["organisation_id"], unique=False
    )
    op.create_index("ix_unfinished_challenge_updated_at", "unfinished_challenge", ["updated_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_unfinished_challenge_updated_at", "unfinished_challenge")
    op.drop_index("ix_unfinished_challenge_organisation_id", "unfinished_challenge")
    op.drop_table("unfinished_challenge")
