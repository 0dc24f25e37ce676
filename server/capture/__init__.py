"""Who dances before the camera: camera → pose → retarget → context."""
