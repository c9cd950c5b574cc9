import {useState} from 'preact/hooks';
import {answerOf, geoClient} from '../client';
import {useAnswer} from '../site/answer';
import {say} from '../site/language';

interface Column {
  name: string;
  title: string;
}

interface ColumnsProps {
  layer: string;
  /** Of the file → of the layer, as far as it is known. */
  matched: Record<string, string>;
  isOpen?: boolean;
  change: (columns: Record<string, string>) => void;
}

/** Which column of the file is which of the layer, to be put right by hand. */
export function Columns({layer, matched, isOpen = false, change}: ColumnsProps) {
  const {data: columns} = useAnswer(() => read(layer), [layer]);
  const [byHand, setByHand] = useState<Record<string, string>>({});
  if (!columns) return null;
  const fileColumnOf = (name: string): string => Object.entries(matched).find(([, of]) => of === name)?.[0] ?? '';
  const set = (name: string, fileColumn: string): void => {
    const next = {...byHand, [name]: fileColumn};
    setByHand(next);
    change(Object.fromEntries(Object.entries(next).filter(([, from]) => from).map(([to, from]) => [from, to])));
  };
  return <details open={isOpen}>
    <summary>{say('matchColumns')}</summary>
    <datalist id="file-columns">{Object.keys(matched).map((name) => <option key={name} value={name} />)}</datalist>
    <table><thead><tr><th>{say('layerColumn')}</th><th>{say('fileColumn')}</th></tr></thead>
      <tbody>{columns.map(({name, title}) => <tr key={name}><td>{title}</td>
        <td><input list="file-columns" aria-label={title} maxLength={200} value={byHand[name] ?? fileColumnOf(name)}
          onChange={({currentTarget}) => set(name, currentTarget.value.trim())} /></td></tr>)}</tbody></table>
  </details>;
}

async function read(collectionId: string): Promise<Column[]> {
  const answer = await answerOf(geoClient.GET('/collections/{collectionId}/queryables', {
    params: {path: {collectionId}},
  } as never)) as unknown as {properties: Record<string, {title?: string; format?: string}>};
  return Object.entries(answer.properties).filter(([name, {format}]) => name !== 'id' && !format?.startsWith('geometry'))
    .map(([name, {title}]) => ({name, title: title ?? name}));
}
