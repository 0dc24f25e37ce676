"""Files of motion, read and written. A format knows no body but the one in the file."""
