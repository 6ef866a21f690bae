/** A command as the user would have to type it: with npx, where this one was started with it. */
export function typed(command: string): string {
  return process.env.npm_command === 'exec' ? `npx ${command}` : command;
}
