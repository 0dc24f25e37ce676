"""Stages, their shows and the scheduler that steps them; no route and no format of bytes."""
