/** A photo made smaller in the browser: where it was taken, and by what, then never leaves the telephone. */
const [LONGEST_SIDE_PX, QUALITY] = [2_000, 0.85];

/** A JPEG of the photo in base64; the file as it is where the browser cannot draw it: the server says what is wrong. */
export async function packed(file: File): Promise<string> {
  return await inBase64(await drawn(file).catch(() => null) ?? file);
}

async function drawn(file: File): Promise<Blob | null> {
  const picture = await createImageBitmap(file, {imageOrientation: 'from-image'});
  const scale = Math.min(1, LONGEST_SIDE_PX / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return await new Promise(resolve => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
}

async function inBase64(content: Blob): Promise<string> {
  return await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(content);
  });
}
