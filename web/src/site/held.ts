/** State that outlives the page: there again after "back" and when it is read anew. */
import {useState} from 'preact/hooks';
import {heldInStep, holdInStep} from './address';

/** As useState; `name` tells apart what is filled in at this step of the browser's history. */
export function useHeld<Value>(name: string, first: Value): [Value, (value: Value) => void] {
  const [value, setValue] = useState<Value>(() => heldInStep<Record<string, Value>>()?.[name] ?? first);
  const change = (next: Value): void => {
    setValue(next);
    holdInStep({...heldInStep<object>(), [name]: next});
  };
  return [value, change];
}
