"""How layers are drawn: one source per layer, `locality/styles/<id>.yml`, written out for every client."""
