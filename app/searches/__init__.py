"""Searches over published texts that a person wants to repeat."""
