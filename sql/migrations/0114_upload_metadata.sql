-- What a client says of a file that comes in parts, as it said it: tus has it said again to who goes on with the file.
alter table upload.file add column metadata text not null default '';
