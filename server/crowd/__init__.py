"""The audience's votes: ballots, the code that opens them, and the tally; no socket lives here."""
