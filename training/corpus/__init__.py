"""Motion capture as a corpus: read, fitted, cleaned, labelled; nothing of torch or of models."""
