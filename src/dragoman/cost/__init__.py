"""What calls take: tokens, guessed and added up, and what they cost. No I/O."""
