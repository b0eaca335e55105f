"""What the money costs each firm, facility by facility, and where a saving comes from."""
