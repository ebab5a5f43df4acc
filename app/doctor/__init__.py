"""Looks at a machine and says what keeps Passgenau from working there; changes nothing."""
