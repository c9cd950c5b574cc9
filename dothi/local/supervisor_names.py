"""The two supervisors of an instance by name: what starts them and what they run import this, and not each other."""

NAMES = ('supervisor', 'spare')
