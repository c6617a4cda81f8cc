import type { StreamInfo } from '@nats-io/jetstream';
import type { Calls } from './calls.ts';
import { isRefusal, STREAM_NOT_FOUND } from './failure.ts';

/** All subjects of a stream that match a filter. */
export async function subjectsOf(
  calls: Calls,
  stream: string,
  filter: string,
): Promise<readonly string[]> {
  const subjects: string[] = [];
  for (;;) {
    const request = { subjects_filter: filter, offset: subjects.length };
    const info = await calls
      .repeat(() =>
        calls.api<StreamInfo & { readonly total?: number }>(`STREAM.INFO.${stream}`, request),
      )
      .catch(unlessDeleted);
    const page = Object.keys(info?.state.subjects ?? {});
    subjects.push(...page);
    if (page.length === 0 || subjects.length >= (info?.total ?? 0)) return subjects;
  }
}

/** Nothing where a stream is gone, which somebody deleted. */
export function unlessDeleted(error: unknown): undefined {
  if (!isRefusal(error, STREAM_NOT_FOUND)) throw error;
}
