"""The live partner: camera to pose, pose to partner, partner to viewers. Nothing here trains."""
