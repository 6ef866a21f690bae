type OnnxRuntime = typeof import('onnxruntime-node');

let loaded: Promise<OnnxRuntime> | undefined;

/** ONNX Runtime, which is loaded where it is first asked for. */
export function onnxRuntime(): Promise<OnnxRuntime> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<OnnxRuntime> {
  // ONNX Runtime 1.30 reports its use over the network unless this is set before it is loaded; who wants that sets it to 0.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  const runtime = await import('onnxruntime-node');
  // What goes wrong comes as an exception too; it need not be told twice.
  runtime.env.logLevel = 'fatal';
  return runtime;
}

/** What, beside a graph and its inputs, the bits of a result depend on. */
export async function onnxRuntimeVersion(): Promise<string> {
  const { env } = await onnxRuntime();
  return `onnxruntime-node ${env.versions.node} ${process.platform}-${process.arch}`;
}
