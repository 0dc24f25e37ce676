"""From a recipe to a model folder: pools, windows, training, export; no measure of the result."""
