"""Reads challenges and profiles from files: checks every row first, then stores all of them or none."""
