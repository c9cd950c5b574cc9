"""Templates: files to be filled in for a layer, which the desk knows again when they come back."""
