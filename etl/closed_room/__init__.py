"""The closed room: what came from outside is opened and parsed only here, in a child process behind walls."""
