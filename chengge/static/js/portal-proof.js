// A little work over the form's nonce, so that sending thousands of forms costs something: find a number with which SHA-256 of
// "nonce:number" begins with as many zero bits as the city asks for. Done in slices while the person writes.

const SLICE = 256;
const kept = new Map();

function leadingZeros(bytes) {
  let bits = 0;
  for (const byte of bytes) {
    if (byte === 0) {
      bits += 8;
      continue;
    }
    return bits + Math.clz32(byte) - 24;
  }
  return bits;
}

async function work(nonce, bits) {
  const encoder = new TextEncoder();
  for (let from = 0; ; from += SLICE) {
    const digests = await Promise.all(
      Array.from({ length: SLICE }, (_unused, i) => crypto.subtle.digest("SHA-256", encoder.encode(`${nonce}:${from + i}`))),
    );
    const found = digests.findIndex((digest) => leadingZeros(new Uint8Array(digest)) >= bits);
    if (found >= 0) return String(from + found);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** Whether this browser can do the work at all (it cannot on a plain http address). */
export function canProve() {
  return Boolean(globalThis.crypto?.subtle);
}

/** The number that proves the work; begun once, the same for the same nonce. */
export function proofFor(nonce, bits) {
  if (!kept.has(nonce)) kept.set(nonce, work(nonce, bits));
  return kept.get(nonce);
}
