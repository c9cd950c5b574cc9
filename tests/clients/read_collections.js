// What @camptocamp/ogc-client makes of an API: prints it as JSON. Argument: the API's address.
import {OgcApiEndpoint} from '@camptocamp/ogc-client';

const endpoint = new OgcApiEndpoint(process.argv[2]);
const read = async (id, records) => {
  const described = await endpoint.getCollectionInfo(id);
  const items = await endpoint.getCollectionItems(id, 2);
  return {id, records, title: described.title, queryables: described.queryables, items,
    formats: described.itemFormats, downloads: described.bulkDownloadLinks};
};
const features = await endpoint.featureCollections;
const records = await endpoint.recordCollections;
const tiles = await endpoint.vectorTileCollections;
const collections = [];
for (const id of features) collections.push(await read(id, false));
for (const id of records) collections.push(await read(id, true));
const tilesets = {};
for (const id of tiles) tilesets[id] = await endpoint.getVectorTilesetUrl(id);
console.log(JSON.stringify({
  info: await endpoint.info, classes: await endpoint.conformanceClasses, collections, tilesets,
  matrixSets: await endpoint.tileMatrixSets,
}));
