/** SQLite takes at most 32,766 values in one statement. */
export function* batches<T>(rows: T[], size = 500): Generator<T[]> {
  for (let i = 0; i < rows.length; i += size) yield rows.slice(i, i + size)
}
