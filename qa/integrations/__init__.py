"""Dateline inside other programs."""
