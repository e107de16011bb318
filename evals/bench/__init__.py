"""Measurements of speed and size, as ratios between rivals in one run."""
