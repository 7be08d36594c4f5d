// A photo as it leaves the phone: drawn anew from its pixels, at most 2048 on its long side. What the camera wrote beside the picture
// – place, time, maker, number – is not picture, and stays behind.

const LONG_SIDE = 2048;
const QUALITY = 0.86;

/** The browser cannot draw this file. */
export class Unreadable extends Error {}

/** @returns {Promise<Blob>} a JPEG. Raises Unreadable. */
export async function shrink(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Unreadable();
  }
  const scale = Math.min(1, LONG_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext("2d", { alpha: false });
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const drawn = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  canvas.width = canvas.height = 0; // some phones keep the memory of a canvas for long
  if (!drawn) throw new Unreadable();
  return drawn;
}
