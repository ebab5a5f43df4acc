"""What networks see: counts, never single organisations."""
