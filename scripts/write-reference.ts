// Lists every public name, by door, with the first sentence of its doc comment, in docs/reference.md; with --check, fails
// when the page is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = new URL('../', import.meta.url);
const target = new URL('docs/reference.md', root);
const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  exports: Record<string, unknown>;
};

/** Import path → the file that it is built from. */
const doors = new Map(
  Object.keys(exports)
    .filter((door) => !door.endsWith('.json'))
    .map((door) => [`hypernodes${door.slice(1)}`, fileURLToPath(new URL(`src${door.slice(1)}/index.ts`, root))]),
);

const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(fileURLToPath(new URL('tsconfig.json', root)), ts.sys.readFile).config,
  ts.sys,
  fileURLToPath(root),
);
const program = ts.createProgram([...doors.values()], options);
const checker = program.getTypeChecker();

interface PublicName {
  readonly name: string;
  readonly isValue: boolean;
  readonly sentence: string;
}

const page = render(new Map(Array.from(doors, ([door, file]) => [door, namesOf(file)])));
if (!process.argv.includes('--check')) {
  writeFileSync(target, page);
} else if (readFileSync(target, 'utf8') !== page) {
  console.error('docs/reference.md is out of date: run npm run write:reference and commit it.');
  process.exitCode = 1;
}

function namesOf(file: string): PublicName[] {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  return checker
    .getExportsOfModule(module)
    .flatMap((exported) => {
      const { name } = exported;
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if (symbol.getJsDocTags(checker).some((tag) => tag.name === 'internal')) return [];
      const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0 && !isTypeOnly(exported);
      const sentence = sentenceOf(symbol);
      if (sentence === '') throw new Error(`${file}: ${name} has no doc comment.`);
      return [{ name, isValue, sentence }];
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** Whether it was exported with `type`: a class that users may name but not call. */
function isTypeOnly({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((declaration) => ts.isTypeOnlyExportDeclaration(declaration));
}

/** First sentence of the doc comment. */
function sentenceOf(symbol: ts.Symbol): string {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, ' ');
  const [sentence] = /^.*?[.](?= [A-Z(`]|$)|^.*$/.exec(text)!;
  return sentence.replace(/\{@link (\w+)\}/g, '`$1`').replace(/\|/g, '\\|');
}

function render(names: ReadonlyMap<string, readonly PublicName[]>): string {
  const sections = Array.from(names, ([door, all]) => {
    const table = (title: string, shown: readonly PublicName[]): string =>
      shown.length === 0
        ? ''
        : `\n| ${title} | |\n| --- | --- |\n${shown.map(({ name, sentence }) => `| \`${name}\` | ${sentence} |`).join('\n')}\n`;
    const values = all.filter(({ isValue }) => isValue);
    const types = all.filter(({ isValue }) => !isValue);
    return `## \`${door}\`\n${table('value', values)}${table('type', types)}`;
  });
  return `# Reference

Every public name, by the path to import it from. Generated from the doc comments by \`npm run write:reference\`: the editor shows
the whole of them, with parameters, errors and examples.

${sections.join('\n')}`;
}
