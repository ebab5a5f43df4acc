"""Numbers that admins choose while the service runs."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chosen_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interest_days", sa.Integer(), nullable=True),
        sa.Column("open_interests", sa.Integer(), nullable=True),
        sa.Column("pilot_slots", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_chosen_rules"),
    )
    op.bulk_insert(sa.table("chosen_rules", sa.column("id")), [{"id": 1}])


def downgrade() -> None:
    op.drop_table("chosen_rules")
