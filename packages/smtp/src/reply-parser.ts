/** One SMTP reply (RFC 5321 section 4.2). */
export interface Reply {
  readonly code: number;
  /** The text of each line, as Latin-1: the server's words, not to be shown to anyone. */
  readonly lines: readonly [string, ...string[]];
  /** The enhanced status code (RFC 3463), such as `5.7.8`, where the first line starts with one. */
  readonly enhancedStatus?: string;
}

/** Bytes from a server that are not an SMTP reply, or more of them than a reply may have. */
export class ReplySyntaxError extends Error {
  override readonly name = 'ReplySyntaxError';
}

/** RFC 5321 section 4.5.3.1.5 asks for 512 octets; real EHLO and AUTH lines are longer. */
export const MAX_LINE_BYTES = 4 * 1024;
/** Room for 16 lines of the greatest length, or 700 of the usual ones. */
export const MAX_REPLY_BYTES = 64 * 1024;

const NOTHING = Buffer.alloc(0);
const LF = 0x0a;
const DIGIT_2 = 0x32;
const DIGIT_5 = 0x35;
/** The RFC limits the second digit to 0-5, but servers do answer 571. */
const REPLY_LINE = /^([2-5]\d\d)(?:([- ])([^\0\r\n]*))?\r\n$/;
const ENHANCED_STATUS = /^[245]\.\d{1,3}\.\d{1,3}(?= |$)/;

function enhancedStatusOf(code: number, text: string): string | undefined {
  const status = ENHANCED_STATUS.exec(text)?.[0];
  return status?.startsWith(String(code).charAt(0)) ? status : undefined;
}

function replyOf(code: number, lines: readonly [string, ...string[]]): Reply {
  const enhancedStatus = enhancedStatusOf(code, lines[0]);
  return { code, lines, ...(enhancedStatus === undefined ? {} : { enhancedStatus }) };
}

/**
 * Cuts a stream of bytes into replies.
 *
 * Take every reply with `next` after each `push`: what is kept then is less than one reply.
 * Lines end in CRLF and are at most 4 KiB, a reply is at most 64 KiB and has one code throughout.
 */
export class ReplyParser {
  #unread: Buffer = NOTHING;
  #code = 0;
  #lines: string[] = [];
  #replyBytes = 0;

  /** Whether no byte of a further reply has arrived. */
  get idle(): boolean {
    return this.#unread.length === 0 && this.#lines.length === 0;
  }

  push(bytes: Buffer): void {
    this.#unread = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes]);
  }

  /** The next complete reply, or nothing until more bytes come. Throws `ReplySyntaxError`. */
  next(): Reply | undefined {
    for (let line = this.#takeLine(); line !== undefined; line = this.#takeLine()) {
      const reply = this.#addLine(line);
      if (reply !== undefined) return reply;
    }
    return undefined;
  }

  #takeLine(): string | undefined {
    const end = this.#unread.indexOf(LF) + 1;
    const length = end === 0 ? this.#unread.length : end;
    if (length > MAX_LINE_BYTES) throw new ReplySyntaxError('reply line too long');
    if (end === 0) {
      this.#checkStart();
      return undefined;
    }
    this.#replyBytes += length;
    if (this.#replyBytes > MAX_REPLY_BYTES) throw new ReplySyntaxError('reply too long');
    const line = this.#unread.toString('latin1', 0, end);
    this.#unread = this.#unread.subarray(end);
    return line;
  }

  /** Tells a peer that speaks something else without waiting for an end of line that may never come. */
  #checkStart(): void {
    const first = this.#unread[0];
    if (first !== undefined && (first < DIGIT_2 || first > DIGIT_5)) {
      throw new ReplySyntaxError('not a reply');
    }
  }

  #addLine(line: string): Reply | undefined {
    const [, digits, separator, text = ''] = REPLY_LINE.exec(line) ?? [];
    if (digits === undefined) throw new ReplySyntaxError('not a reply');
    const code = Number(digits);
    const isFirst = this.#lines.length === 0;
    if (!isFirst && code !== this.#code) throw new ReplySyntaxError('code changes');
    this.#code = code;
    this.#lines.push(text);
    if (separator === '-') return undefined;
    const [first = '', ...others] = this.#lines;
    this.#lines = [];
    this.#replyBytes = 0;
    return replyOf(code, [first, ...others]);
  }
}
