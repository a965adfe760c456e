"""The pod at home: a Community Solid Server on this machine."""
