"""Who saved an unfinished challenge last, so that two people who write it don't overwrite each other."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLE = "unfinished_challenge"
NUMBERS = sa.table("sqlite_sequence", sa.column("name", sa.Text()), sa.column("seq", sa.Integer()))
PERSON = "fk_unfinished_challenge_saved_by_user_account"


@contextmanager
def changed_table() -> Iterator[BatchOperations]:
    """Change the table. SQLite gets a copy, which must not give out numbers again that were used up."""
    last = None
    if op.get_bind().dialect.name == "sqlite":
        last = op.get_bind().scalar(sa.select(NUMBERS.c.seq).where(NUMBERS.c.name == TABLE))
    with op.batch_alter_table(TABLE, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        yield batch_op
    if last is not None:
        op.execute(sa.delete(NUMBERS).where(NUMBERS.c.name == TABLE))
        op.execute(sa.insert(NUMBERS).values(name=TABLE, seq=last))


def upgrade() -> None:
    with changed_table() as batch_op:
        batch_op.add_column(sa.Column("saved_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("others_version", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_index("ix_unfinished_challenge_saved_by", ["saved_by"], unique=False)
        batch_op.create_foreign_key(PERSON, "user_account", ["saved_by"], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    with changed_table() as batch_op:
        batch_op.drop_constraint(PERSON, type_="foreignkey")
        batch_op.drop_index("ix_unfinished_challenge_saved_by")
        batch_op.drop_column("others_version")
        batch_op.drop_column("saved_by")
