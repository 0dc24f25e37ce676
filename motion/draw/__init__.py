"""Pictures of a figure, without a browser. Nothing here changes a motion.

Builds on the ground alone.
"""
