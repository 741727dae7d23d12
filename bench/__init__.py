"""Measurements beside a reference in the same run; the ratios are what to remember."""
