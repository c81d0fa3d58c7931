"""What travels: requests, completions, chunks, faults and model cards. Types only; no I/O."""
