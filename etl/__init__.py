"""From an agency's file to a release: read, normalise, check, stage, diff, release."""
