"""What a server answered, as it is read: what it means, what it adds up to, what it used. No I/O."""
