"""People: accounts, roles, sessions, tokens, links, mails, the audit trail and the erasure log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "audit_event",
        sa.Column(
            "sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=40), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("token_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("changes", JSON, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_event"),
    )
    op.create_index("ix_audit_event_action", "audit_event", ["action"], unique=False)
    op.create_index("ix_audit_event_organisation_id", "audit_event", ["organisation_id"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.create_table(
        "audit_key",
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("object_kind", "object_id", name="pk_audit_key"),
    )
    op.create_table(
        "erasure",
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uid", name="pk_erasure"),
    )
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("tries", JSON, nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_throttle"),
    )
    op.create_index("ix_throttle_updated_at", "throttle", ["updated_at"], unique=False)

    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("locale", sa.String(length=40), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("totp_secret", sa.String(length=255), nullable=True),
        sa.Column("totp_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_account"),
        sa.UniqueConstraint("email", name="uq_user_account_email"),
        sa.UniqueConstraint("uid", name="uq_user_account_uid"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_api_token_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("token_hash", name="uq_api_token_token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_api_token_expires_at", "api_token", ["expires_at"], unique=False)
    op.create_index("ix_api_token_user_id", "api_token", ["user_id"], unique=False)

    op.create_table(
        "external_identity",
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_external_identity_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_external_identity"),
    )
    op.create_index("ix_external_identity_user_id", "external_identity", ["user_id"], unique=False)

    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("auth_level", sa.String(length=40), nullable=False),
        sa.Column("ip_hash", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_login_session_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_login_session"),
        sa.UniqueConstraint("id_hash", name="uq_login_session_id_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_login_session_expires_at", "login_session", ["expires_at"], unique=False)
    op.create_index("ix_login_session_user_id", "login_session", ["user_id"], unique=False)

    op.create_table(
        "one_time_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("network_id", sa.Integer(), nullable=True),
        sa.Column("manager", sa.Boolean(), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["user_account.id"], name="fk_one_time_link_invited_by_user_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name="fk_one_time_link_network_id_network", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_one_time_link_organisation_id_organisation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_one_time_link_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_link"),
        sa.UniqueConstraint("token_hash", name="uq_one_time_link_token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_one_time_link_expires_at", "one_time_link", ["expires_at"], unique=False)
    op.create_index("ix_one_time_link_organisation_id", "one_time_link", ["organisation_id"], unique=False)
    op.create_index("ix_one_time_link_user_id", "one_time_link", ["user_id"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("network_id", sa.Integer(), nullable=True),
        sa.Column("manager", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(role IN ('welfare_staff', 'startup_member') AND organisation_id IS NOT NULL AND network_id IS NULL)"
            " OR (role = 'network_coordinator' AND organisation_id IS NULL AND network_id IS NOT NULL)"
            " OR (role = 'admin' AND organisation_id IS NULL AND network_id IS NULL)",
            name="ck_role_grant_role_fits_scope",
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name="fk_role_grant_network_id_network", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_role_grant_organisation_id_organisation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_role_grant_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_role_grant"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_role_grant_network_id", "role_grant", ["network_id"], unique=False)
    op.create_index("ix_role_grant_organisation_id", "role_grant", ["organisation_id"], unique=False)
    op.create_index("uq_role_grant_user_network", "role_grant", ["user_id", "network_id"], unique=True)
    op.create_index("uq_role_grant_user_organisation", "role_grant", ["user_id", "organisation_id"], unique=True)

    op.create_table(
        "mail_outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=100), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["link_id"], ["one_time_link.id"], name="fk_mail_outbox_link_id_one_time_link", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_mail_outbox_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mail_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mail_outbox_link_id", "mail_outbox", ["link_id"], unique=False)
    op.create_index("ix_mail_outbox_user_id", "mail_outbox", ["user_id"], unique=False)
    op.create_index(
        "ix_mail_outbox_waiting",
        "mail_outbox",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
    )

    with op.batch_alter_table("idempotent_request") as batch_op:
        batch_op.add_column(sa.Column("user_id", sa.Integer(), nullable=True))
        batch_op.create_index("ix_idempotent_request_user_id", ["user_id"], unique=False)
        batch_op.create_foreign_key(
            "fk_idempotent_request_user_id_user_account", "user_account", ["user_id"], ["id"], ondelete="CASCADE"
        )

    op.add_column("organisation", sa.Column("uid", sa.String(length=32), nullable=True))
    op.execute(
        "UPDATE organisation SET uid = replace(gen_random_uuid()::text, '-', '')"
        if postgres
        else "UPDATE organisation SET uid = lower(hex(randomblob(16)))"
    )
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.alter_column("uid", existing_type=sa.String(length=32), nullable=False)
        batch_op.create_unique_constraint("uq_organisation_uid", ["uid"])
    op.create_table(
        "worker_heartbeat",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_worker_heartbeat"),
    )
    op.execute("INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, '')")
    _refuse_changes_of_the_trail(postgres=postgres)


def downgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute("DROP TRIGGER audit_event_stays ON audit_event")
        op.execute("DROP FUNCTION refuse_change_of_audit_event")
    else:
        op.execute("DROP TRIGGER audit_event_is_not_updated")
        op.execute("DROP TRIGGER audit_event_is_not_deleted")
    op.drop_table("worker_heartbeat")
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.drop_constraint("uq_organisation_uid", type_="unique")
        batch_op.drop_column("uid")

    with op.batch_alter_table("idempotent_request") as batch_op:
        batch_op.drop_constraint("fk_idempotent_request_user_id_user_account", type_="foreignkey")
        batch_op.drop_index("ix_idempotent_request_user_id")
        batch_op.drop_column("user_id")

    op.drop_index(
        "ix_mail_outbox_waiting",
        "mail_outbox",
        sqlite_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
    )
    op.drop_index("ix_mail_outbox_user_id", "mail_outbox")
    op.drop_index("ix_mail_outbox_link_id", "mail_outbox")

    op.drop_table("mail_outbox")
    op.drop_index("uq_role_grant_user_organisation", "role_grant")
    op.drop_index("uq_role_grant_user_network", "role_grant")
    op.drop_index("ix_role_grant_organisation_id", "role_grant")
    op.drop_index("ix_role_grant_network_id", "role_grant")

    op.drop_table("role_grant")
    op.drop_index("ix_one_time_link_user_id", "one_time_link")
    op.drop_index("ix_one_time_link_organisation_id", "one_time_link")
    op.drop_index("ix_one_time_link_expires_at", "one_time_link")

    op.drop_table("one_time_link")
    op.drop_index("ix_login_session_user_id", "login_session")
    op.drop_index("ix_login_session_expires_at", "login_session")

    op.drop_table("login_session")
    op.drop_index("ix_external_identity_user_id", "external_identity")

    op.drop_table("external_identity")
    op.drop_index("ix_api_token_user_id", "api_token")
    op.drop_index("ix_api_token_expires_at", "api_token")

    op.drop_table("api_token")
    op.drop_table("user_account")
    op.drop_index("ix_throttle_updated_at", "throttle")

    op.drop_table("throttle")
    op.drop_table("erasure")
    op.drop_table("audit_key")
    op.drop_table("audit_head")
    op.drop_index("ix_audit_event_organisation_id", "audit_event")
    op.drop_index("ix_audit_event_action", "audit_event")

    op.drop_table("audit_event")


def _refuse_changes_of_the_trail(*, postgres: bool) -> None:
    if not postgres:
        for name, what in (("audit_event_is_not_updated", "UPDATE"), ("audit_event_is_not_deleted", "DELETE")):
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {what} ON audit_event "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_audit_event() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_event()"
    )
