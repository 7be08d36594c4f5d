// Which position to believe. The first that a phone gives is often that of a mast hundreds of metres away.

export const COARSE_M = 30;
const SETTLE_MS = 8000;

const metres = (a, b) => {
  const x = (b.lon - a.lon) * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(x, b.lat - a.lat) * 111_320;
};

/** The best of the first seconds; later another only if it is finer, or if the person has plainly walked on. */
export class BestFix {
  #best = null;
  #first = 0;

  get best() {
    return this.#best;
  }

  /** Take a fix in. Answers whether it is the one to believe now. */
  hear(fix, now = Date.now()) {
    this.#first ||= now;
    const known = this.#best;
    const finer = !known || fix.accuracy < known.accuracy * 0.9;
    const settled = now - this.#first >= SETTLE_MS;
    const walkedOn = known && settled && metres(known, fix) > Math.max(8, fix.accuracy, known.accuracy) && fix.accuracy <= COARSE_M;
    if (!finer && !walkedOn) return false;
    this.#best = fix;
    return true;
  }

  /** Forget, and begin anew. */
  restart() {
    this.#best = null;
    this.#first = 0;
  }
}
