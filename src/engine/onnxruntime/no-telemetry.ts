// ONNX Runtime 1.30 reports its use over the network unless this is set before it is loaded; who wants that sets it to 0.
process.env.ORT_DISABLE_TELEMETRY ??= '1';
