"""Who may do what: rules, verdicts, surveys, audits and plans; no I/O."""
