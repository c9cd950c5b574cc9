"""The `dothi` command: each file reads its options, calls the room that does the work, and shows what came of it."""
