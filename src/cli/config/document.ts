/** The text of a configuration file: JSON, in which comments and a comma after the last item are allowed. */
import {createHash} from 'node:crypto';
import {createRequire} from 'node:module';
import type {Node, ParseError} from 'jsonc-parser';
import {messageOf, OneshotError} from '../../error.ts';

/** One key of a file, as it stands there. */
export interface Entry {
  key: string;
  value: unknown;
  /** From 1. */
  line: number;
}

export interface ConfigDocument {
  /** Absolute. */
  path: string;
  entries: Entry[];
  /** SHA-256 of the text that the settings stand in, in hex. */
  sha256: string;
}

/** @throws OneshotError CONFIG_INVALID with file and line */
export function readDocument(path: string, text: string): ConfigDocument {
  const {root, errors} = parse(path, text);
  requireNoError(path, text, errors);
  return documentOf(path, text, root!, text);
}

/**
 * The key `oneshot` of a package.json; null where there is none. A package.json that is broken and has no such key is
 * none of our business.
 * @throws OneshotError CONFIG_INVALID with file and line
 */
export function readManifest(path: string, text: string): ConfigDocument | null {
  // Most have no such key, and the parser needs not be loaded for them.
  if (!text.includes('"oneshot"')) return null;
  const {root, errors} = parse(path, text);
  const property = root && propertiesOf(root).find(({key}) => key === 'oneshot');
  if (!property) return null;
  requireNoError(path, text, errors);
  const {node} = property;
  return documentOf(path, text, node, text.slice(node.offset, node.offset + node.length));
}

export function configInvalid(path: string, line: number, message: string, nextStep: string): OneshotError {
  return new OneshotError('CONFIG_INVALID', `${path}:${line}: ${message}`, nextStep);
}

/** Loaded on first use: most runs have no configuration file. */
function parser(): typeof import('jsonc-parser') {
  return createRequire(import.meta.url)('jsonc-parser');
}

function parse(path: string, text: string): {root: Node | undefined; errors: ParseError[]} {
  const errors: ParseError[] = [];
  try {
    return {root: parser().parseTree(text, errors, {allowTrailingComma: true}), errors};
  } catch (cause) {
    const message = `it is no configuration: ${messageOf(cause)}`;
    throw configInvalid(path, 1, message, 'Write one object of settings.');
  }
}

function requireNoError(path: string, text: string, [error]: ParseError[]): void {
  if (!error) return;
  const words = parser()
    .printParseErrorCode(error.error)
    .replace(/\B[A-Z]/g, ' $&')
    .toLowerCase();
  throw configInvalid(path, lineAt(text, error.offset), `it is not JSON: ${words}`, 'Correct that line.');
}

interface Property {
  key: string;
  keyOffset: number;
  node: Node;
}

function propertiesOf(root: Node): Property[] {
  const pairs = root.type === 'object' ? root.children! : [];
  return pairs.flatMap(({children}) => {
    const [key, node] = children!;
    // A text that breaks off may have a key alone.
    return node ? [{key: String(key!.value), keyOffset: key!.offset, node}] : [];
  });
}

function documentOf(path: string, text: string, root: Node, hashed: string): ConfigDocument {
  if (root.type !== 'object') {
    const line = lineAt(text, root.offset);
    throw configInvalid(path, line, 'it is no JSON object', 'Write { "executor": "claude" }, for example.');
  }
  return {
    path,
    entries: propertiesOf(root).map(({key, keyOffset, node}) => ({
      key,
      value: parser().getNodeValue(node),
      line: lineAt(text, keyOffset),
    })),
    sha256: createHash('sha256').update(hashed).digest('hex'),
  };
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
