"""Cue lists: changes of the controls that were prepared, in the order of the show."""
