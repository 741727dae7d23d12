"""Flask, with no vendor's word in it."""
