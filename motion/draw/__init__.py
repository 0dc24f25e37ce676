"""Pictures of a figure without a browser. Nothing here moves it."""
