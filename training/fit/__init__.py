"""From a recipe to a model folder: windows, training, export."""
