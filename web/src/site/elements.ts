/** Elements by id and by making. Text is always set as text: nothing from the data becomes markup. */

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element as T;
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  content: Partial<Omit<HTMLElementTagNameMap[K], 'children'>> & {children?: Array<Node | string>} = {},
): HTMLElementTagNameMap[K] {
  const {children = [], ...properties} = content;
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
