"""What every other room stands on: settings, errors, the layer model, coordinate systems, the database."""
