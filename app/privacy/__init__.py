"""What is stored about people and organisations: registered, exported, erased, and not kept longer than needed."""
