"""First schema: networks, organisations, both kinds of text, their vectors, and rankings."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

# The five associations and two startup networks that agreed to work together in January 2019.
FOUNDING_NETWORKS = (
    ("awo", "Arbeiterwohlfahrt", "welfare"),
    ("drk", "Deutsches Rotes Kreuz", "welfare"),
    ("caritas", "Deutscher Caritasverband", "welfare"),
    ("diakonie", "Diakonie Deutschland", "welfare"),
    ("zwst", "Zentralwohlfahrtsstelle der Juden in Deutschland", "welfare"),
    ("startup-verband", "Bundesverband Deutsche Startups", "startup"),
    ("send", "Social Entrepreneurship Netzwerk Deutschland", "startup"),
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    vector = _vector_type(postgres=postgres)
    op.create_table(
        "corpus_change",
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("text_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("revision", "side", "text_id", name="pk_corpus_change"),
    )
    op.create_table(
        "corpus_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_corpus_revision"),
    )
    op.create_table(
        "idempotent_request",
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name="pk_idempotent_request"),
    )
    op.create_index("ix_idempotent_request_created_at", "idempotent_request", ["created_at"], unique=False)

    op.create_table(
        "network",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_network"),
        sa.UniqueConstraint("slug", name="uq_network_slug"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "ranking_generation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("encoder", sa.String(length=300), nullable=False),
        sa.Column("dtype", sa.String(length=20), nullable=False),
        sa.Column("fingerprint", sa.String(length=120), nullable=False),
        sa.Column("dimension", sa.Integer(), nullable=False),
        sa.Column("scoring", sa.String(length=40), nullable=False),
        sa.Column("statistics", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_ranking_generation"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_ranking_generation_active",
        "ranking_generation",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )

    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=True),
        sa.Column("region", sa.String(40), nullable=True),
        sa.Column("legal_form", sa.String(length=100), nullable=True),
        sa.Column("data_protection_regime", sa.String(40), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name="fk_organisation_network_id_network"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_organisation_network_id", "organisation", ["network_id"], unique=False)

    op.create_table(
        "challenge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("fields_of_action", JSON, nullable=False),
        sa.Column("region", sa.String(40), nullable=False),
        sa.Column("target_groups", JSON, nullable=False),
        sa.Column("setting", sa.Text(), nullable=True),
        sa.Column("number_of_sites", sa.Integer(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("budget_band", sa.String(40), nullable=True),
        sa.Column("own_funds", sa.Integer(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("staff_hours_per_week", sa.Double(), nullable=True),
        sa.Column("personal_data", JSON, nullable=False),
        sa.Column("existing_systems", sa.Text(), nullable=True),
        sa.Column("must_haves", JSON, nullable=False),
        sa.Column("tried_before", sa.Text(), nullable=True),
        sa.Column("success", sa.Text(), nullable=True),
        sa.Column("minimum_maturity", sa.Integer(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_challenge_organisation_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_challenge"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_challenge_organisation_id", "challenge", ["organisation_id"], unique=False)
    op.create_index("ix_challenge_state_expires_on", "challenge", ["state", "expires_on"], unique=False)

    op.create_table(
        "profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("offer", sa.Text(), nullable=False),
        sa.Column("problem_solved", sa.Text(), nullable=False),
        sa.Column("capabilities", sa.Text(), nullable=False),
        sa.Column("fields_of_action", JSON, nullable=False),
        sa.Column("regions", JSON, nullable=False),
        sa.Column("target_groups", JSON, nullable=False),
        sa.Column("settings_proven", sa.Text(), nullable=True),
        sa.Column("welfare_references", sa.Text(), nullable=True),
        sa.Column("evidence_of_effect", sa.Text(), nullable=True),
        sa.Column("maturity", sa.Integer(), nullable=True),
        sa.Column("price_model", sa.String(40), nullable=True),
        sa.Column("price_band", sa.String(40), nullable=True),
        sa.Column("payers", JSON, nullable=False),
        sa.Column("legal_form", sa.String(length=100), nullable=True),
        sa.Column("non_profit", sa.Boolean(), nullable=True),
        sa.Column("hosting", sa.String(40), nullable=True),
        sa.Column("data_protection_papers", JSON, nullable=False),
        sa.Column("data_protection_regimes", JSON, nullable=False),
        sa.Column("offline_capable", sa.Boolean(), nullable=True),
        sa.Column("accessibility", sa.String(40), nullable=True),
        sa.Column("certifications", JSON, nullable=False),
        sa.Column("interfaces", JSON, nullable=False),
        sa.Column("onboarding_hours", sa.Double(), nullable=True),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("free_pilot_slots", sa.Integer(), nullable=True),
        sa.Column("exclusions", sa.Text(), nullable=True),
        sa.Column("response_days", sa.Integer(), nullable=True),
        sa.Column("last_confirmed", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_profile_organisation_id_organisation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_profile"),
        sa.UniqueConstraint("organisation_id", name="uq_profile_organisation_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_profile_state", "profile", ["state"], unique=False)

    op.create_table(
        "challenge_list",
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("last_score", sa.Float(precision=53), nullable=True),
        sa.Column("last_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["challenge.id"],
            name="fk_challenge_list_challenge_id_challenge",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["ranking_generation.id"],
            name="fk_challenge_list_generation_id_ranking_generation",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("challenge_id", "generation_id", name="pk_challenge_list"),
    )
    op.create_index(
        "ix_challenge_list_generation_id_revision",
        "challenge_list",
        ["generation_id", "revision"],
        unique=False,
    )

    op.create_table(
        "challenge_vector",
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=120), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(40), nullable=False),
        sa.Column("whole", vector, nullable=False),
        sa.Column("lexical", sa.LargeBinary(), nullable=False),
        sa.Column("passages", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["challenge.id"],
            name="fk_challenge_vector_challenge_id_challenge",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("challenge_id", "fingerprint", name="pk_challenge_vector"),
    )
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
        sqlite_with_rowid=False,
    )
    op.create_index("ix_match_profile_id_generation_id", "match", ["profile_id", "generation_id"], unique=False)

    op.create_table(
        "profile_list",
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("last_score", sa.Float(precision=53), nullable=True),
        sa.Column("last_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["ranking_generation.id"],
            name="fk_profile_list_generation_id_ranking_generation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name="fk_profile_list_profile_id_profile", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("profile_id", "generation_id", name="pk_profile_list"),
    )
    op.create_index(
        "ix_profile_list_generation_id_revision", "profile_list", ["generation_id", "revision"], unique=False
    )

    op.create_table(
        "profile_vector",
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=120), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(40), nullable=False),
        sa.Column("whole", vector, nullable=False),
        sa.Column("lexical", sa.LargeBinary(), nullable=False),
        sa.Column("passages", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name="fk_profile_vector_profile_id_profile", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("profile_id", "fingerprint", name="pk_profile_vector"),
    )
    networks = sa.table("network", sa.column("slug"), sa.column("name"), sa.column("kind"))
    op.bulk_insert(networks, [{"slug": slug, "name": name, "kind": kind} for slug, name, kind in FOUNDING_NETWORKS])
    op.bulk_insert(sa.table("corpus_revision", sa.column("id"), sa.column("revision")), [{"id": 1, "revision": 0}])


def downgrade() -> None:
    op.drop_table("profile_vector")
    op.drop_table("profile_list")
    op.drop_table("match")
    op.drop_table("challenge_vector")
    op.drop_table("challenge_list")
    op.drop_table("profile")
    op.drop_table("challenge")
    op.drop_table("organisation")
    op.drop_table("ranking_generation")
    op.drop_table("network")
    op.drop_table("idempotent_request")
    op.drop_table("corpus_revision")
    op.drop_table("corpus_change")


def _vector_type(*, postgres: bool) -> sa.types.TypeEngine[Any]:
    if not postgres:
        return sa.LargeBinary()
    from pgvector.sqlalchemy import Vector

    return Vector()
