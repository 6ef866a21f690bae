import { expect, test } from 'vitest';
import { frontSentence } from '../../../src/report/front/front-sentence.ts';
import { pointAt } from './front-points.ts';

test('one number of steps has a score', () => {
  expect(frontSentence([pointAt(6, [1, 2])])).toBe('The schedule of 6 steps scores 1.5000 on held-out clips.');
});

test('the fewest that are not told apart from the lowest are named, with the paired difference', () => {
  // 4 steps: differences 1 and 3, mean 2, standard error 1, which is just within two; 2 steps: 5 and 5.
  expect(frontSentence([pointAt(2, [6, 7]), pointAt(4, [2, 5]), pointAt(8, [1, 2])])).toBe(
    'The schedule of 8 steps scores 1.5000 on held-out clips, the lowest of all. The fewest that these clips do not tell apart from it: ' +
      '4 steps, with 3.5000, a paired difference of 2.0000 ± 1.0000 (standard error), within two standard errors.',
  );
});

test('where more steps are better beyond noise it says so', () => {
  // Differences 1 and 1.2: mean 1.1, standard error 0.1.
  expect(frontSentence([pointAt(1, [2, 3.2]), pointAt(4, [1, 2])])).toBe(
    'The schedule of 4 steps scores 1.5000 on held-out clips, the lowest of all. With fewer steps each is worse, by more than two paired standard errors.',
  );
});

test('what is no better than fewer steps is not passed over in silence', () => {
  expect(frontSentence([pointAt(4, [1, 2]), pointAt(5, [1, 2.5]), pointAt(6, [1, 2])])).toBe(
    'The schedule of 4 steps scores 1.5000 on held-out clips, the lowest of all. With 5 and 6 steps the score is no lower than with fewer.',
  );
});

test('one clip tells nothing apart', () => {
  expect(frontSentence([pointAt(4, [2]), pointAt(5, [1])])).toBe(
    'The schedule of 5 steps scores 1.0000 on held-out clips, the lowest of all. With one clip nothing says how sure that is.',
  );
});

test('what has no finite score is worse than all', () => {
  const broken = pointAt(4, [Number.NaN, 1]);
  expect(frontSentence([broken, pointAt(5, [1, 2])])).toBe(
    'The schedule of 5 steps scores 1.5000 on held-out clips, the lowest of all. With fewer steps each is worse, by more than two paired standard errors. ' +
      'With 4 steps there is no finite score.',
  );
  expect(frontSentence([broken])).toBe('None of the schedules gives a finite score on held-out clips.');
});
