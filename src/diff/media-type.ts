import { headerValue, type RawHeaders } from '../core/index.ts';

/** `type/subtype` in lower case, parameters cut off (RFC 9110, section 8.3.1); empty when there is none. */
export function essenceOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

export function isJson(contentType: string | undefined): boolean {
  const essence = essenceOf(contentType);
  return essence === 'application/json' || essence === 'text/json' || essence.endsWith('+json');
}

const CHARSET = /;\s*charset="?([^";\s]+)/i;

/** The character set that a media type names, in lower case. */
export function charsetOf(contentType: string | undefined): string | undefined {
  return CHARSET.exec(contentType ?? '')?.[1]?.toLowerCase();
}

/** Whether both name a character set, and not the same one. JSON is UTF-8 whether or not it says so (RFC 8259, 8.1). */
export function isOtherCharset(left: string | undefined, right: string | undefined): boolean {
  const [one, other] = [left, right].map(charsetOf);
  if (one === other) return false;
  return (one !== undefined && other !== undefined) || !isJson(left);
}

export function contentTypeOf(reply: { readonly headers: RawHeaders }): string | undefined {
  return headerValue(reply.headers, 'content-type');
}
