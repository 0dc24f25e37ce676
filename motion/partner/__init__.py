"""Everything between a model's output and a partner on a stage. No person, socket, file or clock.

Builds on `motion.model` and on the ground.
"""
