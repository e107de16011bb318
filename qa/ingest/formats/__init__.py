"""One small reader a format: bytes to text and what is known of it."""
