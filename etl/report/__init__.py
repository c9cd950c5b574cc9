"""What a delivery came to: faults and figures, and how they are told."""
