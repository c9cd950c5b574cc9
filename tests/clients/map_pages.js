// Pages as their authors' examples show them: a map of 512 × 512 pixels with one layer of pictures. Each returns the
// addresses of the pictures that could not be loaded, once the map has come to rest.

function place() {
  document.body.innerHTML = '<div id="map" style="position: fixed; inset: 0; width: 512px; height: 512px"></div>';
}

async function withOpenLayers(source, centre, zoom) {
  const failed = [];
  source.on(['tileloaderror', 'imageloaderror'], event => failed.push(event.type));
  const map = new ol.Map({
    target: 'map', controls: [], layers: [new ol.layer[source instanceof ol.source.Image ? 'Image' : 'Tile']({source})],
    view: new ol.View({center: ol.proj.fromLonLat(centre), zoom}),
  });
  await new Promise(resolve => map.once('rendercomplete', resolve));
  return failed;
}

const PAGES = {
  async openLayersWms({ows, layer, centre, zoom}) {
    return withOpenLayers(new ol.source.TileWMS({url: ows, params: {LAYERS: layer}}), centre, zoom);
  },

  async openLayersWmts({ows, layer, centre, zoom}) {
    const text = await (await fetch(`${ows}?SERVICE=WMTS&REQUEST=GetCapabilities`)).text();
    const capabilities = new ol.format.WMTSCapabilities().read(text);
    const options = ol.source.WMTS.optionsFromCapabilities(capabilities, {layer, matrixSet: 'WebMercatorQuad'});
    return withOpenLayers(new ol.source.WMTS(options), centre, zoom);
  },

  async leafletWms({ows, layer, centre, zoom}) {
    return withLeaflet(L.tileLayer.wms(ows, {layers: layer, format: 'image/png'}), centre, zoom);
  },

  async leafletTiles({api, layer, centre, zoom}) {
    return withLeaflet(L.tileLayer(`${api}/collections/${layer}/map/xyz/{z}/{x}/{y}.png`), centre, zoom);
  },
};

async function withLeaflet(layer, [lon, lat], zoom) {
  const failed = [];
  layer.on('tileerror', event => failed.push(event.tile.src));
  const map = L.map('map', {fadeAnimation: false, zoomControl: false, attributionControl: false});
  map.setView([lat, lon], zoom);
  await new Promise(resolve => layer.once('load', resolve).addTo(map));
  return failed;
}

window.show = async (page, asked) => {
  place();
  return PAGES[page](asked);
};
