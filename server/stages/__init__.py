"""Stages side by side, stepped together at their frame rate."""
