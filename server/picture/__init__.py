"""The stage's picture, taken from a page and given to other programs of this machine."""
