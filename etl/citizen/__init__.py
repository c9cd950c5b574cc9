"""Reports of citizens: taken without a sign-in, seen by reviewers, and released when they are accepted."""
