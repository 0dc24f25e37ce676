"""Links to the instruments of a show: pure codecs, and thin edges that own the sockets."""
