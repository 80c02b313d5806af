"""Rule files: how they are read, checked, guarded and run. No rule's own logic is here."""
