"""Measures of models and of real motion, and reports; nothing that training itself needs."""
