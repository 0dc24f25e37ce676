"""From pictures or landmarks to performers and their poses; nothing here knows of partners."""
