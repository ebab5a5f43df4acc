"""Backup while the service writes, and restore with a check and the erasure log replayed."""
