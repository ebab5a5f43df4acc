"""Reports about barriers that wait for the operator."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "barrier_report",
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("form_hash", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("page", sa.String(length=500), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mail_outbox.id"], name="fk_barrier_report_mail_id_mail_outbox", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mail_id", name="pk_barrier_report"),
        sa.UniqueConstraint("form_hash", name="uq_barrier_report_form_hash"),
    )


def downgrade() -> None:
    op.drop_table("barrier_report")
    # The program before knows no such mails.
    op.execute("DELETE FROM mail_outbox WHERE template = 'barrier_report'")
