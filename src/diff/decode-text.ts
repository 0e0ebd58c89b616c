const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A body as text: in the character set that is named, or else UTF-8 (RFC 8259, section 8.1; for the others it is the custom of
 * today). Undefined where the bytes are not of it, or nobody knows it.
 */
export function decodeText(body: Uint8Array, charset = 'utf-8'): string | undefined {
  try {
    return charset === 'utf-8' ? UTF_8.decode(body) : new TextDecoder(charset, { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
