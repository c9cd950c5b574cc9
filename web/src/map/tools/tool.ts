/** Which tool of the map is open. */
import {signal} from '@preact/signals';

export type ToolName = 'table' | 'filter' | 'measure' | 'time' | 'compare' | 'print' | 'share' | 'report';
export type Tool = {name: 'layer'; layer: string} | {name: ToolName; layer?: string};

export const tool = signal<Tool | null>(null);
export const openTool = (next: Tool): void => { tool.value = next; };
export const closeTool = (): void => { tool.value = null; };
