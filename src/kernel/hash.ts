import { createHash } from 'node:crypto';

/** First `length` hex characters of the SHA-256 of the text's UTF-8 bytes. Pure. */
export function sha256Hex(text: string, length = 64): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, length);
}

const fnvOffsetBasis = 2166136261;
const fnvPrime = 16777619;

/** 32-bit FNV-1a of the text's UTF-8 bytes as an unsigned decimal (the FNV draft, section 4). Pure. */
export function fnv1a32(text: string): string {
  let hash = fnvOffsetBasis;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, fnvPrime) >>> 0;
  return String(hash);
}
