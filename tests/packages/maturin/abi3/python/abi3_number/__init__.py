"""One wheel for many Pythons."""
