"""Messages between servers and relays over NATS, and the connection that carries them."""
