"""What happened: records, their layout, and the importers that read exports."""
