import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../../src/formats/input-error.ts';
import { isPythonList, parsePythonList } from '../../../src/schedule/files/python-list.ts';
import { betasArbitrary } from '../arbitraries.ts';

test.each([
  '[1e-6, 2e-5]',
  '[1e-6, 2e-5,]',
  ' [ 0.000001,\n  2E-05\n]\n',
  '(1e-6, 2e-5)',
  '1e-6,2e-5',
  '+1e-6, 2.e-5,',
  'torch.tensor([1e-6, 2e-5])',
  'np.array([1e-6, 2e-5], dtype=np.float32)',
  'numpy.array((1e-6, 2e-5))',
  "tensor([1.0000e-06, 2.0000e-05], device='cuda:0', dtype=torch.float64)",
  'tensor([1e-6, 2e-5], requires_grad=True)',
  "array([1e-06, 2e-05], dtype='float32')",
  // What printing a list of tensors, or of numpy 2's numbers, gives.
  '[tensor(1.0000e-06), tensor(2.0000e-05, dtype=torch.float64)]',
  '[np.float64(1e-06), np.float32(2e-05)]',
])('%j is a list', (text) => {
  expect(isPythonList(text)).toBe(true);
  expect(parsePythonList(text)).toEqual([1e-6, 2e-5]);
});

test('elements stay as written, also where Python would make them float32', () => {
  expect(parsePythonList('torch.tensor([0.1, .5, 5., -1, 1e999])')).toEqual([
    0.1,
    0.5,
    5,
    -1,
    Number.POSITIVE_INFINITY,
  ]);
});

test.each(['[]', '()', 'np.array([])'])('%s has no elements', (text) => {
  expect(parsePythonList(text)).toEqual([]);
});

test.each([
  ['[1e-6, x]', 'element 2 must be a number, got "x"'],
  ['[1e-6, nan, 1]', 'element 2 must be a number, got "nan"'],
  ['[1e-6,, 2e-5]', 'element 2 must be a number, got ", 2e-5"'],
  ['[[1e-6]]', 'element 1 must be a number, got "[1e-6"'],
  ["['1e-6']", `element 1 must be a number, got "'1e-6'"`],
  ['[1e-6, 2e-5', 'expected a comma or ] after element 2, got the end'],
  ['[1e-6, 2e-5)', 'expected a comma or ] after element 2, got ")"'],
  ['[1e-6 2e-5]', 'expected a comma or ] after element 1, got "2e-5"'],
  ['[1_000]', 'expected a comma or ] after element 1, got "_000"'],
  ['[1e-6, 0x10]', 'expected a comma or ] after element 2, got "x10"'],
  ['1e-6,2e-5]', 'expected a comma or the end after element 2, got "]"'],
  ['[1e-6] * 6', 'expected the end after ], got "* 6"'],
  ['[1e-6', 'expected a comma or ] after element 1, got the end'],
  ['[', 'element 1 must be a number, got the end'],
  ['[tensor(0.1, 0.2)]', 'expected dtype, device, requires_grad or ), got ", 0.2"'],
  ['np.array([0.1], dtype=int)', 'expected dtype, device, requires_grad or ), got ", dtype=int"'],
  ['np.array([0.1], dtype=np.float16)', 'expected dtype, device, requires_grad or ), got ", dtype=np.float16"'],
  ['np.array(0.1)', 'expected [ or ( at the start, got "0.1"'],
  ['torch.tensor([0.1]', 'expected dtype, device, requires_grad or ), got the end'],
  ['[__import__("os")]', 'element 1 must be a number, got "__import__(\\"os\\""'],
])('%j is refused', (text, sentence) => {
  expect(() => parsePythonList(text)).toThrow(new InputError(`Python list: ${sentence}`));
});

test('more than 100,000 elements are refused', () => {
  expect(() => parsePythonList('1,'.repeat(100_001))).toThrow(
    new InputError('Python list: expected at most 100000 steps, got 100001'),
  );
});

test.each(['lmnt-6', 'schedules/6.json', 'torch.pt', 'np.npy', 'tensor', 'array', '6', '50', '1e-6', 'a,b', ''])(
  '%j is a name or a path',
  (text) => {
    expect(isPythonList(text)).toBe(false);
  },
);

test('what JavaScript writes of numbers is read back', () => {
  fc.assert(
    fc.property(betasArbitrary, (betas) => {
      expect(parsePythonList(JSON.stringify(betas))).toEqual(betas);
      expect(parsePythonList(`torch.tensor((${betas.map((beta) => beta.toExponential()).join(' ,\n')},))`)).toEqual(
        betas,
      );
    }),
  );
});
