import {useEffect, useState} from 'preact/hooks';
import type {FunctionComponent} from 'preact';
import {say} from './language';

/** A component whose code is fetched when it is first shown; where it does not come, a way to read the page anew. */
export function lazy<Props extends object>(load: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> {
  return (props) => {
    const [loaded, setLoaded] = useState<{Component: FunctionComponent<Props>} | null>(null);
    const [hasFailed, setFailed] = useState(false);
    useEffect(() => { load().then((Component) => setLoaded({Component}), () => setFailed(true)); }, []);
    // after an update of the service the code has another name, which only a page that is read anew knows
    if (hasFailed) return <p class="note bad" role="alert">{say('noCode')} <button type="button" class="link" onClick={() => location.reload()}>{say('reload')}</button></p>;
    return loaded ? <loaded.Component {...props} /> : <p class="wait" role="status">{say('loading')}</p>;
  };
}
