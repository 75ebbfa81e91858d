const OFF = new Set([undefined, '', '0', 'false']);

/** Whether a build server runs this program: nobody watches, and what is written is kept. */
export function isCI(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.CI === '0' || env.CI === 'false') return false;
  return ['CI', 'CONTINUOUS_INTEGRATION', 'BUILD_NUMBER', 'TF_BUILD', 'TEAMCITY_VERSION'].some(
    (name) => !OFF.has(env[name]),
  );
}
