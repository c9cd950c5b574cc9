"""In which encoding text came: judged column by column, by how much of it becomes Vietnamese."""
