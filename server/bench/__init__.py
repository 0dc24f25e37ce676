"""How fast a machine is, and how long it keeps going."""
