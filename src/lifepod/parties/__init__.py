"""What either side of an agreement does: keep a key, make rooms for records, file them, send and receive messages."""
