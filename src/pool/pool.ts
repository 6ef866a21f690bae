/** Where tasks run. Results do not depend on which worker had a task, or on how many there are. */
export interface Pool<Task, Result> {
  /** Tasks that run at once. */
  readonly workers: number;
  /** Runs one task when a worker is free. */
  run(task: Task): Promise<Result>;
  /** Asks running tasks to end at their next step; how they say so is part of their result. */
  cancel(): void;
  /** Waits for running tasks, then ends the workers. */
  close(): Promise<void>;
}
