"""Foreign skeletons, brought onto the canonical one or kept as they are. No file is read here.

Builds on the ground alone.
"""
