// Lays out SQL for reading: a clause a line, conditions and columns indented. Only white space changes; what it does not
// understand stays as it came. Good enough for statements in spans, not a parser.

const kClauses = new Set([
  'SELECT', 'FROM', 'WHERE', 'GROUP BY', 'ORDER BY', 'HAVING', 'LIMIT', 'OFFSET', 'UNION', 'UNION ALL', 'VALUES', 'SET', 'RETURNING',
  'INSERT INTO', 'UPDATE', 'DELETE FROM', 'ON CONFLICT', 'ON DUPLICATE KEY UPDATE', 'WITH', 'FOR UPDATE', 'WINDOW', 'FETCH',
]);
const kJoins = new Set(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'INNER JOIN', 'FULL JOIN', 'CROSS JOIN', 'LEFT OUTER JOIN', 'RIGHT OUTER JOIN', 'FULL OUTER JOIN']);
const kTokens =
  /'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/|\s+|\b(?:group by|order by|union all|insert into|delete from|on conflict|on duplicate key update|for update|(?:left|right|full)(?:\s+outer)?\s+join|(?:inner|cross)\s+join)\b|[\w$@:.?*]+|<=|>=|<>|!=|\|\||::|[^\w\s]/giy;
const kStatement = /^\s*(?:select|insert|update|delete|with|replace|merge)\b/i;
const kLengthMax = 20_000;

export function looksLikeSql(text: string): boolean {
  return kStatement.test(text);
}

export function formatSql(text: string): string {
  if (!looksLikeSql(text) || text.length > kLengthMax) return text;
  const lines: string[] = [];
  let line = '';
  let depth = 0;
  let inClause = '';
  const flush = () => {
    if (line.trim() !== '') lines.push(line.trimEnd());
  };
  const fresh = (extra: number) => {
    flush();
    line = '  '.repeat(depth * 2 + extra);
  };
  let spaced = false;
  for (const token of text.match(kTokens) ?? []) {
    if (/^\s+$/.test(token)) {
      spaced = true;
      continue;
    }
    const word = token.toUpperCase().replace(/\s+/g, ' ');
    if (kClauses.has(word)) {
      fresh(0);
      inClause = word;
      line += `${token} `;
    } else if (kJoins.has(word)) {
      fresh(0);
      line += `${token} `;
    } else if ((word === 'AND' || word === 'OR') && inClause !== 'SELECT') {
      fresh(1);
      line += `${token} `;
    } else if (token === '(') {
      line += (spaced && !/[( ]$/.test(line) ? ' ' : '') + token;
      depth++;
    } else if (token === ')') {
      depth = Math.max(0, depth - 1);
      line = line.trimEnd() + token;
    } else if (token === ',') {
      line = line.trimEnd() + token;
      if (depth === 0 && ['SELECT', 'SET', 'ORDER BY', 'GROUP BY'].includes(inClause) && line.length > 60) fresh(1);
    } else {
      const joins = /[( ]$/.test(line) || line.trim() === '' || !spaced;
      line += (joins ? '' : ' ') + token;
    }
    spaced = false;
    if (token.startsWith('--')) fresh(1);
  }
  flush();
  return lines.join('\n');
}
