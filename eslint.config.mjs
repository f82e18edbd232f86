import neostandard from 'neostandard'

export default [
  ...neostandard({ ts: true, ignores: ['.data/**', '.tap/**', 'node_modules/**', 'coverage/**'] }),
  {
    rules: {
      complexity: ['error', 10],
      '@typescript-eslint/no-redeclare': 'off', // a shape and its type share a name
      '@stylistic/max-len': ['error', { code: 160, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }]
    }
  }
]
