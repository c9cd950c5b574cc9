import {useEffect, useState} from 'preact/hooks';
import {momentOf} from '../site/format';

const TICK_MS = 10_000;

/** The minute of the screen that somebody looks at, by the clocks of the locality. */
export function Clock() {
  const [now, setNow] = useState(new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return <time class="clock">{momentOf(now)}</time>;
}
