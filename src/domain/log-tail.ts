const maxLines = 20;
/** Messages of conditions and Events are read whole by people and kept in etcd. */
const maxCharacters = 2000;

/** The end of a text, at most 20 lines and 2,000 characters; undefined when nothing but blanks is left. Pure. */
export function logTail(text: string | undefined): string | undefined {
  const lines = (text ?? '').trim().split('\n').slice(-maxLines);
  // A cut may part a surrogate pair, which the API server would store as another character.
  const tail = lines.join('\n').slice(-maxCharacters).toWellFormed().trim();
  return tail === '' ? undefined : tail;
}
