"""How the partners of a stage answer their dancers; no clock, file, socket or thread of a show."""
