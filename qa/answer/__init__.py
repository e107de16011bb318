"""Hits to an answer."""
