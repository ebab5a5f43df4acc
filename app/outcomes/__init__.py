"""What became of introductions, asked after 30, 90 and 180 days."""
