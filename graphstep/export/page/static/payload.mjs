// What the page carries: facts as JSON, then arrays, compressed.

/** Return the bytes that a text of base64 stands for. */
export function bytesOfText(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** Return `{facts, blob}` of the data block. */
export async function unpacked(text) {
  const stream = new Blob([bytesOfText(text)])
    .stream()
    .pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  const size = new DataView(buffer).getUint32(0, true);
  const head = new Uint8Array(buffer, 4, size);
  const facts = JSON.parse(new TextDecoder().decode(head));
  return { facts, blob: buffer.slice(4 + size) };
}
