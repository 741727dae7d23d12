"""Loyalty, with no HTTP word and no vendor's word in it."""
