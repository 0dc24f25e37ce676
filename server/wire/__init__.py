"""What travels between server and browsers, and who may say what; nothing here knows of shows."""
