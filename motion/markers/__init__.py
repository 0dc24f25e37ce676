"""Optical markers: read from files, and fitted to the canonical skeleton."""
