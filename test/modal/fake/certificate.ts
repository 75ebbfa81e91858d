import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Server } from 'nice-grpc';

/** As gRPC servers take it. */
export interface Certificate {
  readonly cert_chain: Buffer;
  readonly private_key: Buffer;
}

/** Also this machine, under an address of which the SDK expects a certificate. */
export const certifiedHost = '127.0.0.2';

/** Makes a certificate in a folder, where programs that shall trust it find it as `certificate.pem`. */
export function makeCertificate(folder: string): Certificate {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=fake'];
  const files = ['-addext', `subjectAltName=IP:${certifiedHost}`, '-keyout', key, '-out', certificate];
  execFileSync('openssl', [...request, ...files], { stdio: 'pipe' });
  return { cert_chain: readFileSync(certificate), private_key: readFileSync(key) };
}

type Credentials = NonNullable<Parameters<Server['listen']>[1]>;

/** What a server shows its clients. */
export function credentialsOf(certificate: Certificate): Credentials {
  // nice-grpc takes them, but does not make them.
  const requireFromServer = createRequire(createRequire(import.meta.url).resolve('nice-grpc'));
  const { ServerCredentials } = requireFromServer('@grpc/grpc-js') as {
    ServerCredentials: { createSsl(roots: null, certificates: readonly Certificate[]): Credentials };
  };
  return ServerCredentials.createSsl(null, [certificate]);
}

/** Whether this machine can make certificates. */
export function certificatesAreSupported(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}
