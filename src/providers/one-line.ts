/** The text on one line, without control characters and credentials in URLs, cut after `longest` characters. Pure. */
export function oneLine(text: string, longest: number): string {
  const flat = text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/(https?:\/\/)[^\s/@]*@/gi, '$1')
    .trim();
  return flat.length <= longest ? flat : `${flat.slice(0, longest - 1)}…`;
}
