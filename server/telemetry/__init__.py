"""What an operator of the machine sees: metrics and logs."""
