"""The motion models: a file for each, what they share, and their list."""
