-- A reviewer puts right what a report is about: the desk shows what the feature says.
grant update (kind) on citizen.report to dothi_editor;
