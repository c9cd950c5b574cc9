-- Lasting ids without a key, and edits merged with deliveries.

-- Replaced by functions of the same names with other arguments.
drop function if exists catalog.diff(text, text, text[], text[], geometry, boolean, boolean);
