"""Two sides that agreed: contact data, the thread of messages, and how far they come."""
