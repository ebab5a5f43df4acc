"""What a side says to a match, until when an answer is awaited, and what a decline does to the lists."""
