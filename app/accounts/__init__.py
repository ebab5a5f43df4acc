"""People: signing in, registering, inviting, and what they may do."""
