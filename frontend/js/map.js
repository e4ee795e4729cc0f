// Maps: polygons of units, a point, and tiles where the installation has them.
import "leaflet/dist/leaflet.css";
import L from "leaflet";
import gcoord from "gcoord";
import { territory } from "./parts/territory.js";

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const json = (id) => JSON.parse(document.getElementById(id)?.textContent || "null");

function style(feature) {
  // What a check refused is red and dashed: colour is never the only sign.
  if (feature.properties?.refused) {
    return { color: token("--over-mark"), weight: 2, dashArray: "6 4", fillColor: token("--over-mark"), fillOpacity: 0.12 };
  }
  return { color: token("--map-line"), weight: 1.5, fillColor: token("--map-fill"), fillOpacity: 0.16 };
}

function polygons(map, data, links) {
  return L.geoJSON(data, {
    style,
    onEachFeature(feature, shape) {
      const { name, url } = feature.properties || {};
      if (name) shape.bindTooltip(name, { sticky: true });
      if (links && url) shape.on("click", () => window.location.assign(url));
    },
  }).addTo(map);
}

// A map that flies is what a slow PC draws worst, and what some people asked their system not to be shown.
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const motion = { zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still };

function base(node) {
  const map = L.map(node, { ...motion, attributionControl: false, scrollWheelZoom: node.dataset.wheel !== undefined, zoomControl: false, zoomSnap: 0.25 });
  L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
  if (node.dataset.tiles) L.tileLayer(node.dataset.tiles, { maxZoom: 18 }).addTo(map);
  node.leafletMap = map;
  return map;
}

/** One of many places: as large as its count; `own` is where it all belongs. */
function place(map, { lat, lng, label, count, own }) {
  const fillColor = token(own ? "--map-here" : "--map-line");
  const at = L.latLng(lat, lng);
  L.circleMarker(at, { radius: 6 + Math.min(6, count / 2), weight: own ? 4 : 2, color: "white", fillColor, fillOpacity: 1 })
    .bindTooltip(label, { permanent: own, direction: "top" })
    .addTo(map);
  return at;
}

/** Draws a map into `node`: data-polygons, data-point and data-points name <script type="application/json"> elements. */
export function draw(node) {
  const map = base(node);
  const bounds = L.latLngBounds([]);
  const data = json(node.dataset.polygons);
  if (data && data.features.length) bounds.extend(polygons(map, data, node.dataset.links !== undefined).getBounds());
  const point = json(node.dataset.point);
  if (point) {
    const here = L.latLng(point.lat, point.lng);
    L.circleMarker(here, { radius: 7, weight: 2, color: "white", fillColor: token("--map-here"), fillOpacity: 1 }).addTo(map);
    bounds.extend(here);
  }
  for (const one of json(node.dataset.points) || []) bounds.extend(place(map, one));
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [12, 12], maxZoom: 17 });
  node.dispatchEvent(new CustomEvent("map-ready", { bubbles: true, detail: { map, L } }));
  return map;
}

window.governanceMap = { L, gcoord, draw };
function drawAll() {
  document.querySelectorAll("[data-map]:not(.leaflet-container)").forEach(draw);
  document.querySelectorAll("[data-territory]:not(.leaflet-container)").forEach((node) => territory(L, base(node), node, { style, token }));
}
document.addEventListener("DOMContentLoaded", drawAll);
document.addEventListener("htmx:afterSwap", drawAll);
