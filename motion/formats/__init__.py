"""Files of motion, read and written. No motion is made or judged here.

Builds on `motion.rigs`, for skeletons that files bring, on `motion.draw`, and on the ground.
"""
