import { type Behaviour, behavioursAt } from './behaviour.ts';
import { noReplyAt } from './behaviours-of-replies.ts';
import { answerAll, close, flood, hear, type Step, say } from './scripted-peer.ts';

const ASK_ON: readonly Step[] = [say('334 more\r\n'), answerAll('334 more\r\n')];
/** Asks for the user name, takes it, and asks for the password. */
const ASK_FOR_BOTH: readonly Step[] = [
  ...[say('334 VXNlcm5hbWU6\r\n'), hear('')],
  ...[say('334 UGFzc3dvcmQ6\r\n'), hear('')],
];

/** What servers do once AUTH was said. */
export const BEHAVIOURS_OF_AUTH: readonly Behaviour[] = [
  ...noReplyAt('auth plain', 'auth'),
  ...behavioursAt('auth plain', [
    ['refuses the password', [say('535 no\r\n')], 'auth AuthenticationFailed 535 permanent'],
    ['refuses for good', [say('554 no\r\n')], 'auth AuthenticationFailed 554 permanent'],
    ['refuses for now', [say('451 later\r\n')], 'auth ServiceUnavailable 451'],
    ['throttles', [say('454 4.7.0 too many\r\n')], 'auth AuthThrottled 454'],
    [
      'wants another password',
      [say('534 5.7.9 app password\r\n')],
      'auth AuthMethodDisabled 534 permanent',
    ],
    [
      'wants another mechanism',
      [say('504 5.5.4 unknown\r\n')],
      'auth AuthMechanismUnsupported 504 permanent',
    ],
    ['shuts down', [say('421 bye\r\n'), close], 'auth ServiceUnavailable 421'],
    ['says another 2yz', [say('250 ok\r\n')], 'auth ProtocolError 250'],
    ['says 3yz', [say('354 go on\r\n')], 'auth ProtocolError 354'],
    ['asks for more without end', ASK_ON, 'auth ProtocolError 334'],
    ['lets in twice', [say('235 in\r\n235 in\r\n')], 'auth ProtocolError'],
    ['puts a byte behind its 235', [say('235 in\r\n2')], 'auth ProtocolError'],
    ['lets in and shuts down', [say('235 in\r\n421 bye\r\n')], 'auth ServiceUnavailable 421'],
    [
      'refuses, shuts down and closes',
      [say('535 no\r\n421 bye\r\n'), close],
      'auth AuthenticationFailed 535 permanent',
    ],
  ]),

  ...behavioursAt('auth login', [
    ['asks for more without end', ASK_ON, 'auth ProtocolError 334'],
    [
      'refuses the user name',
      [say('334 a\r\n'), hear(''), say('535 no\r\n')],
      'auth AuthenticationFailed 535 permanent',
    ],
    [
      'refuses the password',
      [...ASK_FOR_BOTH, say('535 no\r\n')],
      'auth AuthenticationFailed 535 permanent',
    ],
    ['lets in without a question', [say('235 in\r\n')], 'auth ProtocolError 235'],
    ['says another 2yz', [...ASK_FOR_BOTH, say('250 ok\r\n')], 'auth ProtocolError 250'],
    ['asks two questions at once', [say('334 a\r\n334 b\r\n')], 'auth ProtocolError'],
    ['hangs after the user name', [say('334 a\r\n'), hear('')], 'auth Timeout'],
    ['hangs after the password', ASK_FOR_BOTH, 'auth Timeout'],
    ['closes after the user name', [say('334 a\r\n'), hear(''), close], 'auth ConnectionClosed'],
    ['floods with questions', [flood('334 a\r\n')], 'auth ProtocolError'],
  ]),
];
