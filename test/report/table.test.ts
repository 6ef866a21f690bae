import { expect, test } from 'vitest';
import { table } from '../../src/report/table.ts';

const columns = [{ head: 'name' }, { head: 'score', numeric: true }];

test('a sortable table has a button in each head and what to sort by in each cell', () => {
  const rows = [
    ['a', { shown: '0.10 ± 0.01', value: 0.1 }],
    ['b', { shown: '–', value: Number.NaN }],
  ];
  const { markup } = table('scores', columns, rows, { sortable: true });
  expect(markup.match(/<th [^>]*><button type="button">/g)).toHaveLength(2);
  expect([...markup.matchAll(/data-value="([^"]*)"/g)].map(([, value]) => value)).toEqual(['a', '0.1', 'b', '']);
  expect(markup).toContain('>0.10 ± 0.01<');
});

test('another table has neither', () => {
  const { markup } = table('scores', columns, [['a', 1]]);
  expect(markup).not.toMatch(/button|data-value/);
});
