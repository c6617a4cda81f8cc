import { randomInt } from 'node:crypto';
import { z } from 'zod';
import type { ApiConnection } from './api-connection.ts';
import { jsonCall } from './json-call.ts';
import { microTime } from './micro-time.ts';

/** Where the API conventions put Events about objects that have no namespace. */
const NAMESPACE = 'default';
const PATH = `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`;
/** The API server's limit, which counts bytes. */
const NOTE_MAX_BYTES = 1024;
const NAME_MAX = 253;

/** The object that an Event is about; with its uid `kubectl describe` shows the Event. */
export interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** What happened to an object that has no namespace. */
export interface EventContent {
  readonly regarding: EventSubject;
  readonly type: 'Normal' | 'Warning';
  /** Why, in CamelCase; 128 characters at most, as `action`. */
  readonly reason: string;
  /** What was done when it was found, in CamelCase. */
  readonly action: string;
  /** For people; what is longer than 1024 bytes of UTF-8 is cut. */
  readonly note: string;
  readonly time: Date;
}

/** Who tells Events. */
export interface EventReporter {
  /** Such as `mailprovider-health`. */
  readonly controller: string;
  /** Which of its processes; 128 characters at most. */
  readonly instance: string;
}

export interface Events {
  /** Stores a new Event, which no other one is merged with. Throws `ApiError`. */
  create(event: EventContent): Promise<void>;
}

/**
 * Unique, and a DNS subdomain as names must be: the object's name, a dot and 16 hex digits. As
 * client-go has it these are the time in nanoseconds, since `kubectl describe` shows Events in the
 * order of their names; what is below a millisecond is random.
 */
function eventName(objectName: string, time: Date): string {
  const nanoseconds = BigInt(time.getTime()) * 1_000_000n + BigInt(randomInt(1_000_000));
  const suffix = nanoseconds.toString(16).padStart(16, '0');
  const longest = objectName.slice(0, NAME_MAX - suffix.length - 1);
  return `${longest.replace(/[^a-z0-9]+$/, '')}.${suffix}`;
}

/** The text cut to so many bytes, no character of it cut in two. */
function cutToBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const decoder = new TextDecoder();
  // A character that is cut stays in the decoder.
  return decoder.decode(Buffer.from(text).subarray(0, bytes), { stream: true });
}

/** Events (events.k8s.io/v1) about objects that have no namespace, in the namespace `default`. */
export function events(connection: ApiConnection, reporter: EventReporter): Events {
  return {
    async create({ regarding, type, reason, action, note, time }) {
      const call = `create event ${reason} of ${regarding.kind} ${regarding.name}`;
      const body = {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: eventName(regarding.name, time), namespace: NAMESPACE },
        eventTime: microTime(time),
        reportingController: reporter.controller,
        reportingInstance: reporter.instance,
        regarding,
        type,
        reason,
        action,
        note: cutToBytes(note, NOTE_MAX_BYTES),
      };
      await jsonCall(connection, call, { method: 'POST', path: PATH, body }, z.unknown());
    },
  };
}
