/** `type/subtype` in lower case, parameters cut off (RFC 9110, section 8.3.1); empty when there is none. */
export function essenceOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

export function isJson(contentType: string | undefined): boolean {
  const essence = essenceOf(contentType);
  return essence === 'application/json' || essence.endsWith('+json');
}
