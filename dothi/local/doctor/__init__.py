"""`dothi doctor`: whether this installation is as it should be. Files of deliveries have a doctor of theirs (etl)."""
