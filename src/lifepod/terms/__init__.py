"""What was agreed: terms, requests, agreements, proofs."""
