import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { onInterrupt } from '../../src/cli/interrupt.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'the first %s asks for an end, and a later one ends the process',
  (signal) => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    const first = vi.fn();
    const others = process.listenerCount(signal);
    const interrupt = onInterrupt(first);
    expect([interrupt.isWanted(), first.mock.calls.length]).toEqual([false, 0]);

    process.emit(signal, signal);
    expect([interrupt.isWanted(), first.mock.calls.length]).toEqual([true, 1]);
    // npm passes on a Ctrl-C that the terminal has sent as well.
    vi.advanceTimersByTime(400);
    process.emit(signal, signal);
    expect(kill).not.toHaveBeenCalled();
    vi.advanceTimersByTime(200);
    process.emit(signal, signal);
    expect(kill.mock.calls).toEqual([[process.pid, 'SIGKILL']]);
    expect(first).toHaveBeenCalledTimes(1);

    interrupt.off();
    expect(process.listenerCount(signal)).toBe(others);
  },
);

test('SIGHUP asks for an end, and ends nothing at once however often it comes', () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  const first = vi.fn();
  const others = process.listenerCount('SIGHUP');
  const interrupt = onInterrupt(first);
  process.emit('SIGHUP', 'SIGHUP');
  vi.advanceTimersByTime(5_000);
  process.emit('SIGHUP', 'SIGHUP');
  expect([interrupt.isWanted(), first.mock.calls.length, kill.mock.calls.length]).toEqual([true, 1, 0]);
  interrupt.off();
  expect(process.listenerCount('SIGHUP')).toBe(others);
});
