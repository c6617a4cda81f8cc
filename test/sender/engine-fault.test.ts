import { type EngineFlags, engineFlags } from '@mailprovider/sender/engine-config';
import { engineFault } from '@mailprovider/sender/engine-fault';
import { Command } from 'commander';
import t from 'tap';

/** What is wrong with flags that commander takes. */
function faultOf(...flags: string[]): string | undefined {
  const command = new Command('sender');
  const options = engineFlags();
  for (const option of options) command.addOption(option);
  command.parse(flags, { from: 'user' });
  const given = options.filter(
    (option) => command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  return engineFault(command.opts<EngineFlags>(), given);
}

const NATS = ['--engine', 'nats'];

t.test('flags that belong together have no fault', async (t) => {
  t.equal(faultOf(), undefined);
  t.equal(faultOf('--data-dir', '/data', '--data-max-bytes', '100000000'), undefined);
  t.equal(faultOf(...NATS), undefined);
  t.equal(faultOf(...NATS, '--nats-ca-file', 'ca', '--nats-replicas', '1'), undefined);
  t.equal(faultOf(...NATS, '--nats-cert-file', 'c', '--nats-key-file', 'k'), undefined);
  const servers = ['a', 'a:4222', '[::1]:4222', 'nats://a:4222/', 'tls://user:p%40ss%2F@a:4222'];
  t.equal(faultOf(...NATS, '--nats-servers', servers.join(', ')), undefined);
});

t.test('a flag of the other engine is named: mails would not be kept where it says', async (t) => {
  const nats = ['--nats-servers', 'nats://a:4222'];
  t.equal(faultOf(...nats), '--nats-servers is for --engine=nats; set that, or leave it out');
  t.match(faultOf('--nats-replicas', '1'), /^--nats-replicas is for --engine=nats/);
  t.match(faultOf(...NATS, '--data-dir', '/data'), /^--data-dir is for --engine=lmdb/);
});

t.test('half of a certificate for NATS is none', async (t) => {
  t.equal(faultOf(...NATS, '--nats-cert-file', 'c'), '--nats-cert-file needs --nats-key-file');
  t.equal(faultOf(...NATS, '--nats-key-file', 'k'), '--nats-key-file needs --nats-cert-file');
});

t.test('an address that may show a password is refused without a word of it', async (t) => {
  const addresses = ['nats://u:hid@den@a', 'nats://u:hid/den@a', 'nats://u:hid%zz@a', 'a/den', ''];
  for (const address of addresses) {
    const fault = faultOf(...NATS, '--nats-servers', `nats://b,${address}`);
    t.match(
      fault,
      /^--nats-servers: address 2 must be such as .* of a password as %2F, %40 and %25$/,
    );
    t.notMatch(fault, /hid|den/);
  }
});
