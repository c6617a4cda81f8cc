/** The smallest spec that can work. */
export function minimalSpec() {
  return {
    smtp: { host: 'smtp.example.com', port: 587 } as Record<string, unknown>,
    sender: { address: 'noreply@example.com' } as Record<string, unknown>,
  };
}

/** The smallest spec with credentials. */
export function specWithCredentials() {
  const spec = minimalSpec();
  spec.smtp['username'] = 'breakglass@example.com';
  spec.smtp['passwordRef'] = { name: 'smtp-secret', key: 'password' };
  return spec;
}
