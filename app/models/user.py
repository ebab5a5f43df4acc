"""People and what they may do."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, new_uid
from app.db.types import Code, UtcDateTime
from app.models.network import Network
from app.models.organisation import Organisation
from app.vocabulary import Language, Role


class User(Base):
    """A person with an account. `uid` is never used twice, on no database: the erasure log names people by it."""

    __tablename__ = "user_account"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    email_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    name: Mapped[str] = mapped_column(String(120))
    locale: Mapped[Language] = mapped_column(Code(Language))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    # Encrypted; counts as a second factor once `totp_confirmed_at` is set.
    totp_secret: Mapped[str | None] = mapped_column(String(255))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The last time step whose code was taken: a code works once.
    totp_last_step: Mapped[int | None]
    deactivated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="user", cascade="all, delete-orphan", passive_deletes=True, lazy="raise_on_sql"
    )


class RoleGrant(Base):
    """One role of one person: in an organisation, in a network, or (admin) everywhere."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(
            "(role IN ('welfare_staff', 'startup_member') AND organisation_id IS NOT NULL AND network_id IS NULL)"
            " OR (role = 'network_coordinator' AND organisation_id IS NULL AND network_id IS NOT NULL)"
            " OR (role = 'admin' AND organisation_id IS NULL AND network_id IS NULL)",
            name="role_fits_scope",
        ),
        Index("uq_role_grant_user_organisation", "user_id", "organisation_id", unique=True),
        Index("uq_role_grant_user_network", "user_id", "network_id", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(Code(Role))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), index=True)
    manager: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(back_populates="grants", lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    network: Mapped[Network | None] = relationship(lazy="raise_on_sql")


class ExternalIdentity(Base):
    """A person as an OpenID provider knows them."""

    __tablename__ = "external_identity"

    issuer: Mapped[str] = mapped_column(String(300), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
