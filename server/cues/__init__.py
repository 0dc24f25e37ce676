"""Cue lists: prepared changes of the controls, kept in files; nothing here shows or sends any."""
