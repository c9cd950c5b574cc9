"""How layers are drawn: one source per layer, `styles/<id>.yml`, written out for every client."""
