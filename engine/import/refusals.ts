import { type FileHandle, open } from 'node:fs/promises'
import type { RowError } from '../../models/imports.js'
import type { Refused } from './rows.js'

const ERRORS_KEPT = 1_000

/** Keeps the first errors, and all of them and their rows in files, which appear with the first of them. */
export function refusals ({ rejectedTo, errorsTo }: { rejectedTo?: string, errorsTo?: string }) {
  const errors: RowError[] = []
  const byCode: Record<string, number> = {}
  const [rows, reasons] = [appending(rejectedTo), appending(errorsTo)]
  return {
    errors,
    byCode,
    async add ({ line, rejected, raw, header }: Refused): Promise<void> {
      byCode[rejected.code] = (byCode[rejected.code] ?? 0) + 1
      if (errors.length < ERRORS_KEPT) errors.push({ line, ...rejected })
      await reasons.write(JSON.stringify({ line, ...rejected }))
      await rows.write(raw, header)
    },
    async close (): Promise<void> {
      await rows.close()
      await reasons.close()
    }
  }
}

/** Writes lines, the first of them after the header. Without a path it writes nowhere. */
function appending (path: string | undefined) {
  let file: FileHandle | null = null
  return {
    async write (line: string, header?: string): Promise<void> {
      if (path === undefined) return
      const lines = file === null && header !== undefined ? [header, line] : [line]
      file ??= await open(path, 'w')
      await file.write(lines.map((one) => `${one}\n`).join(''))
    },
    close: async () => { await file?.close() }
  }
}
