"""Capability profiles of startups."""
