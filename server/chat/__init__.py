"""Live chats as votes: their protocols, and the emotion that a line asks for."""
