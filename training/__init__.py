"""From motion capture to an exported motion model."""
