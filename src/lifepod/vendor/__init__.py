"""What a vendor does: ask within terms, keep what was agreed, read what was granted, do what it owes."""
