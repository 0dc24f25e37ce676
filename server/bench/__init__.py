"""Measures how fast a machine is and how long it keeps going; nothing here runs in a show."""
