// What to paste to connect a service: examples/index.json, whose every entry is run by the tests of the server.
import index from '../../../../examples/index.json';
import { kBrowserRecipes } from './browser_recipes';

export interface Recipe {
  id: string;
  language: string;
  protocol: string;
  library: string;
  version: string;
  file: string;
  install: string[];
  environment: { name: string; value: string }[];
  run: string;
  door: string;
  setting: string;
  default_port: number;
  operation?: string;
  note?: string;
  code: string;
  project_file?: string;
  project_code?: string;
}

export const kRecipes: readonly Recipe[] = [...(index.examples as unknown as readonly Recipe[]), ...kBrowserRecipes];

/** What people call what sends: the first choice. */
export const kFamilies = ['opentelemetry', 'jaeger', 'zipkin', 'skywalking', 'browser'] as const;
export type Family = (typeof kFamilies)[number];

export function familyOf(recipe: Pick<Recipe, 'door' | 'id'>): Family {
  if (recipe.id.startsWith('browser-')) return 'browser';
  if (recipe.door.startsWith('jaeger')) return 'jaeger';
  if (recipe.door.startsWith('zipkin')) return 'zipkin';
  if (recipe.door.startsWith('skywalking')) return 'skywalking';
  return 'opentelemetry';
}

export function languagesOf(family: Family): string[] {
  return [...new Set(kRecipes.filter((recipe) => familyOf(recipe) === family).map((recipe) => recipe.language))];
}
export function recipesOf(family: Family, language: string): Recipe[] {
  return kRecipes.filter((recipe) => familyOf(recipe) === family && recipe.language === language);
}

/** The text with this server's address in it. */
export function fillAddress(text: string, host: string, port: number): string {
  const shown = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return text.replaceAll('{host}', shown).replaceAll('{port}', String(port));
}

export function environmentText(recipe: Recipe, host: string, port: number): string {
  return recipe.environment.map(({ name, value }) => `export ${name}=${fillAddress(value, host, port)}`).join('\n');
}

/** The name of the file to write, without its folder. */
export function fileName(path: string): string {
  return path.split('/').at(-1) ?? path;
}
