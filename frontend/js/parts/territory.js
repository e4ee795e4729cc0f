// The map of the territory: streets from afar, communities nearer, grids nearest. Grids come street by street, as the
// view reaches them. The server answers 304 while nothing has changed.
const LEVELS = [
  { level: "street", from: 0, label: "街道（镇）", names: 0 },
  { level: "community", from: 12, label: "社区（村）", names: 13 },
  { level: "grid", from: 14, label: "网格", names: 15 },
];
const NOTHING = { type: "FeatureCollection", features: [] };

function levelAt(zoom) {
  return LEVELS.reduce((found, level) => (zoom >= level.from ? level : found), LEVELS[0]);
}

async function figures(url, parameters) {
  const response = await fetch(`${url}?${new URLSearchParams(parameters)}`, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`map data: ${response.status}`);
  return response.json();
}

// What stands in the popup: built as elements, so that no name is ever read as HTML.
function card(properties, zoomIn) {
  const box = document.createElement("div");
  const name = document.createElement("b");
  name.textContent = properties.name;
  const link = document.createElement("a");
  link.href = properties.url;
  link.textContent = "打开单位页面";
  const nearer = document.createElement("button");
  nearer.type = "button";
  nearer.className = "btn btn-plain btn-sm";
  nearer.textContent = "放大到这里";
  nearer.addEventListener("click", zoomIn);
  const lines = [name, link, nearer].map((part) => {
    const line = document.createElement("p");
    line.append(part);
    return line;
  });
  box.append(...lines);
  return box;
}

export function territory(L, map, node, { style, token }) {
  const url = node.dataset.territory;
  const status = document.getElementById("map-level");
  const layers = new Map();
  const streets = [];
  let named = null;
  let chosen = null;

  function onEachFeature(feature, shape) {
    const { name } = feature.properties;
    shape.bindTooltip(name, { sticky: true });
    shape.bindPopup(() => card(feature.properties, () => map.fitBounds(shape.getBounds(), { maxZoom: 16 })));
    shape.on("mouseover", () => shape.setStyle({ fillOpacity: 0.34 }));
    shape.on("mouseout", () => shape !== chosen && shape.setStyle({ fillOpacity: 0.16 }));
  }

  function layer(key, parameters) {
    if (!layers.has(key)) {
      const made = L.geoJSON(NOTHING, { style, onEachFeature });
      layers.set(key, made);
      made.ready = figures(url, parameters)
        .then((data) => made.addData(data))
        .catch(() => {
          layers.delete(key);
          status.textContent = "边界没有读到，请检查网络后移动地图重试。";
        });
    }
    return layers.get(key);
  }

  function wanted(level) {
    if (level.level !== "grid") return [layer(level.level, { level: level.level })];
    const view = map.getBounds();
    const near = streets.filter((street) => view.intersects(street.bounds));
    if (!streets.length) return [layer("grid", { level: "grid" })];
    return near.map(({ id }) => layer(`grid:${id}`, { level: "grid", within: id }));
  }

  // A name stands on its unit only where the unit is as wide as the name; elsewhere it comes with the pointer.
  function fits(shape, name) {
    const bounds = shape.getBounds();
    const width = map.latLngToLayerPoint(bounds.getNorthEast()).x - map.latLngToLayerPoint(bounds.getSouthWest()).x;
    return width > name.length * parseFloat(getComputedStyle(node).fontSize) * 0.95;
  }

  function names(level, shown) {
    const zoom = map.getZoom();
    if (named === `${level.level}:${zoom}`) return;
    named = `${level.level}:${zoom}`;
    shown.forEach((group) =>
      group.eachLayer((shape) => {
        const { name } = shape.feature.properties;
        shape.unbindTooltip();
        const visible = zoom >= level.names && fits(shape, name);
        shape.bindTooltip(name, visible ? { permanent: true, direction: "center", className: "map-label" } : { sticky: true });
      }),
    );
  }

  async function update() {
    const level = levelAt(map.getZoom());
    const shown = wanted(level);
    await Promise.all(shown.map((group) => group.ready));
    if (levelAt(map.getZoom()) !== level) return;
    layers.forEach((group) => !shown.includes(group) && group.remove());
    shown.forEach((group) => group.addTo(map));
    if (level.level === "grid") named = null;
    names(level, shown);
    const count = shown.reduce((sum, group) => sum + group.getLayers().length, 0);
    status.textContent = count ? `当前显示：${level.label}` : `这里没有${level.label}的边界`;
    node.dataset.level = level.level;
  }

  function show(button) {
    const [west, south, east, north] = button.dataset.show.split(",").map(Number);
    map.fitBounds([[south, west], [north, east]], { maxZoom: 16, padding: [24, 24] });
    chosen?.remove();
    chosen = L.rectangle([[south, west], [north, east]], { color: token("--focus"), weight: 3, fill: false, interactive: false }).addTo(map);
    node.scrollIntoView({ block: "nearest" });
  }

  async function start() {
    map.setView([35, 105], 4);
    let first = layer("street", { level: "street" });
    await first.ready;
    first.eachLayer((shape) => streets.push({ id: shape.feature.properties.id, bounds: shape.getBounds() }));
    // Whoever works in one community or grid sees no street: begin with what they do see.
    for (const level of ["community", "grid"]) {
      if (first.getLayers().length) break;
      first = layer(level, { level });
      await first.ready;
    }
    if (first.getLayers().length) map.fitBounds(first.getBounds(), { padding: [8, 8] });
    else status.textContent = "您的管辖范围内还没有边界。";
    map.on("zoomend moveend", update);
    await update();
    document.querySelectorAll("[data-show]").forEach((button) => button.addEventListener("click", () => show(button)));
  }
  start();
}
