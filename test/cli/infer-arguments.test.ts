import { expect, test } from 'vitest';
import { inferArguments } from '../../src/cli/infer-arguments.ts';

const words = (line: string) => line.split(' ').filter((word) => word !== '');

// The command of the reference's README, and what its parser takes: argparse's forms, and utils.str2bool.
test.each([
  [
    '-c c.json -ch w.pt -ns s.pt -m l.txt -v yes',
    '-c c.json --checkpoint_path w.pt --noise_schedule_path s.pt -m l.txt',
  ],
  ['-ch=w.pt -ns=s.pt', '--checkpoint_path=w.pt --noise_schedule_path=s.pt'],
  [
    '--config c.json --checkpoint_path w.pt --noise_schedule_path s.pt --mel_filelist l.txt --verbose True',
    '--config c.json --checkpoint_path w.pt --noise_schedule_path s.pt --mel_filelist l.txt',
  ],
  ['-v no -m l.txt', '--quiet -m l.txt'],
  ['--verbose=false', '--quiet'],
  ['-m l.txt -v', '-m l.txt'],
  ['-v -m l.txt', '-m l.txt'],
  ['--verbose -m l.txt', '--verbose -m l.txt'],
  ['-o out -h --audio=a.wav', '-o out -h --audio=a.wav'],
])('%s', (line, expected) => {
  expect(inferArguments(words(line))).toEqual(words(expected));
});

test('a list of betas stays one argument, whatever is in it', () => {
  const args = ['-ns', '[1e-4, 0.1]', '--noise', 'a=b.npy'];
  expect(inferArguments(args)).toEqual(['--noise_schedule_path', ...args.slice(1)]);
});
