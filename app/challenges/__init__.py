"""Challenges: needs of welfare organisations."""
