"""A relay: the pages and sockets of a server for its viewers, without a model or a camera."""
