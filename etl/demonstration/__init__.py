"""What of an instance is the demonstration, and how it is left (docs/decisions/0084-leaving-the-demonstration.md)."""
