"""What an operator of the machine sees: faults, logs, metrics; nothing here knows of stages."""
