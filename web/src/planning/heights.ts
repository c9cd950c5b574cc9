/** The rasters that hold heights: what a dike or a filling changes. */
import {read} from './api';
import {coverages} from './titles';

export interface HeightModel {
  id: string;
  title: string;
  least: number;
  most: number;
}

interface Band {
  'x-ogc-unit'?: string;
  minimum?: number;
  maximum?: number;
}

/** Those with a band in metres, and which heights it takes. */
export async function readHeightModels(): Promise<HeightModel[]> {
  const models = await Promise.all([...coverages.value].map(async ([id, title]) => {
    const {properties} = await read<{properties: Record<string, Band>}>(`/collections/${id}/schema`);
    const band = Object.values(properties).find((each) => each['x-ogc-unit'] === 'm');
    return band ? [{id, title, least: band.minimum ?? -100, most: band.maximum ?? 1000}] : [];
  }));
  return models.flat();
}
