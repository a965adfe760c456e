"""The only room that talks to pods."""
