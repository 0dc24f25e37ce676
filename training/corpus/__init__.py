"""Motion capture as a corpus: read, fitted, cleaned, labelled."""
