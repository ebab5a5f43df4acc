"""Networks and organisations."""
