"""Skeletons of others, brought onto the canonical one. No file is read here."""
