import { startOwnSink } from './own-sink.ts';
import type { Sink } from './sink.ts';
import { findSmtpSink, startSmtpSink } from './smtp-sink.ts';

/** Starts smtp-sink where it is installed, and a sink of ours elsewhere. */
export async function startSink(pin: readonly string[], signal: AbortSignal): Promise<Sink> {
  const file = await findSmtpSink();
  return file === undefined ? startOwnSink({ pin }) : startSmtpSink({ file, pin, signal });
}
