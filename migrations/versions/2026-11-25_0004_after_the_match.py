"""After the match: decisions, introductions with their thread, outcomes, alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    match_watch = op.create_table(
        "match_watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_match_watch"),
    )
    op.bulk_insert(match_watch, [{"id": 1, "revision": 0, "generation_id": None}])

    op.create_table(
        "notice",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "text_id", "day", name="pk_notice"),
    )
    op.create_index("ix_notice_given_at", "notice", ["given_at"], unique=False)

    op.create_table(
        "alert_settings",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("matches", sa.String(length=40), nullable=False),
        sa.Column("conversations", sa.String(length=40), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_alert_settings_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_alert_settings"),
    )

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("answers_id", sa.Integer(), nullable=True),
        sa.Column("generation_id", sa.Integer(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("fit", sa.Double(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answers_id"], ["decision.id"], name="fk_decision_answers_id_decision", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name="fk_decision_challenge_id_challenge", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name="fk_decision_decided_by_user_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_decision_organisation_id_organisation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name="fk_decision_profile_id_profile", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decision_answers_id", "decision", ["answers_id"], unique=False)
    op.create_index("ix_decision_challenge_id_profile_id", "decision", ["challenge_id", "profile_id"], unique=False)
    op.create_index("ix_decision_decided_by", "decision", ["decided_by"], unique=False)
    op.create_index(
        "ix_decision_open_expires_at",
        "decision",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_decision_organisation_id_state", "decision", ["organisation_id", "state"], unique=False)
    op.create_index("ix_decision_profile_id", "decision", ["profile_id"], unique=False)
    op.create_index(
        "uq_decision_current",
        "decision",
        ["challenge_id", "profile_id", "side"],
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'standing')"),
        postgresql_where=sa.text("state IN ('open', 'standing')"),
    )

    op.create_table(
        "introduction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("welfare_id", sa.Integer(), nullable=False),
        sa.Column("startup_id", sa.Integer(), nullable=False),
        sa.Column("welfare_contact_id", sa.Integer(), nullable=True),
        sa.Column("startup_contact_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name="fk_introduction_challenge_id_challenge", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name="fk_introduction_profile_id_profile", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["startup_contact_id"],
            ["user_account.id"],
            name="fk_introduction_startup_contact_id_user_account",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["startup_id"], ["organisation.id"], name="fk_introduction_startup_id_organisation", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["welfare_contact_id"],
            ["user_account.id"],
            name="fk_introduction_welfare_contact_id_user_account",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["welfare_id"], ["organisation.id"], name="fk_introduction_welfare_id_organisation", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_introduction"),
        sa.UniqueConstraint("challenge_id", "profile_id", name="uq_introduction_challenge_id_profile_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_introduction_profile_id", "introduction", ["profile_id"], unique=False)
    op.create_index("ix_introduction_startup_contact_id", "introduction", ["startup_contact_id"], unique=False)
    op.create_index("ix_introduction_startup_id", "introduction", ["startup_id"], unique=False)
    op.create_index("ix_introduction_welfare_contact_id", "introduction", ["welfare_contact_id"], unique=False)
    op.create_index("ix_introduction_welfare_id", "introduction", ["welfare_id"], unique=False)

    op.create_table(
        "told_match",
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name="fk_told_match_challenge_id_challenge", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name="fk_told_match_profile_id_profile", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("challenge_id", "profile_id", "side", name="pk_told_match"),
    )
    op.create_index("ix_told_match_profile_id", "told_match", ["profile_id"], unique=False)

    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("cause", sa.String(length=80), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=True),
        sa.Column("profile_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bundled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name="fk_alert_challenge_id_challenge", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mail_outbox.id"], name="fk_alert_mail_id_mail_outbox", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_alert_organisation_id_organisation", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name="fk_alert_profile_id_profile", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_alert_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sa.UniqueConstraint("user_id", "cause", name="uq_alert_user_id_cause"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_bundled_at", "alert", ["bundled_at"], unique=False)
    op.create_index("ix_alert_challenge_id", "alert", ["challenge_id"], unique=False)
    op.create_index("ix_alert_mail_id", "alert", ["mail_id"], unique=False)
    op.create_index("ix_alert_organisation_id", "alert", ["organisation_id"], unique=False)
    op.create_index("ix_alert_profile_id", "alert", ["profile_id"], unique=False)
    op.create_index(
        "ix_alert_waiting",
        "alert",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("bundled_at IS NULL"),
        postgresql_where=sa.text("bundled_at IS NULL"),
    )

    op.create_table(
        "introduction_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("introduction_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.Column("side", sa.String(length=40), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name="fk_introduction_step_author_id_user_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["introduction_id"],
            ["introduction.id"],
            name="fk_introduction_step_introduction_id_introduction",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_introduction_step"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_introduction_step_author_id", "introduction_step", ["author_id"], unique=False)
    op.create_index("ix_introduction_step_introduction_id", "introduction_step", ["introduction_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("introduction_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name="fk_message_author_id_user_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["introduction_id"], ["introduction.id"], name="fk_message_introduction_id_introduction", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_message_author_id", "message", ["author_id"], unique=False)
    op.create_index("ix_message_introduction_id_id", "message", ["introduction_id", "id"], unique=False)

    op.create_table(
        "outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("introduction_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=40), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["introduction_id"], ["introduction.id"], name="fk_outcome_introduction_id_introduction", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["one_time_link.id"], name="fk_outcome_link_id_one_time_link", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outcome"),
        sa.UniqueConstraint("introduction_id", "side", "day", name="uq_outcome_introduction_id_side_day"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outcome_link_id", "outcome", ["link_id"], unique=False)
    op.create_index(
        "ix_outcome_waiting",
        "outcome",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("asked_at IS NULL"),
        postgresql_where=sa.text("asked_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("outcome")
    op.drop_table("message")
    op.drop_table("introduction_step")
    op.drop_table("alert")
    op.drop_table("told_match")
    op.drop_table("introduction")
    op.drop_table("decision")
    op.drop_table("alert_settings")
    op.drop_table("notice")
    op.drop_table("match_watch")
