import { z } from 'zod';
import { checkData, parseJson } from '../../formats/json.ts';

/** Of everything that goes through the queue; raised when one side would not understand the other any more. */
export const PROTOCOL = 1;

const header = z.object({ protocol: z.int(), program: z.string().max(200) });

const announcement = z.strictObject({
  protocol: z.literal(PROTOCOL),
  program: z.string().max(200),
  /** The coordinator's session, by which its queue is called. */
  run: z.string().regex(/^[0-9a-f]{16}$/),
  /** Who announces it. */
  host: z.string().max(300),
  pid: z.int(),
  /** Milliseconds since 1970. */
  start: z.number(),
  /** What the tasks are about. */
  content: z.unknown(),
});

/** What the search that has a prefix says to its workers. */
export type Announcement = z.infer<typeof announcement>;

/** Who announces something, by which program, whatever version that is; an InputError where it is no announcement. */
export function readHeader(text: string, where: string): z.infer<typeof header> {
  return checkData(parseJson(text, where), header, where);
}

/** An InputError where it is no announcement of this version. */
export function readAnnouncement(text: string, where: string): Announcement {
  return checkData(parseJson(text, where), announcement, where);
}

const registration = z.strictObject({
  run: z.string().max(100),
  host: z.string().max(300),
  /** Tasks that it does at once. */
  slots: z.int().positive().max(10_000),
});

/** What a worker says of itself. */
export type Registration = z.infer<typeof registration>;

export function readRegistration(text: string, where: string): Registration {
  return checkData(parseJson(text, where), registration, where);
}

const reply = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('done'),
    worker: z.string().max(300),
    mark: z.string().max(200),
    result: z.unknown(),
  }),
  /** The task threw. */
  z.strictObject({ kind: z.literal('thrown'), worker: z.string().max(300), message: z.string() }),
  /** The task did not come as it was sent. */
  z.strictObject({ kind: z.literal('unreadable'), worker: z.string().max(300), message: z.string() }),
]);

/** What a worker says of a task. */
export type Reply = z.infer<typeof reply>;

export function readReply(text: string, where: string): Reply {
  return checkData(parseJson(text, where), reply, where);
}
