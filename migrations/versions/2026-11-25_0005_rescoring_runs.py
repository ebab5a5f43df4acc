"""Rescoring runs and their partitions; on PostgreSQL the matches of each generation in a table of their own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(none_as_null=False), "postgresql")

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ranking_generation", sa.Column("revision", sa.BigInteger(), nullable=True))
    _create_runs()
    if op.get_bind().dialect.name == "postgresql":
        _replace_match(partitioned=True)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _replace_match(partitioned=False)
    op.drop_index("ix_rescoring_partition_run_id_kind_state", "rescoring_partition")
    op.drop_table("rescoring_partition")
    op.drop_index("uq_rescoring_run_under_way", "rescoring_run")
    op.drop_table("rescoring_run")
    with op.batch_alter_table("ranking_generation", recreate="never") as batch:
        batch.drop_column("revision")


def _create_runs() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "rescoring_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("under_way", sa.Boolean(), nullable=True),
        sa.Column("scope", JSON, nullable=False),
        sa.Column("encoder", sa.String(length=300), nullable=False),
        sa.Column("dtype", sa.String(length=20), nullable=False),
        sa.Column("fingerprint", sa.String(length=120), nullable=False),
        sa.Column("scoring", sa.String(length=40), nullable=False),
        sa.Column("activate", sa.Boolean(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=True),
        sa.Column("base_generation_id", sa.Integer(), nullable=True),
        sa.Column("start_revision", sa.BigInteger(), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("started_at", moment, nullable=True),
        sa.Column("finished_at", moment, nullable=True),
        sa.Column("activated_at", moment, nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.Column("comparison", JSON, nullable=True),
        sa.Column("held_back", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["ranking_generation.id"],
            name="fk_rescoring_run_generation_id_ranking_generation",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rescoring_run"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_rescoring_run_under_way", "rescoring_run", ["under_way"], unique=True)
    op.create_table(
        "rescoring_partition",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=True),
        sa.Column("text_ids", JSON, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=100), nullable=True),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("started_at", moment, nullable=True),
        sa.Column("seen_at", moment, nullable=True),
        sa.Column("done_at", moment, nullable=True),
        sa.Column("pairs", sa.BigInteger(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["rescoring_run.id"], name="fk_rescoring_partition_run_id_rescoring_run", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name="pk_rescoring_partition"),
    )
    op.create_index("ix_rescoring_partition_run_id_kind_state", "rescoring_partition", ["run_id", "kind", "state"])


def _replace_match(*, partitioned: bool) -> None:
    """Rebuild the table of matches with or without partitions; no row is lost."""
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute("ALTER TABLE match RENAME TO match_before")
    op.execute("ALTER INDEX pk_match RENAME TO pk_match_before")
    op.execute("ALTER INDEX ix_match_profile_id_generation_id RENAME TO ix_match_before")
    op.create_table(
        "match",
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(precision=53), nullable=False),
        sa.Column("fit", sa.Float(precision=53), nullable=False),
        sa.Column("in_challenge_list", sa.Boolean(), nullable=False),
        sa.Column("in_profile_list", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name="fk_match_challenge_id_challenge", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["ranking_generation.id"],
            name="fk_match_generation_id_ranking_generation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_match_profile_id_profile", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("challenge_id", "generation_id", "profile_id", name="pk_match"),
        postgresql_partition_by="LIST (generation_id)" if partitioned else None,
    )
    op.create_index("ix_match_profile_id_generation_id", "match", ["profile_id", "generation_id"], unique=False)
    if partitioned:
        generation = sa.table("ranking_generation", sa.column("id", sa.Integer))
        for number in op.get_bind().scalars(sa.select(generation.c.id)).all():
            op.execute(f"CREATE TABLE match_g{int(number)} PARTITION OF match FOR VALUES IN ({int(number)})")
    op.execute("INSERT INTO match SELECT * FROM match_before")
    op.execute("DROP TABLE match_before")
