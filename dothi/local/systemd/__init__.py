"""The instance as services of systemd: their units, the installation that they run, and putting both in place."""
