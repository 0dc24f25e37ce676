"""Bounds on what strangers may send before it is understood, and on how many of them there are."""
