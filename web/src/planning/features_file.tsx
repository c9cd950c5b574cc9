/** Features for a scenario from a GeoJSON file, such as a layer that a colleague drew in QGIS. */
import {useState} from 'preact/hooks';
import {reasonOf} from '../site/answer';
import {say} from '../site/language';

export interface FeaturesFileProps {
  /** Columns that the layer has; others are left out. */
  columns: string[];
  sent: GeoJSON.Feature[];
  change: (features: GeoJSON.Feature[]) => void;
}

export function FeaturesFile({columns, sent, change}: FeaturesFileProps) {
  const [fault, setFault] = useState('');
  const read = async (file: File | undefined): Promise<void> => {
    setFault('');
    try {
      change(file ? featuresIn(await file.text(), columns) : []);
    } catch (error) {
      change([]);
      setFault(error instanceof SyntaxError ? say('noGeoJson') : reasonOf(error));
    }
  };
  return <label class="field"><span>{say('orFromFile')}</span>
    <input type="file" accept=".geojson,.json" onChange={({currentTarget}) => void read(currentTarget.files?.[0])} />
    {sent.length > 0 && <span role="status">{say('readFromFile', {n: sent.length})}</span>}
    {fault && <span class="note bad" role="alert">{fault}</span>}
  </label>;
}

/** The features of the document with the properties that the layer has; raises SyntaxError where it is no such document. */
function featuresIn(text: string, columns: string[]): GeoJSON.Feature[] {
  const document = JSON.parse(text) as Partial<GeoJSON.FeatureCollection> | null;
  if (document?.type !== 'FeatureCollection' || !Array.isArray(document.features) || document.features.length === 0) throw new SyntaxError();
  const keepOwn = (properties: GeoJSON.GeoJsonProperties): Record<string, unknown> =>
    Object.fromEntries(Object.entries(properties ?? {}).filter(([name, value]) => columns.includes(name) && value !== null));
  return document.features.map(({geometry, properties}) => ({type: 'Feature', geometry, properties: keepOwn(properties)}));
}
