"""What a person does: import, look, share."""
