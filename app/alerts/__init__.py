"""What people are told by mail: at once or in a digest, once, and never with anybody's personal data."""
