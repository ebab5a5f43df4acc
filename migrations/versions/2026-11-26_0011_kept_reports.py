"""Reports of networks as they were first counted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_report",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("rows", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name="fk_kept_report_network_id_network", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("network_id", "until", name="pk_kept_report"),
    )


def downgrade() -> None:
    op.drop_table("kept_report")
