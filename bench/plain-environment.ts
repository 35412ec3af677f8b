/**
 * Our environment without what changes how programs buffer or colour their output, and without what each start of Node takes
 * in before anything else: a file of certificates alone makes it two to three times as long.
 */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const {
    PYTHONUNBUFFERED: _,
    FORCE_COLOR: __,
    NODE_EXTRA_CA_CERTS: ___,
    NODE_OPTIONS: ____,
    ...env
  } = process.env;
  return env;
}
