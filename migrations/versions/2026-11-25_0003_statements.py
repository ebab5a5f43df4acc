"""What the prose of a profile states about requirements, read when it is written."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Null: not read yet. A rescoring run reads what is null or was read by another version.
    with op.batch_alter_table("profile") as batch_op:
        batch_op.add_column(sa.Column("statements", JSON, nullable=True))
        batch_op.add_column(sa.Column("statements_version", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("profile") as batch_op:
        batch_op.drop_column("statements_version")
        batch_op.drop_column("statements")
