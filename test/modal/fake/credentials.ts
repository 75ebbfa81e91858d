import type { SecretSource } from './messages.ts';
import type { Platform } from './platform.ts';

/** A token of the form that the client reads an expiry from. */
export function token(): string {
  const payload = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + 3600 })).toString('base64url');
  return `e30.${payload}.sig`;
}

/** Variables of secrets; the later ones win. */
export function variablesOf(platform: Platform, sources: readonly SecretSource[]): Record<string, string> {
  return Object.assign(
    {},
    ...sources.map(({ secretId, env }) => env?.contents ?? platform.secrets.get(secretId ?? '')),
  );
}
