"""What turns a model's frames into a partner that moves on a stage. No person, socket or clock."""
