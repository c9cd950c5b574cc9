/** So often the panels of the dashboard look whether there is something new, in seconds. */
export const REFRESH_S = 60;
