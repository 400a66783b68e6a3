// 简体中文. The type holds it to the keys and arguments of English.
import type { Catalogue } from './catalogue';
import { app } from './zh_app';
import { pages } from './zh_pages';
import { rum } from './zh_rum';
import { rumErrors, sourceMaps } from './zh_rum_errors';
import { sessions } from './zh_sessions';
import { trace } from './zh_trace';

export const zh: Catalogue = { app, ...pages, trace, rum, rumErrors, sourceMaps, sessions };
