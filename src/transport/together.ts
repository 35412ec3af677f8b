/**
 * Those who ask in one turn of the event loop get one answer. It is looked up after they have asked, so that it is never
 * older than a question, and all of them go on before anything else happens. Rejects with what `look` throws.
 */
export function together<T>(look: () => T): () => Promise<T> {
  let next: Promise<T> | null = null;
  return () => {
    next ??= new Promise<void>((settle) => setImmediate(settle)).then(() => {
      next = null;
      return look();
    });
    return next;
  };
}
