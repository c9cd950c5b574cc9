"""Mails: who is to hear of what, in their language, queued in the database and sent by the worker."""
