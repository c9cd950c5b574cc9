/** What the form proposes for a layer: filters and columns follow the layer that is chosen. */

interface Property {
  type?: string;
  title?: string;
  format?: string;
  minimum?: number;
  enum?: string[];
  oneOf?: {const: string; title?: string}[];
}

interface Proposal {
  value: string;
  label: string;
}

type Control = HTMLInputElement | HTMLTextAreaElement;

/** Fills the proposals of every layer of the form, now and whenever another one is chosen. */
export function followLayers(form: HTMLFormElement): void {
  for (const select of form.querySelectorAll<HTMLSelectElement>('select[data-kind=layer]')) {
    const written = new Map<string, string[]>();
    let before = select.value;
    select.addEventListener('change', () => {
      const controls = dependent(form, select.name);
      written.set(before, controls.map(control => control.value));
      const again = written.get(select.value);
      controls.forEach((control, i) => { control.value = again?.[i] ?? ''; });
      before = select.value;
      void propose(form, select);
    });
    void propose(form, select);
  }
}

/** The fields that say something of the layer in the field `name`: its filters, and names of its columns. */
function dependent(form: HTMLFormElement, name: string): Control[] {
  return [...form.querySelectorAll<Control>(`[data-filter-of="${name}"], [data-column-of="${name}"]`)];
}

async function propose(form: HTMLFormElement, select: HTMLSelectElement): Promise<void> {
  const collection = select.value;
  const properties = collection ? await propertiesOf(form, collection) : {};
  if (select.value !== collection) return; // another one was chosen meanwhile
  const filters = Object.entries(properties).flatMap(([name, property]) => filtersOf(name, property));
  const columns = Object.entries(properties).map(([name, {title}]) => ({value: name, label: title ?? name}));
  fill(`filters-${select.name}`, filters);
  fill(`columns-${select.name}`, columns);
  for (const control of dependent(form, select.name)) {
    const isFilter = control.dataset.filterOf !== undefined;
    control.placeholder = (isFilter ? filters[0] : columns[0])?.value ?? '';
    if (control instanceof HTMLInputElement) {
      control.setAttribute('list', `${isFilter ? 'filters' : 'columns'}-${select.name}`);
    }
  }
}

/** The columns of a layer that filters may name; none while the server cannot be reached. */
async function propertiesOf(form: HTMLFormElement, collection: string): Promise<Record<string, Property>> {
  try {
    const address = `../collections/${encodeURIComponent(collection)}/queryables`;
    const answer = await fetch(`${address}?f=json&lang=${form.dataset.lang ?? 'vi'}`);
    const {properties = {}} = answer.ok ? await answer.json() as {properties?: Record<string, Property>} : {};
    return Object.fromEntries(Object.entries(properties)
      .filter(([name, {format}]) => name !== 'id' && !format?.startsWith('geometry')));
  } catch {
    return {};
  }
}

/** CQL2 expressions that the column can be filtered by: each of its values, or one that shows how. */
function filtersOf(name: string, {type, title = name, minimum, enum: values, oneOf}: Property): Proposal[] {
  const titleOf = (value: string): string => oneOf?.find(each => each.const === value)?.title ?? value;
  if (values) return values.map(value => ({value: `${name} = '${value}'`, label: `${title}: ${titleOf(value)}`}));
  if (type === 'boolean') return [{value: `${name} = true`, label: title}];
  if (type === 'integer' || type === 'number') return [{value: `${name} > ${minimum ?? 0}`, label: title}];
  return [];
}

function fill(id: string, proposals: Proposal[]): void {
  const options = proposals.map(({value, label}) => {
    const option = document.createElement('option');
    option.value = value;
    option.label = label;
    return option;
  });
  document.getElementById(id)?.replaceChildren(...options);
}
