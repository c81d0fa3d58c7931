"""Answers that are given again: kept for as long as their route says, for whoever asks the same with the same key."""
