"""What the partners of a stage do: modes, phrases, changes that blend."""
