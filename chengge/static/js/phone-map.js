// The map's worker comes from under the phone's own address, where the service worker answers for it: so the map is drawn, and its
// layers are found, without a network. Stands before city-map.js.

import { setWorkerUrl } from "maplibre-gl";

setWorkerUrl(document.getElementById("phone").dataset.mapWorker);
