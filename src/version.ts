import manifest from '../package.json' with {type: 'json'};

/** Version of this package; the build inlines it. */
export const VERSION: string = manifest.version;

/** Oldest Node that works, from `engines` of package.json: `20.19`. */
export const NODE_FLOOR: string = manifest.engines.node.replace(/^>=/, '');
