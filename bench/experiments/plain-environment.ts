/** Our environment without what changes how programs buffer or colour their output. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const {PYTHONUNBUFFERED: _, FORCE_COLOR: __, ...env} = process.env;
  return env;
}
