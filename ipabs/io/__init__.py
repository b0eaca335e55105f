"""Files: tables in, whole folders out."""
