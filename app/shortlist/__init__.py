"""Startups that an organisation remembers for a challenge, with notes its people share."""
