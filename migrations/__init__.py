"""Alembic migrations; part of the wheel, so that `passgenau migrate` works wherever the package is installed."""
