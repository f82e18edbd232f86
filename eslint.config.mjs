import neostandard from 'neostandard'

/** What the page has beyond what the style knows already. */
const BROWSER = ['Node', 'confirm', 'ResizeObserver', 'addEventListener', 'dispatchEvent', 'localStorage', 'location']

export default [
  ...neostandard({ ts: true, ignores: ['.data/**', '.tap/**', 'node_modules/**', 'coverage/**'] }),
  { files: ['api/web/**/*.js'], languageOptions: { globals: Object.fromEntries(BROWSER.map((name) => [name, 'readonly'])) } },
  {
    rules: {
      complexity: ['error', 10],
      '@typescript-eslint/no-redeclare': 'off', // a shape and its type share a name
      '@stylistic/max-len': ['error', { code: 160, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }]
    }
  }
]
