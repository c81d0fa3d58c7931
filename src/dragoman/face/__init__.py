"""What a face is made of: a vendor's own surface over our core. See `dragoman.openai` and `faces/`."""
