import {useEffect, useState} from 'preact/hooks';

const TICK_MS = 10_000;

/** The minute of the screen that somebody looks at. */
export function Clock({write}: {write: (minute: string) => string}) {
  const [now, setNow] = useState(new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return <time class="clock">{write(`${day} ${two(now.getHours())}:${two(now.getMinutes())}`)}</time>;
}
