import {useEffect, useState} from 'preact/hooks';
import type {FunctionComponent} from 'preact';
import {say} from './language';

/** A component whose code is fetched when it is first shown. */
export function lazy<Props extends object>(load: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> {
  return (props) => {
    const [loaded, setLoaded] = useState<{Component: FunctionComponent<Props>} | null>(null);
    useEffect(() => { void load().then((Component) => setLoaded({Component})); }, []);
    return loaded ? <loaded.Component {...props} /> : <p class="wait" role="status">{say('loading')}</p>;
  };
}
