"""What a server keeps for its readers."""
