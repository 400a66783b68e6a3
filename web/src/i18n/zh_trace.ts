import type { Section } from './catalogue';

export const trace: Section<'trace'> = {
  title: '调用链',
  compare_title: '对比',
};
