"""What challenges and profiles have in common: being written, published, changed and withdrawn."""
