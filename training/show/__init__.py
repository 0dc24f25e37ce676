"""Clips and markers drawn in a browser or into files; nothing that learns or measures."""
