"""What people write to the operator about barriers they met."""
