import { writeFileSync } from 'node:fs'
import { register } from 'tsx/esm/api'

/**
 * Runs a teraffi command and draws what it prints, colours and all, as an SVG:
 *   node scripts/terminal-svg.mjs docs/images/match.svg discover member:jerome-baptiste --limit 1
 */

const [FONT, WIDE, HIGH, EDGE] = [13, 7.83, 19, 18] // px: letter size, advance, line, margin
const INK = '#d8dee9'
const STYLE = { 1: 'font-weight="700" fill="#ffffff"', 2: 'fill="#8892a6"', 31: 'fill="#f07178"', 32: 'fill="#9ece6a"', 36: 'fill="#56b6c2"' } // SGR codes of api/terminal.ts

const [path, ...command] = process.argv.slice(2)
if (path === undefined || command.length === 0) {
  console.error('usage: node scripts/terminal-svg.mjs FILE.svg COMMAND …')
  process.exit(2)
}
const printed = await run(command)
if (!process.exitCode) writeFileSync(path, draw(`\x1b[2m$\x1b[22m node bin/teraffi.mjs ${command.join(' ')}\n${printed.trimEnd()}`))

/** What the command prints to a terminal with colours. */
async function run (argv) {
  register()
  const { main } = await import('../api/cli.ts')
  let printed = ''
  const { write } = process.stdout
  Object.assign(process.stdout, {
    isTTY: true,
    hasColors: () => true,
    write: (text) => {
      printed += text
      return true
    }
  })
  await main(argv)
  process.stdout.write = write
  return printed
}

function draw (text) {
  const lines = text.split('\n').map(runs)
  const columns = Math.max(...lines.map((line) => line.reduce((sum, { text }) => sum + [...text].length, 0)))
  const [width, height] = [Math.ceil(columns * WIDE + 2 * EDGE), lines.length * HIGH + 2 * EDGE]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<rect width="100%" height="100%" rx="8" fill="#1b1f2a"/>
<g font-family="ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT}" fill="${INK}">
${lines.map((line, at) => drawLine(line, EDGE + (at + 0.75) * HIGH)).filter(Boolean).join('\n')}
</g>
</svg>
`
}

/** Each run has its own length, so that columns line up in any fixed-width font. */
function drawLine (line, y) {
  let column = 0
  const spans = line.map(({ text, style }) => {
    const [x, length] = [EDGE + column * WIDE, [...text].length * WIDE]
    column += [...text].length
    return text.trim() === '' ? '' : `<tspan x="${x.toFixed(1)}" textLength="${length.toFixed(1)}" lengthAdjust="spacingAndGlyphs"${style && ` ${style}`}>${escape(text)}</tspan>`
  }).join('')
  return spans && `<text xml:space="preserve" y="${y}">${spans}</text>`
}

/** A line cut where its colour changes. */
function runs (line) {
  let style = ''
  return line.split(/(\x1b\[\d+m)/).flatMap((part) => { // eslint-disable-line no-control-regex
    const code = /^\x1b\[(\d+)m$/.exec(part)?.[1] // eslint-disable-line no-control-regex
    if (code !== undefined) style = STYLE[code] ?? ''
    return code !== undefined || part === '' ? [] : [{ text: part, style }]
  })
}

function escape (text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
