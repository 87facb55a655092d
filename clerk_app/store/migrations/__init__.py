"""Every schema this program ever released, one step each. A step that was released never changes."""
