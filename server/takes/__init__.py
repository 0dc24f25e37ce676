"""Shows on disk: recorded, read, computed again, exported; nothing here knows of stages."""
