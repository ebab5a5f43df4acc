"""The declarative base all tables share."""

import secrets

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base class of every table; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


def new_uid() -> str:
    """Return 128 random bits in hex, a name that no other row on any database has."""
    return secrets.token_hex(16)
