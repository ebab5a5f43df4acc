"""Mails: stored with their cause, sent by the worker."""
