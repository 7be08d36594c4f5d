// Names that pages and the service worker share.
export const SHELL_CACHE = "chengge-shell-"; // and the version: scripts, styles, fonts; nobody's own
export const OWN_CACHE = "chengge-own-"; // and the version: pages, pack and ground of the member who is signed in
export const SYNC_TAG = "chengge-queue";
export const PACK = "/phone/pack.json";
export const KEPT = "/phone/kept/"; // and the name of a piece of the ground: not an address of the house, only of the cache
