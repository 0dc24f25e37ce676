"""Clips and markers to look at: in a browser, or in files."""
