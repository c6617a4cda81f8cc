import type { z } from 'zod';
import type { ApiConnection, JsonAnswer, JsonRequest } from './api-connection.ts';
import { ApiError } from './api-error.ts';

/**
 * Makes a call that must succeed and reads its answer; `call` names it in the message of the
 * `ApiError` that it throws, which quotes nothing of the answer.
 */
export async function jsonCall<T>(
  connection: ApiConnection,
  call: string,
  request: JsonRequest,
  schema: z.ZodType<T>,
): Promise<T> {
  const { status, body } = await answerTo(connection, call, request);
  if (status >= 300) throw new ApiError(call, status);
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new ApiError(call, undefined, parsed.error);
  return parsed.data;
}

/** Makes a call that may have any status; throws `ApiError` only where there is no answer. */
export async function answerTo(
  connection: ApiConnection,
  call: string,
  request: JsonRequest,
): Promise<JsonAnswer> {
  try {
    return await connection.request(request);
  } catch (error) {
    throw new ApiError(call, undefined, error);
  }
}
