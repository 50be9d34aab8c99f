"""The dense leg: encoders that turn texts into unit vectors, the fast one and the one it is held to."""
