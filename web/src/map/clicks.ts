/** Whether a click on the map asks what lies there: not while a tool takes the clicks. */
let paused = 0;

export const areClicksPaused = (): boolean => paused > 0;

/** Takes the clicks until the function that it gives is called. */
export function pauseClicks(): () => void {
  paused += 1;
  return () => { paused -= 1; };
}
