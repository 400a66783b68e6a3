import { describe, expect, it } from 'vitest';

import { environmentText, fillAddress, kFamilies, kRecipes, languagesOf, recipesOf } from './recipes';

describe('recipes', () => {
  it('cover every family, each with a way to reach this server', () => {
    for (const family of kFamilies) {
      expect(languagesOf(family).length, family).toBeGreaterThan(1);
      for (const language of languagesOf(family)) {
        for (const recipe of recipesOf(family, language)) {
          const text = environmentText(recipe, 'clew.example', 1234) + fillAddress(recipe.code + recipe.run + recipe.install.join(), 'clew.example', 1234);
          expect(text, recipe.id).toContain('clew.example');
          expect(text, recipe.id).toContain('1234');
          expect(text, recipe.id).not.toMatch(/\{(host|port)\}/);
        }
      }
    }
    expect(kRecipes.length).toBeGreaterThanOrEqual(15);
  });
  it('writes an IPv6 address as addresses are written', () => {
    expect(fillAddress('http://{host}:{port}', '::1', 4317)).toBe('http://[::1]:4317');
  });
});
