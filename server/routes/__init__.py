"""HTTP: a route a file, thin. What it does lives elsewhere."""
