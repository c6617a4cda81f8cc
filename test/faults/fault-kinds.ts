import type { Exchange, Fault, RequestKind } from './fault-proxy.ts';

/** How long a fault waits that waits: sometimes longer than the answer, sometimes not. */
const DELAY_MAX_MS = 1_500;

const JSON_HEADERS = { 'content-type': 'application/json' };

function statusObject(code: number, details = {}): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, details };
}

function answers(code: number, headers = {}): Fault['inject'] {
  return ({ response }) => {
    const body = code === 429 ? 'Too many requests.' : JSON.stringify(statusObject(code));
    response.writeHead(code, { ...JSON_HEADERS, ...headers }).end(body);
  };
}

/** Asks for what no etcd has come to yet, as after one that was restored. */
function watchFuture({ url, forward }: Exchange): void {
  const future = new URL(url, 'https://127.0.0.1');
  const position = Number(future.searchParams.get('resourceVersion'));
  future.searchParams.set('resourceVersion', String(position + 1_000_000));
  forward(future.pathname + future.search);
}

/** Lets a watch run for a while, and then does something to it. */
function later(random: () => number, act: (exchange: Exchange) => void): Fault['inject'] {
  return (exchange) => {
    exchange.forward();
    const timer = setTimeout(() => {
      exchange.stop();
      act(exchange);
    }, random() * DELAY_MAX_MS);
    exchange.response.once('close', () => clearTimeout(timer));
  };
}

function tells(text: string): (exchange: Exchange) => void {
  return ({ response }) => {
    if (!response.headersSent) response.writeHead(200, JSON_HEADERS);
    response.end(text);
  };
}

const errorEvent = (code: number, details = {}) =>
  `${JSON.stringify({ type: 'ERROR', object: statusObject(code, details) })}\n`;

/** All faults there are, by the kind of request that can have them. */
export function faultKinds(random: () => number): Readonly<Record<RequestKind, readonly Fault[]>> {
  const fault = (name: string, inject: Fault['inject']): Fault => ({ name, inject });
  const anywhere = [
    fault('reset', ({ reset }) => reset()),
    fault('500', answers(500)),
    fault('429', answers(429, { 'content-type': 'text/plain', 'retry-after': '1' })),
    fault('delay', ({ forward, response }) => {
      const timer = setTimeout(() => forward(), random() * DELAY_MAX_MS);
      response.once('close', () => clearTimeout(timer));
    }),
  ];
  const silence = fault('silence', () => {});
  const answerLost = fault('answer lost', ({ perform, reset }) => void perform().then(reset));
  return {
    list: [...anywhere, silence, fault('410', answers(410))],
    watch: [
      ...anywhere,
      silence,
      fault('410', answers(410)),
      fault('410 event', later(random, tells(errorEvent(410)))),
      fault('429 event', later(random, tells(errorEvent(429, { retryAfterSeconds: 1 })))),
      fault('500 event', later(random, tells(errorEvent(500)))),
      fault('garbage line', later(random, tells('{"type":"MODIFIED","obj\u0000\n'))),
      fault(
        'half a line',
        later(random, (exchange) => {
          if (!exchange.response.headersSent) exchange.response.writeHead(200, JSON_HEADERS);
          exchange.response.write('{"type":"MODIFIED","object":{"kind":', () => exchange.reset());
        }),
      ),
      fault(
        'late reset',
        later(random, ({ reset }) => reset()),
      ),
      fault('early end', later(random, tells(''))),
      fault('position of the future', watchFuture),
      fault(
        'mute',
        later(random, () => {}),
      ),
    ],
    'status-write': [
      ...anywhere,
      answerLost,
      fault('403', answers(403)),
      fault('409', answers(409)),
    ],
    other: [...anywhere, answerLost],
  };
}
