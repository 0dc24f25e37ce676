"""Shows on disk: recorded, played again, computed again, exported."""
