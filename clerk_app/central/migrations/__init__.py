"""Every schema that central ever released, one step each, for both engines. A step that was released never changes."""
