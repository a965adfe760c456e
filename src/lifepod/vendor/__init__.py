"""What a vendor does: read what was granted."""
