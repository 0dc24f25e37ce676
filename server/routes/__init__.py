"""HTTP: requests to calls and results to answers; what a route does is decided elsewhere."""
