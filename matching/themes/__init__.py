"""Live demand gathered into named themes, the same ones in any order."""
