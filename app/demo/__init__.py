"""Demonstration data: invented organisations, challenges and profiles with judgements."""
