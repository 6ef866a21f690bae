import { describe, expect, test } from 'vitest';
import { createDisplay } from '../../src/cli/train-display.ts';

/** A display on what notes what is written, with a clock that is set. */
function display(columns?: number) {
  const written: string[] = [];
  let now = 0;
  const stream = { isTTY: columns !== undefined, columns, write: (text: string) => written.push(text) };
  return {
    ...createDisplay(stream, () => now),
    written,
    wait: (milliseconds: number) => {
      now += milliseconds;
    },
    take: () => written.splice(0).join(''),
  };
}

const PARTS = ['step 1,234', 'loss 0.0412', '2.85 steps/s', 'gradient 0.31', 'epoch 5'];
const SHOWN = { share: 0.345, parts: PARTS, secondsLeft: 75 };
const CLEAR = '\r\x1b[2K';

describe('on a terminal', () => {
  test('one line, which is cleared for messages', () => {
    const { show, say, clear, take } = display(120);
    show(SHOWN);
    expect(take()).toBe(
      `${CLEAR}███████░░░░░░░░░░░░░  34 %  step 1,234, loss 0.0412, 2.85 steps/s, gradient 0.31, epoch 5, 1 min 15 s left`,
    );
    say('Test');
    expect(take()).toBe(`${CLEAR}Test\n`);
    say('Another');
    expect(take()).toBe('Another\n');
    show({ share: 1, parts: ['testing'] });
    expect(take()).toBe(`${CLEAR}${'█'.repeat(20)} 100 %  testing`);
    clear();
    clear();
    expect(take()).toBe(CLEAR);
  });

  test('changes ten times a second at most', () => {
    const { show, wait, take } = display(120);
    show(SHOWN);
    take();
    wait(99);
    show(SHOWN);
    expect(take()).toBe('');
    wait(1);
    show(SHOWN);
    expect(take()).not.toBe('');
  });

  test.each([
    [100, '███░░░░░░░  34 %  step 1,234, loss 0.0412, 2.85 steps/s, gradient 0.31, epoch 5, 1 min 15 s left'],
    [90, ' 34 %  step 1,234, loss 0.0412, 2.85 steps/s, gradient 0.31, epoch 5, 1 min 15 s left'],
    [80, ' 34 %  step 1,234, loss 0.0412, 2.85 steps/s, gradient 0.31, 1 min 15 s left'],
    [40, ' 34 %  step 1,234, 1 min 15 s left'],
    [24, ' 34 %  1 min 15 s left'],
    [12, ' 34 %  1 mi'],
  ])('of %d columns, what fits in one', (columns, line) => {
    const { show, take } = display(columns);
    show(SHOWN);
    expect(take()).toBe(CLEAR + line);
  });
});

describe('in a file', () => {
  test('a line every 15 seconds, and no codes', () => {
    const { show, say, clear, wait, take } = display();
    show(SHOWN);
    say('Run: folder');
    wait(14_999);
    show(SHOWN);
    expect(take()).toBe('Run: folder\n');
    wait(1);
    show(SHOWN);
    show(SHOWN);
    clear();
    expect(take()).toBe(`${PARTS.join(', ')}, 1 min 15 s left\n`);
    wait(15_000);
    show({ share: 0.5, parts: ['testing', '1 of 2 recordings'] });
    expect(take()).toBe('testing, 1 of 2 recordings\n');
  });
});
