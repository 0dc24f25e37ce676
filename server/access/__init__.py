"""Who may speak to the server, before anything is asked of it; knows no stage and no show."""
