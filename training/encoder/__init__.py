"""The encoder: export and quantisation."""
