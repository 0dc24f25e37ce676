const PNG = 0x89504e47;
const JPEG = 0xffd8;

/**
 * Tells how many pixels a picture will have once decoded, without decoding it.
 *
 * @returns 0 when it is neither PNG nor JPEG; the browser will then judge it.
 */
export function pictureArea(data: DataView): number {
  if (data.byteLength < 24) return 0;
  if (data.getUint32(0) === PNG) return data.getUint32(16) * data.getUint32(20);
  return data.getUint16(0) === JPEG ? jpegArea(data) : 0;
}

/** Goes from segment to segment to the one that starts the frame. */
function jpegArea(data: DataView): number {
  for (let at = 2; at + 9 < data.byteLength; at += 2 + data.getUint16(at + 2)) {
    const marker = data.getUint16(at);
    const startsFrame = marker >= 0xffc0 && marker <= 0xffcf && ![4, 8, 12].includes(marker & 15);
    if (startsFrame) return data.getUint16(at + 5) * data.getUint16(at + 7);
  }
  return 0;
}
