"""From motion capture to an exported motion model; nothing that runs a show, which is `server`."""
