"""Question to ranked hits."""
